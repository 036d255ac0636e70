"""One reader paging through a timeline, each page held against the oracle (section 5 of the contract)."""

from collections.abc import Callable

from feeds.oracle import Place
from tests.machine import engine

Read = Callable[[int, str | None], engine.Page]


class Scroll:
    """A scroll in a world where nothing else happens while a page is made, though anything may between pages."""

    def __init__(self, reader_id: int, read: Read) -> None:
        self.reader_id, self.read = reader_id, read
        self.cursor: str | None = None
        self.got: list[Place] = []
        # What was there when the scroll began and at every page since.
        self.promised: set[Place] = set()
        self.is_over = False

    def turn(self, size: int) -> None:
        """The next page is the next places by the oracle, of those that stood below where the scroll began."""
        if self.got:
            now = self.expected_up_to(self.got[0].entry_id)
            self.promised &= set(now)
            rest = [place for place in now if place.entry_id < self.got[-1].entry_id]
        else:
            rest = self.expected()
            self.promised = set(rest)
        page = self.read(size, self.cursor)
        assert page.places == rest[:size], f"page {page.places} is not {rest[:size]}"
        left = rest[size:]
        assert (page.next_cursor is not None) == bool(left), f"{page.next_cursor} is not the cursor with {left} to come"
        self.got += page.places
        self.cursor = page.next_cursor
        if self.cursor is None:
            self.end()

    def expected(self) -> list[Place]:
        """All of it by the oracle, as things stand now."""
        return engine.expected(self.reader_id)

    def expected_up_to(self, top: int) -> list[Place]:
        return engine.expected_up_to(self.reader_id, top)

    def finish(self, size: int) -> None:
        while not self.is_over:
            self.turn(size)

    def end(self) -> None:
        """What clients may rely on, however the pages were made."""
        self.is_over = True
        ids = [place.entry_id for place in self.got]
        assert ids == sorted(set(ids), reverse=True), f"twice or out of order: {ids}"
        assert self.promised <= set(self.got), f"never came: {self.promised - set(self.got)}"
