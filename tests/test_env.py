"""Settings refuse nonsense in one line that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from feedsite import env

ROOT = Path(__file__).resolve().parent.parent


def started(**variables: str) -> tuple[int, str]:
    """(exit code, what was said) of a start with these variables."""
    environ = {"PATH": os.environ["PATH"], "DATA_DIR": os.environ["DATA_DIR"], "FEEDSITE_SUPERVISED": "1"} | variables
    command = [sys.executable, "manage.py", "diffsettings"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"CELEBRITY_THRESHOLD": "many"}, "CELEBRITY_THRESHOLD must be a whole number from 1"),
        ({"POST_MAX_LENGTH": "0"}, "POST_MAX_LENGTH must be a whole number from 1"),
        ({"FEED_STRATEGY": "best"}, "FEED_STRATEGY must be one of adaptive, hybrid, push, pull"),
        ({"FEED_PUSH_COST_US": "0"}, "FEED_PUSH_COST_US must be a number from 0.001 to 1e+06"),
        ({"FEED_PULL_COST_US": "nan"}, "FEED_PULL_COST_US must be a number from 0.001 to 1e+06"),
        ({"FEED_PULL_COST_US": "cheap"}, "FEED_PULL_COST_US must be a number from 0.001 to 1e+06"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must start with postgres://"),
        ({"EMAIL_URL": "smtp://host:post"}, "EMAIL_URL must look like smtp://user:password@host:587"),
        ({"SITE_URL": "feed.example.org"}, "SITE_URL must start with http://"),
        ({"RATE_LIMITS": "perhaps"}, "RATE_LIMITS must be on or off"),
        ({"RANKING_SWAPS": "0.9"}, "RANKING_SWAPS must be a number from 0 to 0.5"),
        ({"DEBUG": "0", "ALLOWED_HOSTS": "x.org"}, "SECRET_KEY is missing"),
        ({"DEBUG": "0", "SECRET_KEY": "x"}, "ALLOWED_HOSTS is missing"),
    ],
)
def test_nonsense_ends_the_start_with_one_line(variables, words):
    code, said = started(**variables)
    assert code == 2
    assert said.startswith(words)
    assert "\n" not in said


def test_values_are_read_as_what_they_are(monkeypatch):
    monkeypatch.setenv("A_FLAG", "Off")
    monkeypatch.setenv("A_NUMBER", " 7 ")
    monkeypatch.setenv("A_COST", "6.5")
    monkeypatch.setenv("SOME_NAMES", "a.org, b.org,,")
    assert env.flag("A_FLAG", True) is False
    assert env.integer("A_NUMBER", 1) == 7
    assert env.names("SOME_NAMES") == ["a.org", "b.org"]
    assert env.integer("NOT_GIVEN", 5) == 5
    assert env.number("A_COST", 1, least=0, most=9) == 6.5
    assert env.number("NOT_GIVEN", 5.5, least=0, most=9) == 5.5
