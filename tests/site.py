"""The whole site as `make run` starts it, on a database of its own, for tests that walk through it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg2
import requests
from websockets.sync.client import ClientConnection, connect

from tests.helpers import PASSWORD

BASE_DIR = Path(__file__).resolve().parent.parent
START_SECONDS = 90


def wait_until(true: Callable[[], Any], seconds: float = 15, what: str = "") -> Any:
    """What `true` answers once it is truthy; fails when that takes longer than `seconds`."""
    until = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < until, f"not within {seconds} s: {what or true}"
        time.sleep(0.05)
    return answer


def free_ports() -> int:
    """A port that is free together with the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return int(port)


@contextmanager
def own_database(url: str) -> Iterator[str]:
    """A fresh database on the server of `url`, gone afterwards."""
    name = f"walk_{os.getpid()}"
    options = dj_database_url.parse(url)
    server = psycopg2.connect(
        dbname=options["NAME"], user=options["USER"], password=options["PASSWORD"] or None,
        host=options["HOST"] or None, port=options["PORT"] or None,
    )  # fmt: skip
    server.autocommit = True
    server.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    server.cursor().execute(f"CREATE DATABASE {name}")
    try:
        yield url.replace(f"/{options['NAME']}", f"/{name}", 1)
    finally:
        server.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.close()


@dataclass
class Site:
    """A running site and the ways into it."""

    url: str
    env: dict[str, str]
    data_dir: Path

    def pid(self, name: str) -> int:
        return int((self.data_dir / "run" / f"{name}.pid").read_text())

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=BASE_DIR, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sign_up(self, name: str) -> "App":
        body = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        answer = requests.post(f"{self.url}/api/v1/auth/signup", json=body, timeout=10)
        assert answer.status_code == 201, answer.text
        return App(self, answer.json()["user"]["user_id"], name, answer.json()["access_token"])


@dataclass
class App:
    """One person's app: the API and the websocket with a token."""

    site: Site
    user_id: str
    name: str
    token: str

    def call(self, method: str, path: str, **kwargs: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(method, f"{self.site.url}/api/v1{path}", headers=headers, timeout=10, **kwargs)
        assert answer.status_code < 300, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def post(self, content: str) -> str:
        return str(self.call("post", "/posts", json={"content": content})["post_id"])

    def follow(self, other: "App") -> None:
        self.call("post", f"/users/{other.user_id}/follow")

    def timeline(self) -> list[str]:
        return [post["content"] for post in self.call("get", "/timeline?limit=100")["posts"]]

    def socket(self, query: str = "", **kwargs: Any) -> ClientConnection:
        address = requests.get(f"{self.site.url}/api/v1/site", timeout=10).json()["live_url"] + query
        return connect(address, subprotocols=["bearer", self.token], **kwargs)  # type: ignore[list-item]


@contextmanager
def running(data_dir: Path, **more: str) -> Iterator[Site]:
    """Starts the site, waits until it answers, and stops it as Ctrl-C does."""
    with own_database(os.environ["DATABASE_URL"]) as database_url:
        port = free_ports()
        env = os.environ | {
            "PORT": str(port), "DATA_DIR": str(data_dir), "DATABASE_URL": database_url, "DEMO": "0",
            "REDIS_PREFIX": f"walk{os.getpid()}", "RATE_LIMITS": "off", "NO_COLOR": "1",
            "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
        } | more  # fmt: skip
        env.pop("FEEDSITE_SUPERVISED", None)
        log = (data_dir / "site.log").open("w")
        process = subprocess.Popen(
            [sys.executable, "-m", "feedsite.run"], cwd=BASE_DIR, env=env, stdout=log, stderr=log
        )
        site = Site(f"http://127.0.0.1:{port}", env, data_dir)
        try:
            wait_until(lambda: process.poll() is None and answers(site), START_SECONDS, "the site to start")
            yield site
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def answers(site: Site) -> bool:
    """Whether pages and sockets are served."""
    try:
        ready = requests.get(f"{site.url}/readyz", timeout=2).status_code == 200
        host, _, port = site.url.removeprefix("http://").partition(":")
        socket.create_connection((host, int(port) + 1), 2).close()
    except OSError:
        return False
    return ready
