"""`manage.py train_ranker`: a learned ranking from what readers did, served if it beats what is served."""

import sys
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from feeds import actions
from feeds.models import RankerModel
from feeds.ranking import learned, linear, reports
from feeds.ranking.training import higgs, impressed, judging
from feeds.ranking.training.examples import Session
from feedsite.errors import DomainError

DATA = Path(settings.BASE_DIR).parent / "shared" / "data"


class Command(BaseCommand):
    help = (
        "Trains the learned ranking and prints how it does on the newest sessions, which it has not seen. It is kept, "
        "and served from the next minute on if its NDCG@10 beats that of the model that is served (of the seed formula "
        "where none is) with the whole 95 % interval."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--source",
            choices=RankerModel.Source.values,
            default="impressions",
            help="what to learn from (impressions)",
        )
        parser.add_argument(
            "--network", type=Path, default=DATA / "higgs-social_network.prefix355075.edgelist.gz", help="for higgs"
        )
        parser.add_argument("--activity", type=Path, default=DATA / "higgs-activity_first60.txt.gz", help="for higgs")
        parser.add_argument("--seed", type=whole, default=1, help="of everything that is left to chance (1)")
        either = parser.add_mutually_exclusive_group()
        either.add_argument("--dry-run", action="store_true", help="train and print only; keep and serve nothing new")
        either.add_argument("--rollback", action="store_true", help="serve what the current model replaced again")

    def handle(self, *, rollback: bool, dry_run: bool, **options: Any) -> None:
        if rollback:
            return self.roll_back()
        current = RankerModel.objects.current()
        trained = self.trained(current, **options)
        for line in reports.lines(trained.report):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write(f"\nNothing was kept: {'it is better' if trained.is_better else 'it is not better'}.")
            return None
        kept = actions.keep_ranker(
            **trained._asdict(), source=options["source"], judged_against=current.pk if current else None
        )
        self.stdout.write(f"\nKept as model {kept.pk}; {'served from now on' if kept.is_current else 'not served'}.")
        return None

    def trained(
        self, current: RankerModel | None, *, source: str, network: Path, activity: Path, seed: int, **options: Any
    ) -> judging.Trained:
        now = timezone.now()
        found = higgs.sessions(network, activity) if source == "higgs" else impressed.sessions(now)
        try:
            return judging.train(counted(found), now=now, seed=seed, current=rival(current))
        except (higgs.BadData, judging.TooLittle) as error:
            raise CommandError(str(error)) from error

    def roll_back(self) -> None:
        try:
            kept = actions.roll_back_ranker()
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Serving {kept} again." if kept else "Serving the formula again: there was no model before.")


def whole(text: str) -> int:
    """A seed: no number below 0 is one."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no whole number from 0 up")
    return int(text)


def counted(sessions: Iterator[Session]) -> Iterator[Session]:
    yield from tqdm(sessions, desc="reading", unit=" sessions", file=sys.stderr)


def rival(current: RankerModel | None) -> tuple[str, linear.Model] | None:
    """The name and weights of the model that is served; one that cannot be, for its age too, is no rival."""
    try:
        return (f"model {current.pk}", learned.servable(current)) if current else None
    except linear.BadModel:
        return None
