"""What the docs promise is there, and what is there is in the docs."""

import inspect
import re
from pathlib import Path

import pytest
from django.core.management import call_command

from feeds import keys

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()
DOCS = README + "".join(path.read_text() for path in (ROOT / "docs").glob("*.md"))
COMMANDS = sorted(path.stem for path in ROOT.glob("*/management/commands/[a-z]*.py"))


def test_the_readme_begins_with_the_two_commands():
    lines = [line.split("#")[0].strip() for line in README.splitlines() if line.startswith("make ")]
    assert lines[:2] == ["make run", "make test"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"manage.py {command}" in README


def test_every_command_and_target_the_docs_name_exists():
    builtin = {"migrate", "collectstatic", "shell", "check"}
    assert set(re.findall(r"manage\.py ([a-z_]+)", DOCS)) <= {*COMMANDS, *builtin}
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z]+)", DOCS)) <= targets


def test_every_file_the_docs_name_exists():
    named = set(re.findall(r"`((?:accounts|social|posts|feeds|feedsite|templates|static|docs)/[\w./-]+\.\w+)`", DOCS))
    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_gallery_shows_every_picture_and_is_no_burden():
    pictures = {f"gallery/{path.name}": path.stat().st_size for path in (ROOT / "docs" / "gallery").iterdir()}
    shown = re.findall(r"\((gallery/[^)]*)\)", (ROOT / "docs" / "gallery.md").read_text())
    assert sorted(shown) == sorted(pictures)
    assert sum(pictures.values()) < 3_000_000


def test_every_name_in_redis_says_what_it_holds_and_for_how_long():
    makers = [
        maker
        for name, maker in vars(keys).items()
        if inspect.isfunction(maker) and name not in {"name", "hot_timelines"} and maker.__module__ == keys.__name__
    ]
    assert len(makers) >= 6
    for maker in makers:
        assert re.search(r"List:|Hash\.|String:|[Ss]et\.", maker.__doc__ or ""), maker
        assert "Lifetime:" in (maker.__doc__ or ""), maker


def test_the_openapi_document_is_made_without_a_warning(capsys):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", "/dev/null")
    assert "warning" not in capsys.readouterr().err.lower()
