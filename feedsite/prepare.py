"""What must be true before the site's processes start: the tables are up to date, the demo is there if wanted.

Run by the runner as one process, so that Django is loaded once for all of it. People read stderr; the last line of
stdout is the answer as JSON: `{"demo": whether the demo's users exist}`.
"""

import json
import os
import sys

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command, get_commands
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from feedsite.console import NAME_WIDTH

DEMO_NAMES = ("alice", "bob", "carol")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")
    django.setup()
    migrate()
    load_demo()
    print(json.dumps({"demo": has_demo()}))


def tell(text: str) -> None:
    print(f"{'feedsite'.ljust(NAME_WIDTH)} {text}", file=sys.stderr, flush=True)


def migrate() -> None:
    """Applies what is missing; silent when nothing is."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        tell(f"making the tables: {len(plan)} migrations")
        call_command("migrate", interactive=False, verbosity=0)


def load_demo() -> None:
    if settings.DEMO and "load_demo" in get_commands() and not get_user_model().objects.exists():
        tell("loading the demo community")
        # Its words are for people: stdout is for the answer.
        call_command("load_demo", stdout=sys.stderr)


def has_demo() -> bool:
    return get_user_model().objects.filter(username__in=DEMO_NAMES).count() == len(DEMO_NAMES)


if __name__ == "__main__":
    main()
