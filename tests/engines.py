"""A pytest plugin (`-p tests.engines`): gives the whole run its own throw-away PostgreSQL and Redis.

They are started when this file is imported, because every hook comes after pytest-django has read the settings.
Each worker of pytest-xdist has its own, too, for some tests freeze theirs. Addresses given from outside are left alone.
"""

import atexit
import os
import signal
import sys
from contextlib import ExitStack

import pytest

from feedsite import embedded

_cleanup = ExitStack()


# What the controller started, for its workers: they cannot tell it from what was given from outside.
STARTED = "FEEDSITE_TEST_ENGINES"


def _start() -> None:
    names = ("DATABASE_URL", "REDIS_URL")
    if STARTED not in os.environ:
        os.environ[STARTED] = " ".join(name for name in names if not os.environ.get(name))
    postgres, redis = (name in os.environ[STARTED].split() for name in names)
    directory = _cleanup.enter_context(embedded.temporary(postgres=postgres, redis=redis))
    engines = embedded.urls(directory)
    if postgres:
        os.environ["DATABASE_URL"] = engines.database_url
    if redis:
        os.environ["REDIS_URL"] = engines.cache_url
        os.environ["CELERY_BROKER_URL"] = engines.broker_url
    os.environ["DATA_DIR"] = str(directory)
    os.environ["FEEDSITE_SUPERVISED"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _cleanup.close()


# Being told to stop by the system ends the run, and with it the engines, as Ctrl-C does.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
# For a run that ends before pytest is configured; closing twice does nothing.
atexit.register(_cleanup.close)
_start()
