"""`make run` as people meet it: the real runner in a folder of its own, on ports of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.site import free_ports

ROOT = Path(__file__).resolve().parent.parent
OWN = ("web", "sockets", "worker-fanout", "worker", "worker-outside", "worker-media", "worker-impressions", "beat")
ENGINES = ("postgres", "redis-cache", "redis-broker")
START_SECONDS = 90
# What the runner works out itself and must not get from the test run's own engines.
WORKED_OUT = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "FEEDSITE_SUPERVISED", "LIVE_PORT")


def wait_until(condition: Callable[[], object], seconds: float) -> float:
    """The seconds it took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.05)
    return time.monotonic() - began


class Runner:
    """One folder and one port; `start` may be called again after the end of a run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_ports()
        self.process: subprocess.Popen[str] | None = None
        self.output = folder.with_suffix(".log")

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in WORKED_OUT}
        return kept | {"DATA_DIR": str(self.folder), "PORT": str(self.port), "DEMO": "0"} | more

    def command(self, **more: str) -> subprocess.CompletedProcess[str]:
        """A run that is expected to end by itself."""
        return subprocess.run(
            [sys.executable, "-m", "feedsite.run"],
            cwd=ROOT, env=self.environment(**more), capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    def start(self) -> None:
        with self.output.open("w") as output:
            process = self.process = subprocess.Popen(
                [sys.executable, "-m", "feedsite.run"],
                cwd=ROOT, env=self.environment(), stdout=output, stderr=output, text=True, start_new_session=True,
            )  # fmt: skip
        wait_until(lambda: "Ready after" in self.said() or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, self.said()

    def said(self) -> str:
        return self.output.read_text()

    def pid(self, name: str) -> int | None:
        try:
            return int((self.folder / "run" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def pids(self) -> dict[str, int | None]:
        return {name: self.pid(name) for name in (*OWN, *ENGINES)}

    def is_healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def all_processes(self) -> list[psutil.Process]:
        assert self.process is not None
        return [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]


def new_folder() -> "tempfile.TemporaryDirectory[str]":
    """Not tmp_path: under root, another run of pytest closes its folders to the user PostgreSQL runs as."""
    return tempfile.TemporaryDirectory(prefix="feedsite-test-", ignore_cleanup_errors=True)


@pytest.fixture(scope="module")
def site() -> Iterator[Runner]:
    """The tests below share one site, which each of them leaves running."""
    with new_folder() as name:
        yield from run_in(Path(name) / "data")


def run_in(folder: Path) -> Iterator[Runner]:
    runner = Runner(folder)
    runner.start()
    yield runner
    if runner.process is not None and runner.process.poll() is None:
        runner.process.send_signal(signal.SIGINT)
        runner.process.wait(60)


def test_site_answers_and_every_process_has_a_pid_file(site: Runner) -> None:
    # One of the two web workers answered the runner; the other may still be loading the site's addresses.
    wait_until(site.is_healthy, seconds=20)
    with socket.create_connection(("127.0.0.1", site.port + 1), timeout=2):
        pass
    for name, pid in site.pids().items():
        assert pid is not None, name
        assert psutil.pid_exists(pid), name
    assert f"http://127.0.0.1:{site.port}" in site.said()


def test_second_start_says_where_the_first_runs(site: Runner) -> None:
    assert site.process is not None
    second = site.command()
    assert second.returncode == 1
    assert second.stderr == f"The site already runs at http://127.0.0.1:{site.port} (pid {site.process.pid}).\n"
    assert second.stdout == ""


def test_manage_uses_the_engines_of_the_running_site(site: Runner) -> None:
    before = site.pids()
    command = [sys.executable, "manage.py", "migrate", "--check"]
    result = subprocess.run(command, cwd=ROOT, env=site.environment(), capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert site.pids() == before


@pytest.mark.parametrize("name", ["worker", "web", "postgres", "redis-broker"])
def test_killed_process_comes_back_and_the_others_go_on(site: Runner, name: str) -> None:
    before = site.pids()
    killed = before[name]
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: site.pid(name) not in (None, killed), seconds=5)
    wait_until(site.is_healthy, seconds=20)
    after = site.pids()
    assert {other for other in after if after[other] != before[other]} == {name}


def test_killed_runner_leaves_no_process_and_the_next_start_works(site: Runner) -> None:
    assert site.process is not None
    processes = site.all_processes()
    site.process.kill()
    site.process.wait()
    wait_until(lambda: not any(process.is_running() for process in processes), seconds=15)
    site.start()
    wait_until(site.is_healthy, seconds=20)


def test_ctrl_c_ends_everything_cleanly_and_the_data_stays(site: Runner) -> None:
    assert site.process is not None
    processes = site.all_processes()
    site.process.send_signal(signal.SIGINT)
    assert site.process.wait(30) == 0
    assert [process for process in processes if process.is_running()] == []
    assert "Traceback" not in site.said()
    assert list((site.folder / "run").glob("*.pid")) == []
    site.start()
    assert "making" not in site.said()


@pytest.fixture
def stopped() -> Iterator[Runner]:
    """A site that has never run."""
    with new_folder() as name:
        yield Runner(Path(name) / "data")


def test_taken_port_is_named(stopped: Runner) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", stopped.port + 1))
        taken.listen()
        result = stopped.command()
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert f"PORT={stopped.port}" in result.stderr


@pytest.mark.parametrize("setting", [{"PORT": "eighty"}, {"DEBUG": "0"}, {"DATABASE_URL": "mysql://x"}])
@pytest.mark.parametrize("command", [["-m", "feedsite.run"], ["manage.py", "check"]])
def test_bad_setting_ends_the_start_with_one_line(stopped: Runner, command: list[str], setting: dict[str, str]) -> None:
    result = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=stopped.environment(**setting),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_manage_starts_the_engines_for_as_long_as_it_needs_them(stopped: Runner) -> None:
    command = [sys.executable, "manage.py", "migrate", "--check"]
    result = subprocess.run(command, cwd=ROOT, env=stopped.environment(), capture_output=True, text=True, check=False)
    # 1: nothing has been migrated yet, which only the database can tell.
    assert result.returncode == 1, result.stderr
    assert list((stopped.folder / "run").glob("*.pid")) == []
