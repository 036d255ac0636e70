import re
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from feeds import costs


class Command(BaseCommand):
    help = "Measures what a push and a pull cost on this database, for FEED_STRATEGY=adaptive; changes nothing there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="put the two lines into .env")

    def handle(self, *, write: bool, **options: Any) -> None:
        with tqdm(total=2, unit="", file=sys.stderr) as bar:

            def show(step: str) -> None:
                bar.set_description(step)
                bar.update()

            found = costs.measure(show)
        lines = {
            "FEED_PUSH_COST_US": f"{max(found.push, 0.001):.3f}",
            "FEED_PULL_COST_US": f"{max(found.pull, 0.001):.3f}",
        }
        for name, value in lines.items():
            self.stdout.write(f"{name}={value}")
        if write:
            put(Path(settings.BASE_DIR) / ".env", lines)
            self.stdout.write("Written into .env; restart the site to use them.")


def put(path: Path, lines: dict[str, str]) -> None:
    """Sets these variables in the file, in place of lines that set them already; the rest stays."""
    text = path.read_text() if path.exists() else ""
    for name, value in lines.items():
        line = f"{name}={value}"
        text, found = re.subn(rf"^{name}=.*$", line, text, flags=re.MULTILINE)
        if not found:
            text = f"{text.rstrip()}\n{line}\n".lstrip()
    path.write_text(text)
