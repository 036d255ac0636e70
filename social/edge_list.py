"""A follow graph as a text file: an edge a line. Knows files and names, not the database."""

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from accounts.models import RESERVED_USERNAMES

LINES_AT_ONCE = 5_000
GZIP_MAGIC = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
PREFIX = re.compile(r"[a-z0-9_]{0,29}")
USERNAME = re.compile(r"[a-z0-9_]{2,30}")
# Two ids parted by a comma or blanks; what follows them is somebody else's column.
EDGE = re.compile(rb"\s*(\w+)(?:\s*,\s*|\s+)(\w+)(?:[ \t,][^\r\n]*)?\s*")
EXPECTED = "A line is two ids of letters, digits and underscores, parted by a comma, a tab or a space: 12 34"


class BadGraph(Exception):
    """The file cannot be loaded; the text says where and why."""


def checked_prefix(prefix: str) -> str:
    """The prefix in lower case; raises BadGraph for one that no username can start with."""
    if not PREFIX.fullmatch(prefix.lower()):
        raise BadGraph(f"The prefix {prefix!r} does not do: use at most 29 letters a to z, digits and underscores.")
    return prefix.lower()


class EdgeList:
    """An open edge list, plain or gzip, read once from start to end.

    `numbers` gives each id met its number, from 1 in the order of appearance.
    """

    def __init__(self, path: Path, prefix: str) -> None:
        self.path = path
        self.prefix = prefix
        self.numbers: dict[bytes, int] = {}
        self.spellings: dict[str, bytes] = {}
        self.edges = self.self_loops = 0

    def __enter__(self) -> Self:
        try:
            self.raw = self.path.open("rb")
            is_gzip = self.raw.read(2) == GZIP_MAGIC or self.path.suffix == ".gz"
            self.raw.seek(0)
        except OSError as error:
            raise BadGraph(f"{self.path} cannot be opened: {error.strerror}.") from error
        self.lines: IO[bytes] = gzip.GzipFile(fileobj=self.raw) if is_gzip else self.raw  # type: ignore[assignment]
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.lines.close()
        self.raw.close()

    def names(self) -> Iterator[tuple[str, int]]:
        """The username and the number of everybody met."""
        return ((name, self.numbers[spelling]) for name, spelling in self.spellings.items())

    def chunks(self, tell_bytes: Callable[[int], None]) -> Iterator[str]:
        """The edges that are no self-loops as lines `number<tab>number`, thousands at a time.

        `tell_bytes` is told how far into the file it is, in bytes as they lie on the disk.
        Raises BadGraph naming the first line that will not do, or what is wrong with the file.
        """
        chunk: list[str] = []
        for follower, followee in self.pairs():
            if follower == followee:
                self.self_loops += 1
                continue
            chunk.append(f"{follower}\t{followee}\n")
            if len(chunk) == LINES_AT_ONCE:
                tell_bytes(self.raw.tell())
                yield "".join(chunk)
                chunk = []
        tell_bytes(self.raw.tell())
        yield "".join(chunk)

    def pairs(self) -> Iterator[tuple[int, int]]:
        for line_number, line in self.numbered_lines():
            found = EDGE.fullmatch(line)
            if found is None:
                self.refuse_unless_comment(line_number, line)
                continue
            follower, followee = found.groups()
            self.edges += 1
            yield (
                self.numbers.get(follower) or self.add(line_number, follower),
                self.numbers.get(followee) or self.add(line_number, followee),
            )

    def numbered_lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers from 1; a broken file is a BadGraph."""
        line_number = 0
        try:
            for line_number, line in enumerate(self.lines, 1):
                yield line_number, line.removeprefix(BYTE_ORDER_MARK) if line_number == 1 else line
        except EOFError as error:
            raise BadGraph(f"{self.path} is cut short: its compressed data ends after line {line_number}.") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise BadGraph(f"{self.path} is no whole gzip file: {error} (after line {line_number}).") from error
        except OSError as error:
            raise BadGraph(f"{self.path} cannot be read: {error.strerror}.") from error

    def add(self, line_number: int, spelling: bytes) -> int:
        """The number of an id met for the first time; raises BadGraph when it makes no username."""
        name = self.prefix + spelling.decode().lower()
        other = self.spellings.setdefault(name, spelling)
        if other != spelling:
            raise BadGraph(
                f"Line {line_number}: {spelling.decode()!r} and {other.decode()!r} differ only in case, and "
                "usernames do not."
            )
        if not USERNAME.fullmatch(name) or name in RESERVED_USERNAMES:
            raise BadGraph(
                f"Line {line_number}: {name!r} cannot be a username: it takes 2 to 30 letters, digits and "
                "underscores, and no word of the site's own."
            )
        self.numbers[spelling] = len(self.numbers) + 1
        return self.numbers[spelling]

    def refuse_unless_comment(self, line_number: int, line: bytes) -> None:
        content = line.strip()
        if content and content[:1] not in b"#%":
            shown = content[:60].decode(errors="replace")
            raise BadGraph(f"Line {line_number}: {shown!r} is no edge. {EXPECTED}.")
