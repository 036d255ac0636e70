import sys
from argparse import ArgumentParser
from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from feeds import verify


class Command(BaseCommand):
    help = "Checks every promise about home timelines against the tables; exit 1 and a line for each fault."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--sample", type=int, metavar="N", help="check N readers at random instead of all")

    def handle(self, *, sample: int | None = None, **options: Any) -> None:
        number, readers = verify.readers(sample)
        bar = tqdm(readers, total=number, desc="readers", unit="", file=sys.stderr, disable=None)
        faults = 0
        for fault in chain(verify.check_readers(bar), verify.check_counters(), verify.check_outbox()):
            faults += 1
            self.stdout.write(str(fault))
        self.stdout.write(f"{number} readers and all counters checked: {faults or 'no'} faults.")
        if faults:
            sys.exit(1)
