"""What browsers are told of every kind of answer: pages, staff pages, data, files, media and errors."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from feedsite import headers
from tests.conftest import member

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = {
    "page": ("/explore", 200),
    "log-in, when signed in": ("/login", 302),
    "missing page": ("/nowhere", 404),
    "profile": ("/@alice", 200),
    "staff list": ("/admin/posts/post/", 200),
    "document": ("/api/v1/docs", 200),
    "schema": ("/api/v1/schema", 200),
    "data": ("/api/v1/timeline/public", 200),
    "refusal": ("/api/v1/timeline/public?limit=0", 400),
    "missing data": ("/api/v1/nowhere", 404),
    "style sheet": ("/static/css/tokens.css", 200),
    "script": ("/static/js/main.js", 200),
    "picture of the site": ("/static/img/favicon.svg", 200),
    "words": ("/words/en.js", 200),
    "service worker": ("/sw.js", 200),
    "manifest": ("/manifest.webmanifest", 200),
    "sitemap": ("/sitemap.xml", 200),
    "news feed": ("/@alice/rss", 200),
    "health": ("/healthz", 200),
    "robots": ("/robots.txt", 200),
    "missing media": ("/media/avatars/none.webp", 404),
    "redirect": ("/favicon.ico", 301),
}
PRODUCTION = {
    "DEBUG": "0",
    "SECRET_KEY": "a-long-random-text-" * 4 + "0123456789!$",
    "ALLOWED_HOSTS": "feed.example.org",
}


@pytest.fixture
def staff(alice: User, client: Client) -> Client:
    keeper = member("keeper")
    User.objects.filter(pk=keeper.pk).update(is_staff=True, is_superuser=True)
    client.force_login(keeper)
    return client


@pytest.mark.parametrize(("path", "status"), ANSWERS.values(), ids=ANSWERS)
def test_every_kind_of_answer_is_fenced_in(staff: Client, path: str, status: int) -> None:
    answer = staff.get(path)
    assert answer.status_code == status
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Permissions-Policy"] == headers.PERMISSIONS
    assert answer["Cross-Origin-Resource-Policy"] in ("same-origin", "cross-origin")
    assert "Cross-Origin-Opener-Policy" in answer
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy
    assert "unsafe" not in policy
    assert "*" not in policy


@pytest.mark.parametrize("path", ["/explore", "/admin/posts/post/", "/admin/", "/api/v1/docs", "/@alice", "/signup"])
def test_nothing_inline_stands_in_a_page_without_the_number_of_its_answer(staff: Client, path: str) -> None:
    answer = staff.get(path)
    html = answer.content.decode()
    drawn = set(re.findall(r"'nonce-([^']+)'", answer["Content-Security-Policy"]))
    for start, content in re.findall(r"<(?:script|style)\b([^>]*)>([^<]*)", html):
        if content.strip() and "ld+json" not in start and "application/json" not in start:
            assert re.search(r'nonce="([^"]+)"', start)[1] in drawn  # type: ignore[index]
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", html)
    assert "javascript:" not in html


def test_the_number_is_another_one_in_each_answer(staff: Client) -> None:
    policies = {staff.get("/api/v1/docs")["Content-Security-Policy"] for _ in range(2)}
    assert len(policies) == 2
    assert all("'nonce-" in policy for policy in policies)


def test_data_opened_by_itself_loads_and_runs_nothing(staff: Client) -> None:
    for path in ("/api/v1/timeline/public", "/api/v1/nowhere", "/healthz"):
        assert staff.get(path)["Content-Security-Policy"] == headers.DATA_ONLY


def in_production(code: str) -> str:
    environment = {"PATH": os.environ["PATH"], "DATA_DIR": str(settings.DATA_DIR), **PRODUCTION}
    command = [sys.executable, "-c", f"import django; django.setup()\n{code}"]
    environment["DJANGO_SETTINGS_MODULE"] = "feedsite.settings"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_a_site_in_production_has_nothing_that_django_warns_of() -> None:
    said = in_production("from django.core.management import call_command\ncall_command('check', '--deploy')")
    assert "no issues" in said


def test_cookies_in_production_belong_to_this_host_alone() -> None:
    """Asked of the settings, as a test's own site speaks HTTP."""
    expected = {
        "SESSION_COOKIE_NAME": "__Host-sessionid",
        "CSRF_COOKIE_NAME": "__Host-csrftoken",
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SECURE_HSTS_SECONDS": 31_536_000,
    }
    code = f"from django.conf import settings\nprint({{name: getattr(settings, name) for name in {list(expected)}}})"
    assert in_production(code).strip() == str(expected)
