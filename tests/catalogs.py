"""`make words` brings feedsite/locale/ up to date: what the sources say goes into .po files, and those into .mo files.

Django's own `makemessages` needs the programs of GNU gettext, which a bare machine has not; Babel is a wheel.
"""

import re
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_javascript, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "feedsite" / "locale"
APPS = ["accounts", "social", "posts", "feeds", "notifications", "moderation", "feedsite"]
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
# The staff side stays English: docs/decisions.md.
STAFF_SIDE = ("feeds/trends/admin.py", "templates/admin/", "templates/feeds/lab/", "feeds/lab/", "feeds/demo/")


def sources(domain: str) -> Iterator[Path]:
    """What has words: pages and Python for `django`, the scripts of pages for `djangojs`."""
    if domain == "djangojs":
        yield from scripts()
        return
    yield from templates()
    for app in APPS:
        yield from (path for path in sorted((ROOT / app).rglob("*.py")) if not is_staff_side(path))


def scripts() -> list[Path]:
    """All but the one that asks the catalog itself."""
    return sorted(path for path in (ROOT / "static" / "js").glob("*.js") if path.name != "words.js")


def templates() -> list[Path]:
    found = (path for kind in ("html", "txt") for path in (ROOT / "templates").rglob(f"*.{kind}"))
    return sorted(path for path in found if not is_staff_side(path))


def is_staff_side(path: Path) -> bool:
    return path.relative_to(ROOT).as_posix().startswith(STAFF_SIDE)


def said_in(path: Path) -> Iterator[tuple[int, str, str | tuple[str, str], str | None]]:
    """(line, keyword, message or (singular, plural), context) of each string for people."""
    if path.suffix == ".py":
        found = extract_python(BytesIO(path.read_bytes()), KEYWORDS, [], {})
    elif path.suffix == ".js":
        found = extract_javascript(BytesIO(path.read_bytes()), KEYWORDS, [], {})
    else:  # in brackets, so that the layout of a page is not taken for that of a program
        program = f"({templatize(path.read_text(), origin=str(path))}\n)"
        found = extract_python(BytesIO(program.encode()), KEYWORDS, [], {"encoding": "utf-8"})
    for line, keyword, messages, _comments in found:
        yield line, keyword, *understood(KEYWORDS[keyword], messages)


def understood(spec: object, messages: object) -> tuple[str | tuple[str, str], str | None]:
    """The message and its context, from the arguments of a call as its keyword has them."""
    given = [messages] if isinstance(messages, str) else list(messages)  # type: ignore[call-overload]
    context = given.pop(0) if isinstance(spec, tuple) and isinstance(spec[0], tuple) else None
    many = spec is not None and len([part for part in spec if isinstance(part, int)]) == 2  # type: ignore[attr-defined]
    return ((given[0], given[1]) if many else given[0]), context


def extracted(domain: str) -> Catalog:
    """The messages of the sources, each with the places where it stands."""
    catalog = Catalog(domain=domain, charset="utf-8")
    for path in sources(domain):
        for line, _keyword, message, context in said_in(path):
            place = (path.relative_to(ROOT).as_posix(), line)
            catalog.add(message, locations=[place], context=context)
    return catalog


def catalog_file(language: str, domain: str, kind: str = "po") -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"{domain}.{kind}"


def read(language: str, domain: str) -> Catalog:
    with catalog_file(language, domain).open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def compiled(catalog: Catalog) -> bytes:
    """The .mo file, without what has no translation: an empty one would be shown instead of the English.

    Its dates are the same each time, so that it only changes with its words.
    """
    for message in [message for message in catalog if message.id and not is_translated(message)]:
        catalog.delete(message.id, message.context)
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    written = BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def update(language: str, domain: str) -> list[Message]:
    """Writes both files; what is not translated yet."""
    path = catalog_file(language, domain)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = read(language, domain) if path.exists() else Catalog(locale=language, domain=domain)
    # No guesses: a fuzzy sentence is a wrong one. What is no longer said goes.
    catalog.update(extracted(domain), no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    with path.open("wb") as file:
        write_po(file, catalog, width=110, omit_header=False, sort_by_file=True, include_lineno=False)
    tidy_header(path)
    catalog_file(language, domain, "mo").write_bytes(compiled(read(language, domain)))
    return [message for message in catalog if message.id and not is_translated(message)]


def tidy_header(path: Path) -> None:
    """Keeps of the header what says something: dates and people would make each run another file."""
    header, rest = path.read_text().split("\n\n", 1)
    kept = r'msg|"(Language|Plural-Forms|MIME-Version|Content-Type|Content-Transfer-Encoding):'
    lines = [line for line in header.splitlines() if re.match(kept, line)]
    path.write_text("\n".join(lines) + "\n\n" + rest)


def is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(strings) and all(strings) and not message.fuzzy


def main() -> int:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")
    django.setup()
    from django.conf import settings

    for language, name in settings.LANGUAGES:
        if language == settings.LANGUAGE_CODE:
            continue
        for domain in ("django", "djangojs"):
            missing = update(language, domain)
            print(f"{name}, {domain}: {len(missing)} to translate")
            for message in missing[:20]:
                print(f"  {message.id!r}  {message.locations[0][0]}")
    return 0


if __name__ == "__main__":
    warnings.simplefilter("default")
    sys.exit(main())
