"""How a person wants to be told of each type."""

from dataclasses import dataclass
from typing import Any

from notifications.models import Mail, Preference
from social.models import NoticeType


@dataclass(frozen=True)
class Wish:
    """On the page, by e-mail, on devices."""

    page: bool = True
    email: str = Mail.DIGEST
    push: bool = True

    @property
    def is_any(self) -> bool:
        return self.page or self.push or self.email != Mail.OFF


# What is about one person's own words, or asks for an answer, comes in the digest; what is only counted does not.
DEFAULTS = {
    NoticeType.FOLLOW: Wish(),
    NoticeType.FOLLOW_REQUEST: Wish(),
    NoticeType.LIKE: Wish(email=Mail.OFF, push=False),
    NoticeType.COMMENT: Wish(),
    NoticeType.SHARE: Wish(email=Mail.OFF, push=False),
    NoticeType.QUOTE: Wish(),
    NoticeType.MENTION: Wish(),
    NoticeType.MODERATION: Wish(email=Mail.NOW),
}


def wishes(user: Any) -> dict[str, Wish]:
    """{type: Wish} for all types in the order of NoticeType; one query."""
    chosen = {row.type: Wish(row.page, row.email, row.push) for row in Preference.objects.filter(user=user.pk)}
    return {kind.value: chosen.get(kind.value, DEFAULTS[kind]) for kind in NoticeType}
