"""The words of a post: judged, and turned into what its row holds."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Invalid
from posts import text
from posts.models import CONTENT_WARNING_LENGTH, Post
from social.queries import may_be_mentioned_by


def checked_content(content: Any, *, may_be_empty: bool = False) -> str:
    """The cleaned text of a post; raises Invalid when there is too much, or nothing to see.

    `may_be_empty` where a picture or a poll says it all.
    """
    content = str(content)
    if len(content) > 20 * settings.POST_MAX_LENGTH:  # before anything is done with it
        reason = _("This is far too long: a post has at most %(most)d characters.")
        raise invalid_content(reason % {"most": settings.POST_MAX_LENGTH})
    content = text.clean(content)
    if text.is_blank(content):
        if may_be_empty:
            return ""
        raise invalid_content(_("Write something first."))
    over = text.length(content) - settings.POST_MAX_LENGTH
    if over > 0:
        reason = _("This is %(over)d too long: a post has at most %(most)d characters.")
        raise invalid_content(reason % {"over": over, "most": settings.POST_MAX_LENGTH})
    if len(content) > 10 * settings.POST_MAX_LENGTH:
        raise invalid_content(_("Some characters carry too many marks. Use fewer."))
    return content


def invalid_content(reason: str) -> Invalid:
    return Invalid(reason, fields={"content": [reason]})


def checked_warning(warning: Any) -> str:
    """One cleaned line; raises Invalid when it is too long."""
    line = " ".join(text.clean(str(warning)).split())
    if len(line) > CONTENT_WARNING_LENGTH:
        reason = _("A content warning has at most %(most)d characters.") % {"most": CONTENT_WARNING_LENGTH}
        raise Invalid(reason, fields={"content_warning": [reason]})
    return "" if text.is_blank(line) else line


def written(author: User, content: str) -> Post:
    """The post in memory, its names looked up and its HTML made; one query."""
    return Post(author=author, **wording(author.pk, content))


def wording(author_id: int, content: str) -> dict[str, Any]:
    """The columns of a post that follow from its text; one query."""
    found = text.entities(content)
    named = User.objects.active().filter(may_be_mentioned_by(author_id), username__in=found.mentions)
    known = dict(named.values_list("username", "pk"))
    return {
        "content": content,
        "content_html": text.to_html(content, known),
        "hashtags": found.hashtags,
        "mentions": [name for name in found.mentions if name in known],
        "mentioned_ids": [known[name] for name in found.mentions if name in known],
    }
