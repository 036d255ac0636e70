"""What somebody typed, as what is asked. Pure: nothing typed is ever an error, what is no operator is a word."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.utils.translation import gettext as _

from feedsite.errors import Invalid
from posts.models import first_id_at
from posts.text import find_tag

LONGEST_QUERY = 500
NO_ID, EVERY_ID = 0, 2**62
# -"a phrase", or anything up to the next blank; an open quotation goes to the end.
PART = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"?|(?P<plain>[^\s"]+))')
USERNAME = re.compile(r"@?([A-Za-z0-9_]{2,30})")
OPERATORS = frozenset({"from", "has", "before", "after"})
QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„«»", '"'))


@dataclass
class Query:
    """Posts with all of these. Words and phrases as they were typed; tags and usernames in lower case, bare."""

    words: list[str] = field(default_factory=list)
    not_words: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    not_tags: list[str] = field(default_factory=list)
    # By any of these.
    authors: list[str] = field(default_factory=list)
    not_authors: list[str] = field(default_factory=list)
    # With media, without, or None for both.
    has_media: bool | None = None
    # Posts with ids between the two.
    above: int = NO_ID
    below: int = EVERY_ID

    @property
    def is_days(self) -> bool:
        """Whether it asks for days and nothing else."""
        return self != Query() and self == Query(above=self.above, below=self.below)


def checked(text: str) -> str:
    """The text trimmed; raises Invalid, saying what to do, when there is nothing to look for or too much."""
    trimmed = "".join(" " if sign == "\0" else sign for sign in text).strip()
    if not trimmed:
        reason = _("Say what to look for.")
    elif len(trimmed) > LONGEST_QUERY:
        reason = _("Use at most %(number)d characters.") % {"number": LONGEST_QUERY}
    else:
        return trimmed
    raise Invalid(reason, fields={"q": [reason]})


def read(text: str) -> Query:
    """The query in a text."""
    query = Query()
    for part in PART.finditer(text.translate(QUOTATION_MARKS)):
        is_not = part["minus"] == "-"
        if part["phrase"] is not None:
            add_words(query, part["phrase"], is_not)
        elif not add_operator(query, part["plain"], is_not):
            add_words(query, part["plain"], is_not)
    return query


def add_words(query: Query, words: str, is_not: bool) -> None:
    if words.strip():
        (query.not_words if is_not else query.words).append(words)


def add_operator(query: Query, plain: str, is_not: bool) -> bool:
    """Whether it is one: `#tag`, `from:user`, `has:media`, `before:` or `after:` a day."""
    name, colon, value = plain.partition(":")
    if plain.startswith("#") and (tag := find_tag(plain[1:])):
        (query.not_tags if is_not else query.tags).append(tag)
    elif name.lower() == "from" and (author := USERNAME.fullmatch(value)):
        (query.not_authors if is_not else query.authors).append(author[1].lower())
    elif plain.lower() == "has:media":
        query.has_media = not is_not
    elif colon and not is_not and (day := day_of(value)):
        return add_day(query, name.lower(), day)
    else:
        return False
    return True


def add_day(query: Query, name: str, day: date) -> bool:
    """`after:` begins with that day, `before:` ends with the one before it; both in UTC."""
    first = first_id_at(datetime(day.year, day.month, day.day, tzinfo=UTC))
    if name == "after":
        query.above = max(query.above, first - 1)
    elif name == "before":
        query.below = min(query.below, first)
    else:
        return False
    return True


def day_of(text: str) -> date | None:
    """A day as YYYY-MM-DD, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        return None


def last_word(text: str) -> str:
    """What somebody who types is at: the last word, of which people and hashtags can be told."""
    return text.split()[-1] if text.split() else ""


def is_operator(word: str) -> bool:
    """Whether it takes away or narrows, finished or not, so that no name is being typed."""
    name, colon, _value = word.partition(":")
    return word.startswith("-") or (colon != "" and name.lower() in OPERATORS)


def highlights(query: Query) -> str:
    """The words and phrases to be marked in what is found, a line each."""
    return "\n".join(" ".join(words.split()) for words in query.words)
