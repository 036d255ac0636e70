"""A notification as a few plain words with an address: for e-mails, and for devices."""

from django.urls import reverse
from django.utils.text import Truncator

from notifications import words
from notifications.queries import Shown
from social.models import NoticeType

BODY_LENGTH = 140


def sentence(shown: Shown) -> str:
    """Who did what: "Ann and Bob liked your post"."""
    return doing(shown) % {"who": names(shown)}


def names(shown: Shown) -> str:
    return words.who([person.name for person in shown.actors], shown.row.actors_count)


def doing(shown: Shown) -> str:
    """The same with `%(who)s` in place of the names."""
    post, kind = shown.post, shown.row.type
    is_reply = kind == NoticeType.COMMENT and post is not None and post.in_reply_to_id != post.root_id
    is_comment = kind == NoticeType.LIKE and post is not None and post.is_comment
    return words.said(kind, shown.row.actors_count, of_comment=is_reply or is_comment)


def excerpt(shown: Shown) -> str:
    """How the post begins, or what it is about where that is all to be shown; what moderation says goes first."""
    if shown.row.text:
        return Truncator(shown.row.text).chars(BODY_LENGTH)
    if shown.post is None:
        return ""
    return Truncator(shown.post.content_warning or " ".join(shown.post.content.split())).chars(BODY_LENGTH)


def target(shown: Shown) -> str:
    """The path of the page that a notification is about."""
    if shown.row.type == NoticeType.FOLLOW_REQUEST:
        return reverse("follow_requests")
    if shown.post is not None:
        return shown.post.get_absolute_url()
    if shown.row.type == NoticeType.MODERATION:
        return reverse("standing")
    if shown.row.type == NoticeType.FOLLOW and len(shown.actors) == 1:
        return shown.actors[0].get_absolute_url()
    return reverse("notifications")


def path(shown: Shown) -> str:
    """The address that leads to it and marks it as read, on this site."""
    return reverse("notification_open", args=[shown.row.group_id])
