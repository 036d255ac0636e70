"""Reads the community's posts from the text files beside it.

A post is a paragraph. Its first line is when, who, how many likes and, for a quiet one, `followers`; or `quotes` and
whose last post in the file it quotes. Then the text, its lines joined by blanks; then the comments, `> who: text`,
each under the post or, with `>>`, under the comment before it. Between text and comments may stand what hangs on the
post: `! picture: its description` (see `pictures`), `~ content warning`, and a poll, `? one | another`. A paragraph of
`#` lines is for readers of the file:

    3 bashir 28
    4,060. There's going to be a roof. #roof
    > iris_okafor: My favourite sentence.

When is a number of days ago (0 is the last 24 hours), or exactly so: `5h`, `3m` ago.
"""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

FOLDER = Path(__file__).parent
HEADER = re.compile(
    r"(?:(?P<days>\d+)|(?P<hours>\d+)h|(?P<minutes>\d+)m) (?P<author>\w+) (?P<likes>\d+)(?P<quiet> followers)?"
    r"(?: quotes (?P<quotes>\w+))?"
)
COMMENT = re.compile(r"(?P<depth>>+) (?P<author>\w+): (?P<content>.+)")


ATTACHED = re.compile(r"! (?P<picture>\w+): (?P<alt>.+)|~ (?P<warning>.+)|\? (?P<poll>.+)")


@dataclass
class Line:
    """What somebody says, and what it is an answer to: the index of a comment before it, or the post."""

    author: str
    content: str
    answers: int | None = None


@dataclass
class Scene:
    """A post with its thread. `ago` is exact, or else `days` says in which 24 hours it belongs."""

    post: Line
    likes: int
    followers_only: bool
    days: int
    ago: timedelta | None
    # Whose last post it quotes; empty: none.
    quotes: str = ""
    comments: list[Line] = field(default_factory=list)
    # The name of each and its description.
    pictures: list[tuple[str, str]] = field(default_factory=list)
    warning: str = ""
    # What a poll offers.
    options: list[str] = field(default_factory=list)


def read_all() -> list[list[Scene]]:
    """The scenes of each file, in the order they are told."""
    return [read(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.txt"))]


def read(text: str) -> list[Scene]:
    """The scenes of one file; raises ValueError naming a paragraph that is none."""
    paragraphs = [paragraph.strip() for paragraph in text.split("\n\n")]
    return [scene_of(paragraph) for paragraph in paragraphs if paragraph and not paragraph.startswith("# ")]


def scene_of(paragraph: str) -> Scene:
    header, *lines = paragraph.split("\n")
    found = HEADER.fullmatch(header)
    if found is None or not lines:
        raise ValueError(f"This is no post: {paragraph!r}")
    text, *rest = said_in(lines)
    attached = [hung for hung in map(ATTACHED.fullmatch, rest) if hung]
    exact = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0)) or None
    return Scene(
        post=Line(found["author"], text),
        likes=int(found["likes"]),
        followers_only=bool(found["quiet"]),
        days=int(found["days"] or 0),
        ago=exact,
        quotes=found["quotes"] or "",
        comments=comments_of(rest[len(attached) :]),
        pictures=[(hung["picture"], hung["alt"]) for hung in attached if hung["picture"]],
        warning=next((hung["warning"] for hung in attached if hung["warning"]), ""),
        options=[option for hung in attached if hung["poll"] for option in hung["poll"].split(" | ")],
    )


def said_in(lines: list[str]) -> list[str]:
    """The post's text, what hangs on it and each comment, their lines joined."""
    said: list[str] = []
    for line in lines:
        if said and not line.startswith((">", "! ", "~ ", "? ")):
            said[-1] += f" {line}"
        else:
            said.append(line)
    return said


def comments_of(said: list[str]) -> list[Line]:
    comments: list[Line] = []
    for text in said:
        found = COMMENT.fullmatch(text)
        if found is None:
            raise ValueError(f"This is no comment: {text!r}")
        deeper = len(found["depth"]) > 1 and comments
        comments.append(Line(found["author"], found["content"], len(comments) - 1 if deeper else None))
    return comments
