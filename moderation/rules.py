"""The rules of the site, as its administrators have written them or as it comes with them."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from moderation.models import SiteRules


class Rule(NamedTuple):
    name: str
    text: str


DEFAULTS = [
    (
        _("Be kind to people"),
        _("No insults, no threats, no hunting somebody down. Argue with what somebody says, not with who they are."),
    ),
    (
        _("No hate"),
        _("Nobody is attacked for where they come from, what they look like, whom they love or what they believe."),
    ),
    (
        _("No spam"),
        _("No advertising that nobody asked for, no tricks for clicks, no crowds of accounts that say the same."),
    ),
    (
        _("Leave what is private private"),
        _("No addresses, numbers, documents or pictures of somebody who has not agreed to it."),
    ),
    (
        _("Be who you say you are"),
        _("Jokes and made-up names are fine. Pretending to be somebody else is not."),
    ),
    (
        _("Warn before what is hard to see"),
        _("Put a content warning before violence and nudity. Nothing sexual that has to do with children, ever."),
    ),
    (
        _("Keep to the law"),
        _("What the law forbids is not for this site either."),
    ),
    (
        _("What happens then"),
        _(
            "The moderators may hide or delete a post, warn somebody, limit an account to its followers, or suspend it."
            " Whoever it is about is told why, and may appeal for 30 days: then somebody else looks again."
        ),
    ),
]


def shown() -> list[Rule]:
    """In their order; one query. Those the site comes with are in the language that is spoken."""
    written = SiteRules.objects.values_list("text", flat=True).order_by("pk").first()
    if written is None:
        return [Rule(str(name), str(text)) for name, text in DEFAULTS]
    return read(written)


def read(text: str) -> list[Rule]:
    """Blocks with an empty line between them: the first line is the name, the others what it means."""
    blocks = [block.strip().split("\n", 1) for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    return [Rule(block[0].strip(), block[1].strip() if len(block) > 1 else "") for block in blocks]


def as_text(rules: list[Rule]) -> str:
    return "\n\n".join("\n".join(filter(None, rule)) for rule in rules)
