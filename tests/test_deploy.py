"""docker-compose.yml, Dockerfile and the proxy's file agree with the code and with one another."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from feedsite import processes
from feedsite.celery import app

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
PROXY = (ROOT / "docs/deploy/nginx.conf").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SITE = processes.site(host="0.0.0.0", port=8000, socket_port=8001, run=Path("run"))  # noqa: S104 - not bound
NAMES = [process.name for process in SITE]


def test_compose_file_keeps_to_the_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_process_of_the_site_is_a_service() -> None:
    commands = {name: SERVICES[name]["command"] for name in NAMES}
    assert commands == {name: ["python", "-m", "feedsite.processes", name] for name in NAMES}


@pytest.mark.parametrize("process", SITE, ids=NAMES)
def test_modules_and_applications_named_in_commands_exist(process: processes.Process) -> None:
    named = [process.module, *(text.partition(":")[0] for text in process.arguments if ":application" in text)]
    assert all(importlib.util.find_spec(module) for module in named)


def test_every_queue_that_is_used_has_a_worker() -> None:
    ours = {*processes.FANOUT_QUEUES, *processes.WORK_QUEUES, *processes.MEDIA_QUEUES}
    served = {*ours, *processes.OUTSIDE_QUEUES, *processes.IMPRESSION_QUEUES}
    used = {app.conf.task_default_queue, *app.conf.task_routes.values()}
    assert used <= served
    assert {"fanout", "fanout_big", "media"} <= used


def test_servers_of_others_hold_up_nobody_who_works_here() -> None:
    asking = ("notifications.tasks.send_mail", "notifications.tasks.push", "posts.tasks.look_at_link")
    assert {app.conf.task_routes[name] for name in asking} == set(processes.OUTSIDE_QUEUES)
    assert not {*processes.OUTSIDE_QUEUES} & {*processes.WORK_QUEUES}


def test_what_pages_tell_of_reading_holds_up_no_sweeper() -> None:
    assert app.conf.task_routes["feeds.tasks.record_impressions"] in processes.IMPRESSION_QUEUES
    told = {name for name, queue in app.conf.task_routes.items() if queue in processes.IMPRESSION_QUEUES}
    assert told == {"feeds.tasks.record_impressions"}
    assert app.tasks["feeds.tasks.record_impressions"].expires == 600


def test_long_running_services_are_watched_and_come_back() -> None:
    lasting = set(SERVICES) - {"migrate"}
    assert {name for name in lasting if "test" not in SERVICES[name].get("healthcheck", {})} == set()
    assert {name for name in lasting if SERVICES[name].get("restart") != "unless-stopped"} == set()


def test_the_site_starts_after_the_tables_are_made() -> None:
    for name in NAMES:
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_ports_agree() -> None:
    environment = SERVICES["web"]["environment"]
    assert environment["PORT"] == "8000"
    assert re.search(r"EXPOSE 8000 8001", DOCKERFILE)
    assert re.findall(r"server (\w+:\d+);", PROXY) == ["web:8000", "sockets:8001"]
    assert "127.0.0.1:8000/healthz" in str(SERVICES["web"]["healthcheck"])
    assert "8001" in str(SERVICES["sockets"]["healthcheck"])


def test_environment_variables_of_services_are_read_by_the_code() -> None:
    read = "".join((ROOT / "feedsite" / name).read_text() for name in ("settings.py", "processes.py"))
    named = {name for service in (*NAMES, "migrate") for name in SERVICES[service]["environment"]}
    assert {name for name in named if f'"{name}"' not in read} == set()


def test_secrets_have_no_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "POSTGRES_PASSWORD"):
        assert re.search(rf"\$\{{{name}:\?", text)
        assert not re.search(rf"\$\{{{name}(:?-|\}})", text)


def test_cache_may_forget_and_broker_may_not() -> None:
    cache, broker = SERVICES["redis-cache"]["command"], SERVICES["redis-broker"]["command"]
    assert "allkeys-lru" in cache
    assert "noeviction" in broker
    assert "--appendonly yes" in broker


def test_volumes_are_named_and_files_mounted_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert (ROOT / source).is_file() if source.startswith(".") else source in COMPOSE["volumes"]


def test_images_are_pinned() -> None:
    images = [service["image"] for service in SERVICES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert all(re.fullmatch(r"[\w/.-]+:(?!latest)[\w.-]+", image) for image in images)


def test_what_the_dockerfile_copies_exists() -> None:
    sources = [source for line in re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE) for source in line.split()]
    assert sources
    assert all((ROOT / source).exists() for source in sources)


def test_proxy_overwrites_what_clients_could_forge() -> None:
    locations = re.findall(r"location (?:= )?(\S+) \{(.*?)\n    \}", PROXY, re.DOTALL)
    passing = {path: body for path, body in locations if "proxy_pass" in body}
    assert set(passing) == {"/ws/", "/"}
    for body in passing.values():
        assert "X-Forwarded-For $remote_addr" in body
        assert "X-Forwarded-Proto $scheme" in body
    assert "Upgrade $http_upgrade" in passing["/ws/"]


def test_requirement_files_are_pinned_hashed_and_name_no_place() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^[a-z0-9][^\s;]*", text, re.MULTILINE)
        assert pins
        assert all("==" in pin for pin in pins)
        assert text.count("--hash=sha256:") >= len(pins)
        assert not re.search(r"https?://|(?<![\w.])/(home|tmp|opt|root|work)\b", text)


def test_example_lists_exactly_the_settings_that_are_read() -> None:
    example = set(re.findall(r"^#([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    settings = (ROOT / "feedsite/settings.py").read_text()
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings)) | {"POSTGRES_SHARED_BUFFERS"}
    # Set by the runner and by asgi.py, not by people.
    assert example == read - {"LIVE_PORT", "DATABASE_POOLED"}
