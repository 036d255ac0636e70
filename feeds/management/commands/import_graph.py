"""`manage.py import_graph FILE [--prefix P]`: users and follows from an edge list."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from tqdm import tqdm

from feeds import mover
from social import graph
from social.edge_list import BadGraph


class Command(BaseCommand):
    help = (
        "Makes users and follows from an edge list: 'a b' or 'a,b' a line means a follows b; further columns, "
        "empty lines and lines that start with # or % are passed over; plain or .gz. A second run adds nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--prefix", default="u", help="what usernames start with, before the id (u)")

    def handle(self, *, file: Path, prefix: str, **options: Any) -> None:
        start = time.monotonic()
        counts = self.load(file, prefix)
        settled = self.settle(counts)
        self.stdout.write(f"{summary(counts, settled)}\n{time.monotonic() - start:.1f} seconds.")

    def load(self, file: Path, prefix: str) -> graph.Counts:
        size_bytes = file.stat().st_size if file.is_file() else None
        with tqdm(total=size_bytes, unit="B", unit_scale=True, desc="reading", file=sys.stderr) as bar:

            def show(step: str, at_bytes: int) -> None:
                bar.set_description(step, refresh=step != "reading")
                bar.update(at_bytes - bar.n if step == "reading" else 0)

            try:
                return graph.load(file, prefix=prefix, pushed_most=mover.pushed_most(), progress=show)
            except BadGraph as error:
                raise CommandError(f"{error} Nothing was loaded.") from error

    def settle(self, counts: graph.Counts) -> int:
        """Moves the new edges to push or pull, as the policy wants them; how many were moved."""
        if counts.follows_made:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE accounts_user, follow")  # plans for the tables as they are now
        with tqdm(total=counts.follows_made, unit=" edges", unit_scale=True, desc="settling", file=sys.stderr) as bar:
            for moved in mover.settle_in_batches():
                bar.update(moved)
            return int(bar.n)


def summary(counts: graph.Counts, settled: int) -> str:
    """What there was, what is new and what is not, for people."""
    made = (
        f"Added {counts.users_made:,} users and {counts.follows_made:,} follows"
        if counts.users_made or counts.follows_made
        else "Nothing to add: every user and follow was there already"
    )
    return (
        f"Read {counts.users:,} users, {counts.edges:,} edges, {counts.self_loops:,} self-loops (skipped), "
        f"{counts.repeated:,} repeated, {counts.blocked:,} between people who block each other (skipped).\n"
        f"{made}; {counts.follows_there:,} follows were there before. Settled {settled:,} edges."
    )
