"""Uploads to the whole site as `make run` starts it: its web server's memory, and its media worker killed at work."""

import os
import signal
from typing import Any

import psutil
import requests

from tests.media import box, video
from tests.site import App, Site, wait_until

LARGE = 60 * 2**20


def send(site: Site, person: App, content: bytes) -> Any:
    headers = {"Authorization": f"Bearer {person.token}"}
    files = {"file": ("clip.mp4", content)}
    answer = requests.post(f"{site.url}/api/v1/media", headers=headers, files=files, timeout=60)
    return answer.status_code, answer.json()


def web_memory(site: Site) -> int:
    web = psutil.Process(site.pid("web"))
    return sum(process.memory_info().rss for process in [web, *web.children(recursive=True)])


def test_a_large_upload_does_not_lie_in_the_web_servers_memory(live_site: Site) -> None:
    person = live_site.sign_up("uploader")
    send(live_site, person, video())
    before = web_memory(live_site)
    status, media = send(live_site, person, video() + box(b"free", bytes(LARGE)))
    assert status == 202, media
    assert web_memory(live_site) - before < LARGE / 2
    wait_until(lambda: person.call("get", f"/media/{media['media_id']}")["status"] == "ready", 40)


def test_a_video_whose_worker_is_killed_is_made_by_the_next(live_site: Site) -> None:
    person = live_site.sign_up("filmer")
    status, media = send(live_site, person, video(25, "1280x720"))
    assert status == 202
    path = f"/media/{media['media_id']}"
    wait_until(lambda: person.call("get", path)["progress"] > 0, 40, "a worker to begin")
    worker = live_site.pid("worker-media")
    converters = [child for child in psutil.Process(worker).children(recursive=True) if "ffmpeg" in child.name()]
    assert converters
    os.killpg(os.getpgid(worker), signal.SIGKILL)
    wait_until(lambda: not any(child.is_running() for child in converters), 5, "ffmpeg to die with its worker")
    assert person.call("get", path)["status"] == "processing"
    wait_until(lambda: live_site.pid("worker-media") != worker, 10, "a new worker")
    wait_until(lambda: person.call("get", path)["status"] == "ready", 90, "the next worker to make it")
    assert requests.get(live_site.url + person.call("get", path)["url"], timeout=10).status_code == 404
