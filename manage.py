#!/usr/bin/env python
"""Django's commands. With embedded engines and no site running, they run for as long as the command does."""

import os
import signal
import sys
from contextlib import AbstractContextManager, nullcontext

# These never open the database.
WITHOUT_ENGINES = {
    "collectstatic", "compilemessages", "diffsettings", "help", "makemessages", "spectacular", "startapp", "version",
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")
    from feedsite.embedded import EngineError
    from feedsite.env import BadSetting

    # So that `timeout` and a container's stop end the engines too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        run(sys.argv)
    except (BadSetting, EngineError) as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def run(arguments: list[str]) -> None:
    from django.core.management import execute_from_command_line

    with engines(arguments):
        execute_from_command_line(arguments)


def engines(arguments: list[str]) -> AbstractContextManager[object]:
    """What to hold while the command runs: nothing when it needs no engine or the engines are others' business."""
    from django.conf import settings

    from feedsite import embedded

    command = arguments[1] if len(arguments) > 1 else "help"
    is_help = command.startswith("-") or "--help" in arguments or "-h" in arguments
    if is_help or command in WITHOUT_ENGINES or os.environ.get("FEEDSITE_SUPERVISED"):
        return nullcontext()
    if not settings.EMBEDDED_POSTGRES and not settings.EMBEDDED_REDIS:
        return nullcontext()
    return embedded.hold(settings.DATA_DIR, postgres=settings.EMBEDDED_POSTGRES, redis=settings.EMBEDDED_REDIS)


if __name__ == "__main__":
    main()
