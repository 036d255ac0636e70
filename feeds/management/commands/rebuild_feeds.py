"""`manage.py rebuild_feeds`: Feed made anew from the posts, as after a restore."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts.models import User
from feeds import upkeep, verify

READERS_AT_ONCE = 50


class Command(BaseCommand):
    help = "Makes the pushed entries of all home timelines anew, a few readers a transaction; nobody notices."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", metavar="U", help="only this reader, by username")

    def handle(self, *, user: str | None = None, **options: Any) -> None:
        if user is not None:
            self.rebuild_one(user)
            return
        written = readers = 0
        with tqdm(total=User.objects.count(), desc="readers", unit="", file=sys.stderr, disable=None) as bar:
            for batch in verify.in_batches(User.objects.all(), READERS_AT_ONCE):
                written += upkeep.rebuild(batch)
                readers += len(batch)
                bar.update(len(batch))
        self.stdout.write(f"Rebuilt {readers:,} feeds: {written:,} entries.")

    def rebuild_one(self, username: str) -> None:
        reader = User.objects.named(username.removeprefix("@")).first()
        if reader is None:
            raise CommandError(f"There is no user {username}.")
        self.stdout.write(f"Rebuilt the feed of {reader}: {upkeep.rebuild([reader.pk]):,} entries.")
