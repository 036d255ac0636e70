import sys
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from feeds import mover


class Command(BaseCommand):
    help = "Moves every edge to where settings and rates want it now, as the site does by itself within a day."

    def handle(self, **options: Any) -> None:
        with tqdm(unit=" edges", unit_scale=True, desc="settling", file=sys.stderr) as bar:
            for moved in mover.settle_in_batches():
                bar.update(moved)
        self.stdout.write(f"Settled: {bar.n:,} edges moved.")
