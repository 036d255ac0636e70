"""What stands behind the `?` of an address: read by one rule, so that nonsense is told and never guessed at."""

import re
from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from feedsite.errors import Invalid

ID = re.compile(r"[0-9]{1,16}")


def asked_id(query: Mapping[str, str], name: str) -> int | None:
    """The id under that name, None when it is not given; raises Invalid for what cannot be one."""
    text = query.get(name)
    if text is None:
        return None
    if ID.fullmatch(text):
        return int(text)
    reason = _("Give an id: digits and nothing else.")
    raise Invalid(reason, fields={name: [reason]})


def asked_choice(query: Mapping[str, str], name: str, choices: Sequence[str], default: str) -> str:
    """One of the choices; raises Invalid, naming them."""
    text = query.get(name, default)
    if text in choices:
        return text
    reason = _("Choose one of %(names)s.") % {"names": ", ".join(choices)}
    raise Invalid(reason, fields={name: [reason]})


def is_asked(query: Mapping[str, str], name: str, word: str = "1") -> bool:
    """Whether a switch is there; raises Invalid when it says anything but its one word."""
    if name not in query:
        return False
    if query[name] == word:
        return True
    reason = _("Write %(name)s=%(word)s, or leave it out.") % {"name": name, "word": word}
    raise Invalid(reason, fields={name: [reason]})
