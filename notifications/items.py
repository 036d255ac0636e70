"""Notifications and choices as the pages show them."""

from dataclasses import dataclass

from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from notifications import messages
from notifications.models import Mail
from notifications.preferences import Wish
from notifications.queries import Shown
from social.models import NoticeType

ICONS = {
    NoticeType.FOLLOW: "person-add",
    NoticeType.FOLLOW_REQUEST: "person-add",
    NoticeType.LIKE: "heart-full",
    NoticeType.COMMENT: "comment",
    NoticeType.SHARE: "share",
    NoticeType.QUOTE: "quote",
    NoticeType.MENTION: "at",
    NoticeType.MODERATION: "warning",
}
# What each type is called, and what it is.
NAMES = {
    NoticeType.FOLLOW: (_("New followers"), _("Somebody follows you.")),
    NoticeType.FOLLOW_REQUEST: (_("Follow requests"), _("Somebody asks to follow your private account.")),
    NoticeType.LIKE: (_("Likes"), _("Somebody likes a post or comment of yours.")),
    NoticeType.COMMENT: (_("Comments"), _("Somebody answers a post or comment of yours.")),
    NoticeType.SHARE: (_("Shares"), _("Somebody shares a post of yours.")),
    NoticeType.QUOTE: (_("Quotes"), _("Somebody quotes a post of yours.")),
    NoticeType.MENTION: (_("Mentions"), _("Somebody names you in a post or comment.")),
    NoticeType.MODERATION: (_("Moderation"), _("The moderators have decided something about you or your posts.")),
}


@dataclass(frozen=True)
class Item:
    """A notification as a row of the list."""

    shown: Shown

    @property
    def icon(self) -> str:
        return ICONS[NoticeType(self.shown.row.type)]

    @property
    def sentence(self) -> SafeString:
        """With the names in bold."""
        who = format_html('<strong class="notification-names">{}</strong>', messages.names(self.shown))
        return format_html(messages.doing(self.shown).replace("%(who)s", "{who}"), who=who)

    @cached_property
    def excerpt(self) -> str:
        return messages.excerpt(self.shown)


@dataclass(frozen=True)
class Choice:
    """How one type is told, as a row of the settings."""

    kind: str
    name: str
    hint: str
    icon: str
    wish: Wish

    @property
    def may_leave_page(self) -> bool:
        return self.kind != NoticeType.MODERATION

    @property
    def mails(self) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Mail.choices]


def choices(wished: dict[str, Wish]) -> list[Choice]:
    return [
        Choice(kind, str(NAMES[NoticeType(kind)][0]), str(NAMES[NoticeType(kind)][1]), ICONS[NoticeType(kind)], wish)
        for kind, wish in wished.items()
    ]
