"""One reader paging through a ranked home, held against the oracle."""

from typing import Any
from unittest import mock

from accounts.models import User
from feeds.oracle import Place
from feeds.ranking import candidates
from feeds.ranking import page as ranked
from tests.machine import engine
from tests.machine.scroll import Scroll

# So few are ranked that short histories also get below them.
RANKED = 3


class RankedScroll(Scroll):
    """Pages in an order that is the ranking's own affair; nobody may see more, and nothing comes twice or never."""

    def __init__(self, reader_id: int) -> None:
        super().__init__(reader_id, self.read_ranked)
        self.top = 0

    def read_ranked(self, limit: int, cursor: str | None) -> engine.Page:
        query = {"ranking": "engagement", "limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        reader: Any = User.objects.get(pk=self.reader_id)
        with mock.patch.object(candidates, "MOST", RANKED):
            page = ranked.home(reader, query)
        return engine.Page([Place(row.entry_id, row.shown_id) for row in page.rows], page.next_cursor)

    def turn(self, size: int) -> None:
        now = self.expected()
        if not self.top:
            self.top = now[0].entry_id if now else 0
            self.promised = set(now)
        self.promised &= set(self.expected_up_to(self.top))
        page = self.read(size, self.cursor)
        hidden = {place.shown_id for place in page.places} - {place.shown_id for place in now}
        assert not hidden, f"not for {self.reader_id}: {hidden}"
        assert len(page.places) == size or page.next_cursor is None, f"a page of {len(page.places)} for {size}"
        self.got += page.places
        self.cursor = page.next_cursor
        if self.cursor is None:
            self.end()

    def end(self) -> None:
        self.is_over = True
        ids = [place.entry_id for place in self.got]
        assert len(ids) == len(set(ids)), f"twice: {ids}"
        assert self.promised <= set(self.got), f"never came: {self.promised - set(self.got)}"
