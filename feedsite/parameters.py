"""What stands behind the `?` of an address: read by one rule, so that nonsense is told and never guessed at."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_to_bytes

from django.utils.translation import gettext as _

from feedsite.errors import Invalid

MOST_CHARACTERS = 8000
MOST_PARAMETERS = 100
ID = re.compile(r"[0-9]{1,16}")
# Tab and line ends may stand in a text that somebody shares; other controls only come from tools.
CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def check_query(query: str) -> None:
    """Raises Invalid for what no view should have to think of: too long, too many, not UTF-8, or with controls."""
    if len(query) > MOST_CHARACTERS or query.count("&") >= MOST_PARAMETERS:
        raise Invalid(_("The address is too long."))
    if "%" not in query and query.isascii() and query.isprintable():
        return
    raw = unquote_to_bytes(query.encode("latin1", "replace"))
    if CONTROLS.search(raw):
        raise Invalid(_("The address has control characters in it."))
    try:
        raw.decode()
    except UnicodeDecodeError:
        raise Invalid(_("The address is not in UTF-8.")) from None


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
