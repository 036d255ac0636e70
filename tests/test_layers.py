"""House rules that a program can check: who may import whom, and who may touch what."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# From left to right: each may import those to its left.
ORDER = ["feedsite", "accounts", "social", "posts", "feeds", "notifications"]
APPS = [*ORDER[1:], "moderation"]
# The wiring: these name the apps in order to put them together.
WIRING = {"feedsite.urls", "feedsite.asgi"}


def modules() -> Iterator[tuple[str, Path]]:
    for app in [*ORDER, "moderation"]:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts), path


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_action(name: str) -> bool:
    """An app's `actions.py`, or a part of it where it is a folder."""
    return "actions" in name.split(".")[1:]


def allowed(importer: str, imported: str) -> bool:
    app, other = importer.split(".")[0], imported.split(".")[0]
    if other not in [*ORDER, "moderation"] or other == app or importer in WIRING:
        return True
    if app == "moderation":
        return other in ORDER[: ORDER.index("posts") + 1]
    if is_action(importer) and (imported in {other, f"{other}.tasks"} or imported.startswith(f"{other}.tasks.")):
        return True
    return other != "moderation" and ORDER.index(other) < ORDER.index(app)


@pytest.mark.parametrize(("name", "path"), sorted(modules()), ids=lambda value: value if isinstance(value, str) else "")
def test_imports_point_one_way(name, path):
    wrong = {imported for imported in imports(path) if not allowed(name, imported)}
    assert not wrong, f"{name} must not import {', '.join(sorted(wrong))}"


def test_only_actions_import_the_tasks_of_other_apps():
    for name, path in modules():
        for imported in imports(path):
            if imported.endswith(".tasks") and imported.split(".")[0] != name.split(".")[0]:
                assert is_action(name), f"{name} imports {imported}"


def test_only_tasks_and_the_wiring_know_celery():
    for name, path in modules():
        if any(imported.split(".")[0] == "celery" for imported in imports(path)):
            assert name.endswith(".tasks") or name == "feedsite.celery", name


def test_only_the_hot_cache_and_the_wiring_know_redis():
    # feedsite reaches it to start it, to ask its health and to publish.
    for name, path in modules():
        if name.split(".")[0] != "feedsite" and any(
            i.split(".")[0] in {"redis", "django_redis"} for i in imports(path)
        ):
            assert name == "feeds.cache", name


def test_there_are_no_signals_and_no_services():
    for name, path in modules():
        text = path.read_text()
        assert "@receiver" not in text, name
        assert "post_save" not in text, name
        assert not re.search(r"class \w*(Service|Manager|Helper)\b", text), name


def test_posts_leave_the_table_by_one_door():
    """Whatever is shown comes through `visible_to`; writes and upkeep name themselves here."""
    # posts.hydrate asks `post_visible` itself; test_api_posts holds it to `visible_to`.
    writers = {"posts.actions", "posts.tasks", "posts.visibility", "feeds.live", "posts.queries"}
    writers |= {
        "posts.admin",
        "moderation.actions.deciding",
        "feeds.management.commands.load_demo",
        "feeds.demo.load",
        "posts.models",
    }
    for name, path in modules():
        for line in path.read_text().splitlines():
            if "Post.objects." in line and "Post.objects.visible_to(" not in line:
                is_writer = name in writers or name.startswith(("feeds.demo", "posts.actions.", "posts.models."))
                assert is_writer, f"{name}: {line.strip()}"


def test_files_stay_small_enough_to_read():
    for name, path in modules():
        most = 500 if name == "feedsite.settings" else 300  # there is one settings file
        assert len(path.read_text().splitlines()) <= most, name
