"""Files that are made to do harm: refused with a reason, by a process that stays small, and nothing of them is kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from posts.models import Media
from tests.helpers import run_tasks
from tests.media import HOSTILE, send

pytestmark = pytest.mark.django_db
MOST_GROWTH_BYTES = 40 * 2**20


def files_kept() -> list[str]:
    return [str(path) for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def highest_memory() -> int:
    """Bytes this process has held at most, since that was last forgotten."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1))  # type: ignore[union-attr]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason_and_nothing_is_kept(alice, name):
    make, expected = HOSTILE[name]
    content = make()
    Path("/proc/self/clear_refs").write_text("5")  # the highest so far is what it is now
    before = highest_memory()
    status, answer = send(alice, content, "holiday.jpg")
    grown = highest_memory() - before
    assert grown < MOST_GROWTH_BYTES, f"{grown / 2**20:.0f} MiB"
    run_tasks()
    if status == 201:  # what a reader may skip without harm is a picture as any other
        assert status in (expected if isinstance(expected, tuple) else ())
        return
    assert status in (expected if isinstance(expected, tuple) else (expected,)), answer
    assert 15 < len(answer["detail"]) < 200
    assert "Traceback" not in str(answer)
    assert Media.objects.count() == 0
    assert files_kept() == []
