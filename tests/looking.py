"""A real Chromium whose every request this process answers, and what it can see wrong with a page."""

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import responses
from queue import Queue
from threading import Thread
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIRequest
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler, get_internal_wsgi_application
from django.test import Client
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, sync_playwright

from tests.chromium import CHROMIUM, FLAGS
from tests.community import Community
from tests.every_page import Visit, client_of

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING = {"type": "tag", "values": TAGS}
# All that the colours of a theme can make worse.
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LOOKS = [(390, "light", EVERYTHING), (1280, "dark", COLOURS)]
if os.environ.get("PROVE"):
    LOOKS += [(390, "dark", COLOURS), (1280, "light", EVERYTHING)]
# A textarea that completes names is a combobox to screen readers, though the standard gives it no such role.
NO_RULES = ["aria-allowed-role"]
# What has opened lies over what is below it.
NO_RULES_OF_OPENED = [*NO_RULES, "target-size"]
AXE = """async ([only, not]) => {
  const rules = Object.fromEntries(not.map((rule) => [rule, { enabled: false }]));
  const found = await axe.run(document, { runOnly: only, rules, resultTypes: ["violations"], preload: false });
  return found.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.impact} ${rule.id}: ${node.target.join(" ")} ${node.failureSummary.replaceAll("\\n", " ")}`));
}"""
# What fades from one theme to the other is looked at when it has arrived.
ARRIVED = "() => document.getAnimations().filter((one) => one instanceof CSSTransition).forEach((one) => one.finish())"
# What the browser may keep from one page to the next.
KEPT, NOT_KEPT = ("Cache-Control", "max-age=86400"), ("Cache-Control", "no-store")
# Said of the answer by the server, or by NOT_KEPT.
OF_SERVER = ("Content-Length", "Cache-Control", "Connection")
KEPT_OPEN = "/static/img/favicon.svg"
WIDER = "() => document.documentElement.scrollWidth - innerWidth"


@dataclass(frozen=True)
class Asked:
    """What the browser asks for, and where the answer goes: status, headers, body."""

    request: WSGIRequest
    body: bytes
    answer: Queue[tuple[int, list[tuple[str, str]], bytes]]


class Window:
    """A browser's window on the site. The browser lives in a thread of its own, as Playwright brings an event loop
    along in which Django would refuse to work; this thread answers its requests meanwhile, in the test's transaction.
    """

    def __init__(self, *, javascript: bool = True) -> None:
        self.asked: Queue[Asked | None] = Queue()
        self.files = StaticFilesHandler(get_internal_wsgi_application())
        self.server = ThreadedWSGIServer(("localhost", 0), QuietHandler)
        self.server.set_app(self.serve)
        self.site = f"http://localhost:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()
        self.thread = ThreadPoolExecutor(1, "browser")
        self.thread.submit(self.start, javascript).result()

    def start(self, javascript: bool) -> None:
        self.playwright = sync_playwright().start()
        self.browser = self.playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--process-per-site"])
        self.context = self.browser.new_context(
            base_url=self.site,
            java_script_enabled=javascript,
            reduced_motion="reduce",
            viewport=viewport(390),
            service_workers="block",  # it would answer for the site
        )
        self.context.set_default_timeout(10_000)
        self.context.route_web_socket("**/*", lambda socket: None)
        # Pages of one site share a process, with all it has compiled, for as long as one of them is open.
        self.context.new_page().goto(KEPT_OPEN)

    def close(self) -> None:
        self.thread.submit(self.browser.close).result()
        self.thread.submit(self.playwright.stop).result()
        self.thread.shutdown()
        self.server.shutdown()
        self.server.server_close()

    def look(self, town: Community, visit: Visit, at: Callable[[Page], list[str]]) -> list[str]:
        """What `at` finds on the page of a visit, and what went wrong while it loaded."""
        self.town, self.visit, self.client = town, visit, client_of(town, visit.who)
        self.address = visit.address(town)
        self.faults: list[str] = []
        looking = self.thread.submit(self.open_and, at)
        looking.add_done_callback(lambda _: self.asked.put(None))
        while asked := self.asked.get():
            asked.answer.put(self.answer(asked))
        return self.faults + looking.result()

    def open_and(self, at: Callable[[Page], list[str]]) -> list[str]:
        page = self.context.new_page()
        try:
            page.on("console", self.hear)
            page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
            page.on("requestfailed", lambda request: self.faults.append(f"failed: {request.url} {request.failure}"))
            page.goto(self.address, wait_until="load")
            return at(page)
        finally:
            page.close()

    def hear(self, message: ConsoleMessage) -> None:
        is_of_page = message.location.get("url", "").removeprefix(self.site) == self.address
        is_expected = (is_of_page and "status of" in message.text) or message.text.startswith(
            "Service Worker registration"
        )
        if message.type in ("error", "warning") and not is_expected:
            self.faults.append(f"console: {message.text} {message.location.get('url')}")

    def serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        """In a thread of the request: files at once, with leave to keep them; the rest when it is answered."""
        if environ["PATH_INFO"].startswith(settings.STATIC_URL):
            return self.files(environ, lambda status, headers: start_response(status, [*headers, KEPT]))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        asked = Asked(WSGIRequest(environ), body, Queue())
        self.asked.put(asked)
        status, headers, content = asked.answer.get(timeout=20)
        start_response(f"{status} {responses.get(status, '')}", headers)
        return [content]

    def answer(self, asked: Asked) -> tuple[int, list[tuple[str, str]], bytes]:
        """Plays the server; who opens it does not matter to the browser's cache, so nothing is kept."""
        is_page = asked.request.headers.get("Sec-Fetch-Mode") == "navigate"
        try:
            response = self.visit.answer(self.town) if is_page else answer_to(self.client, asked)
        except Exception as error:
            self.faults.append(f"{asked.request.get_full_path()}: {error!r}")
            return 500, [], b""
        headers = [(name, value) for name, value in response.items() if name not in OF_SERVER]
        return response.status_code, [*headers, NOT_KEPT], response.getvalue()


def viewport(width: int) -> ViewportSize:
    return {"width": width, "height": 800}


def answer_to(client: Client, asked: Asked) -> Any:
    """What the site answers to a request of the page itself."""
    request = asked.request
    kept = {name: value for name, value in request.headers.items() if re.match("(?i)hx-|x-csrf|accept$|range$", name)}
    kind = request.headers.get("Content-Type", "")
    return client.generic(request.method or "GET", request.get_full_path(), asked.body, kind, headers=kept)


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def seen_wrong(page: Page, no_rules: Sequence[str] = NO_RULES) -> list[str]:
    """Faults of access, and of pages wider than the screen; both widths and both themes are looked at."""
    found: dict[str, str] = {}
    page.evaluate(AXE_SCRIPT)
    for width, theme, rules in LOOKS:
        page.set_viewport_size(viewport(width))
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate(ARRIVED)
        if (more := page.evaluate(WIDER)) > 0:
            found[f"{more} px too wide"] = f"at {width}"
        for fault in page.evaluate(AXE, [rules, no_rules]):
            found.setdefault(fault, f"at {width}, {theme}")
    return [f"{where}: {fault}" for fault, where in found.items()]
