"""How tests are spread over processes: a file stays together, and one process has the running site."""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

TESTS = Path(__file__).parent


@cache
def needs_site(file: str) -> bool:
    """Whether tests of the file walk through the site that the fixture `live_site` starts."""
    text = (TESTS / Path(file).name).read_text(encoding="utf-8")
    return "live_site" in text or "from tests.test_browser import" in text


class FilesTogether(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return "the site" if needs_site(file) else file


def pytest_xdist_make_scheduler(config: Any, log: Any) -> FilesTogether:
    return FilesTogether(config, log)


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """What takes longest begins first; in continuous integration a walk that fails is walked once more, and said."""
    items.sort(key=lambda item: not needs_site(item.path.name))
    for item in items if os.environ.get("CI") else ():
        if "chromium" in item.fixturenames:
            item.add_marker(pytest.mark.flaky(reruns=1))
