"""Sessions from what people did on Twitter in the week of the Higgs boson: a reader's retweet among what they had.

Two files: who follows whom (`A B`: A follows B) of some readers, and what was done in time order
(`A B unix_time RT|MT|RE`: A retweets, mentions, replies to B). They know no tweets, so:
- a run of retweets of one author without a pause of RUN_PAUSE_HOURS is one post of that author, written when the run
  begins; retweets and replies to its author meanwhile are its shares and comments. The files know no likes: a retweet,
  the lightest thing there is, is counted as one as well, for the seed formula looks at nothing else;
- a mention or reply is a post of who made it, unless it belongs to a retweet of the same second.

A session is a retweet by a reader we know the follow list of. Its candidates are what a timeline would hold: the
newest entries of those followed, an original once, at its newest. What was retweeted is the newest post of that author
in it; a retweet of what nobody followed had passed on is no session. Every number is from before that second.
"""

import gzip
import zlib
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import IO, NamedTuple

from feeds.ranking import features
from feeds.ranking.training.examples import Example, Session, session_of
from feeds.ranking.values import Candidate

RUN_PAUSE_HOURS = 1
# Candidates of a session, and entries remembered of each author.
LIMIT = 100
KINDS = frozenset({"RT", "MT", "RE"})


class BadData(Exception):
    """A file is not what it should be; says which line and why."""


class Event(NamedTuple):
    actor: int
    target: int
    at: int  # seconds since 1970
    kind: str


@dataclass(eq=False)
class Post:
    """Something an author wrote, as far as the files tell."""

    pk: int
    author: int
    written: int
    shares: int = 0
    comments: int = 0
    last: int = 0


class Entry(NamedTuple):
    """What brings a post to the followers of `bringer`: their own writing or their retweet."""

    pk: int
    at: int
    bringer: int
    post: Post


def opened(path: Path) -> IO[str]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        return gzip.open(path, "rt") if packed else path.open()
    except OSError as error:
        raise BadData(f"{path} cannot be opened: {error.strerror}.") from error


def lines(path: Path, columns: int) -> Iterator[list[str]]:
    with opened(path) as file:
        try:
            for number, line in enumerate(file, 1):
                found = line.split()
                if len(found) < columns or not all(one.isdecimal() for one in found[: min(columns, 3)]):
                    raise BadData(f"{path.name}, line {number}: {line.strip()[:60]!r} should be {columns} columns.")
                yield found
        except (EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
            raise BadData(f"{path.name} is damaged: {error}.") from error


def follows_of(path: Path) -> dict[int, set[int]]:
    follows: dict[int, set[int]] = defaultdict(set)
    for follower, followee, *_rest in lines(path, 2):
        follows[int(follower)].add(int(followee))
    return dict(follows)


def events_of(path: Path) -> Iterator[Event]:
    before = 0
    for actor, target, at, kind, *_rest in lines(path, 4):
        event = Event(int(actor), int(target), int(at), kind)
        if kind not in KINDS or event.at < before:
            raise BadData(
                f"{path.name}: {' '.join(map(str, event))!r} is of no known kind, or out of the order of time."
            )
        before = event.at
        yield event


def sessions(network: Path, activity: Path) -> Iterator[Session]:
    stream = Stream(follows_of(network))
    for _, found in groupby(events_of(activity), key=lambda one: one.at):
        second = list(found)
        # First what was decided in this second, by what was known before; then what the second adds to it.
        yield from stream.sessions(second)
        stream.take(second)


class Stream:
    """What is known up to a moment of the stream."""

    def __init__(self, follows: dict[int, set[int]]) -> None:
        self.follows = follows
        self.followers = Counter(one for followed in follows.values() for one in followed)
        self.entries: dict[int, deque[Entry]] = defaultdict(lambda: deque(maxlen=LIMIT))
        self.runs: dict[int, Post] = {}
        self.interactions: Counter[tuple[int, int]] = Counter()
        self.written: Counter[int] = Counter()
        self.began: int | None = None
        self.made = 0

    def sessions(self, second: list[Event]) -> Iterator[Session]:
        wanted: dict[int, set[int]] = defaultdict(set)
        for event in second:
            if event.kind == "RT" and event.actor in self.follows:
                wanted[event.actor].add(event.target)
        for reader, authors in wanted.items():
            had = self.candidates(reader)
            chosen = {next((e.pk for e in had if e.post.author == author), None) for author in authors} - {None}
            if chosen and len(had) > len(chosen):
                yield session_of(second[0].at, [self.example(reader, entry, chosen, second[0].at) for entry in had])

    def candidates(self, reader: int) -> list[Entry]:
        """The newest entries of those followed, newest first, an original once; nothing of the reader's own."""
        found = [entry for followed in self.follows[reader] for entry in self.entries.get(followed, ())]
        once: dict[int, Entry] = {}
        for entry in sorted(found, reverse=True, key=lambda one: one.pk):
            if entry.post.author != reader:
                once.setdefault(entry.post.pk, entry)
            if len(once) == LIMIT:
                break
        return list(once.values())

    def example(self, reader: int, entry: Entry, chosen: set[int | None], now: int) -> Example:
        row = features.of(self.candidate(reader, entry, now))
        return Example(row, frozenset({"share"} if entry.pk in chosen else ()))

    def candidate(self, reader: int, entry: Entry, now: int) -> Candidate:
        post = entry.post
        days = max((now - (self.began or now)) / 86400, 1.0)
        return Candidate(
            entry_id=entry.pk,
            shown_id=post.pk,
            author_id=post.author,
            sharer_id=None if entry.bringer == post.author else entry.bringer,
            age_hours=(now - post.written) / 3600,
            likes=post.shares,
            comments=post.comments,
            shares=post.shares,
            interactions=self.interactions[reader, post.author],
            follows_back=reader in self.follows.get(post.author, ()),
            followers=self.followers[post.author],
            posting=self.written[post.author] / days,
            # The files do not tell.
            media=0,
            has_link=False,
            has_poll=False,
            is_quote=False,
            length=0,
            nudge=0,
        )

    def take(self, second: list[Event]) -> None:
        """Adds what happened in one second."""
        self.began = self.began or second[0].at
        retweeters = {one.actor for one in second if one.kind == "RT"}
        for event in second:
            if event.actor in self.follows:
                self.interactions[event.actor, event.target] += 1
            if event.kind == "RT":
                self.retweeted(event)
            elif event.actor not in retweeters:
                self.wrote(event)

    def retweeted(self, event: Event) -> None:
        post = self.running(event)
        if post is None:
            post = self.runs[event.target] = Post(self.new_id(event.at), event.target, event.at)
            self.written[event.target] += 1
        post.shares, post.last = post.shares + 1, event.at
        self.bring(event, post)

    def wrote(self, event: Event) -> None:
        answered = self.running(event)
        if event.kind == "RE" and answered is not None:
            answered.comments += 1
        self.written[event.actor] += 1
        self.bring(event, Post(self.new_id(event.at), event.actor, event.at))

    def running(self, event: Event) -> Post | None:
        """The run of retweets of the event's target that is not over."""
        post = self.runs.get(event.target)
        return post if post and event.at - post.last <= RUN_PAUSE_HOURS * 3600 else None

    def bring(self, event: Event, post: Post) -> None:
        if event.actor in self.followers:
            self.entries[event.actor].append(Entry(self.new_id(event.at), event.at, event.actor, post))

    def new_id(self, at: int) -> int:
        """A higher id each time, made as the site's own: two of them tell how far apart they are in time."""
        self.made += 1
        return (at * 1000 << 12) + self.made
