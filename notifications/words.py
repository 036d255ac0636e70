"""What a notification says, in words: the same on pages, in e-mails and on devices. Values in, values out."""

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from social.models import NoticeType


def who(names: Sequence[str], number: int) -> str:
    """Those named first, and how many more: "Ann", "Ann and Bob", "Ann, Bob and 3 others"."""
    if number <= 1 or len(names) == 1 == number:
        return names[0] if names else ""
    if number == 2 and len(names) > 1:
        return gettext("%(one)s and %(other)s") % {"one": names[0], "other": names[1]}
    named = names[:2] if len(names) > 1 else names[:1]
    more = number - len(named)
    given = {"names": ", ".join(named), "number": more}
    return ngettext("%(names)s and %(number)d other", "%(names)s and %(number)d others", more) % given


def said(kind: str, number: int, *, of_comment: bool = False) -> str:
    """What so many did, with `%(who)s` where they are named; what moderators say has nobody in it."""
    return {
        NoticeType.FOLLOW: followed,
        NoticeType.FOLLOW_REQUEST: asked,
        NoticeType.LIKE: liked_comment if of_comment else liked,
        NoticeType.COMMENT: answered_comment if of_comment else answered,
        NoticeType.SHARE: shared,
        NoticeType.QUOTE: quoted,
        NoticeType.MENTION: mentioned,
        NoticeType.MODERATION: decided,
    }[NoticeType(kind)](number)


def followed(number: int) -> str:
    return ngettext("%(who)s follows you", "%(who)s follow you", number)


def asked(number: int) -> str:
    return ngettext("%(who)s asks to follow you", "%(who)s ask to follow you", number)


def liked(number: int) -> str:
    return ngettext("%(who)s likes your post", "%(who)s like your post", number)


def liked_comment(number: int) -> str:
    return ngettext("%(who)s likes your comment", "%(who)s like your comment", number)


def answered(number: int) -> str:
    return gettext("%(who)s commented on your post")


def answered_comment(number: int) -> str:
    return gettext("%(who)s answered your comment")


def shared(number: int) -> str:
    return gettext("%(who)s shared your post")


def quoted(number: int) -> str:
    return gettext("%(who)s quoted your post")


def mentioned(number: int) -> str:
    return gettext("%(who)s mentioned you")


def decided(number: int) -> str:
    return gettext("A message from the moderators")
