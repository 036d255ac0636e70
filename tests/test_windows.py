"""Sliding windows, held against a list of moments; and from where a request is taken to come."""

import uuid

import pytest
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedsite import windows
from feedsite.addresses import client_of

SECONDS = 10
SPAN = SECONDS * windows.MICRO
START = 1_800_000_000 * windows.MICRO
# Gaps between two tries, in microseconds, the ends of a window above all.
GAPS = st.lists(
    st.one_of(st.integers(0, SPAN // 3), st.sampled_from([0, 1, SPAN - 1, SPAN, SPAN + 1])), min_size=1, max_size=25
)
ENGINES = {"redis": windows.take_from_redis, "postgres": windows.take_from_postgres}


class Listed:
    """All that was counted, looked through each time."""

    def __init__(self, most):
        self.most = most
        self.moments = []

    def take(self, now):
        inside = [moment for moment in self.moments if moment > now - SPAN]
        if len(inside) >= self.most:
            return (-1, inside[-self.most] + SPAN - now)
        self.moments.append(now)
        return (self.most - len(inside) - 1, (inside or [now])[0] + SPAN - now)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(most=st.integers(1, 6), gaps=GAPS)
def test_a_window_lets_through_what_a_list_would(db, limited, engine, most, gaps):
    listed, now, name = Listed(most), START, f"test:{uuid.uuid4()}"
    for gap in gaps:
        now += gap
        assert tuple(ENGINES[engine](name, most, SECONDS, now_us=now)) == listed.take(now)


@pytest.mark.parametrize("engine", ENGINES)
def test_whoever_waits_as_long_as_told_finds_room_and_no_sooner(db, limited, engine):
    take = ENGINES[engine]
    for n in range(3):
        take("test", 3, SECONDS, now_us=START + n * 1_500_000)
    refused = take("test", 3, SECONDS, now_us=START + 4_000_001)
    assert (refused.remaining, refused.wait_us, refused.wait_seconds) == (-1, 5_999_999, 6)
    assert take("test", 3, SECONDS, now_us=START + SPAN - 1).remaining == -1
    assert take("test", 3, SECONDS, now_us=START + SPAN).remaining == 0


def test_a_limit_made_smaller_counts_at_once(limited):
    for n in range(5):
        windows.take_from_redis("test", 5, SECONDS, now_us=START + n)
    refused = windows.take_from_redis("test", 2, SECONDS, now_us=START + 5)
    assert refused == (-1, SPAN - 2), "when the last but one leaves"


def test_a_window_goes_when_it_is_empty(limited):
    windows.take_from_redis("test", 5, SECONDS)
    assert 0 < windows.client().pttl(windows.key("test")) <= SECONDS * 1000


@pytest.mark.parametrize(
    ("proxies", "nearest", "forwarded", "client"),
    [
        (0, "192.0.2.7", None, "192.0.2.7"),
        (0, "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (1, "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "x,,\x00, 1.2.3.4.5 ,198.51.100.1:4711", "198.51.100.1"),
        (2, "10.0.0.1", "203.0.113.9, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        # Whoever asks past the outer proxy has said it all themselves.
        (2, "192.0.2.7", "198.51.100.1", "192.0.2.7"),
        (1, "192.0.2.7", None, "192.0.2.7"),
        (1, "192.0.2.7", "", "192.0.2.7"),
        (1, "192.0.2.7", "198.51.100.1, unknown", "192.0.2.7"),
        (1, "10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "10.0.0.1", "[2001:db8:1:2::7]:4711", "2001:db8:1:2::/64"),
        (0, "2001:db8:1:2::8", None, "2001:db8:1:2::/64"),
        (0, "", None, "unknown"),
    ],
)
def test_the_address_is_the_one_the_outermost_proxy_saw(settings, proxies, nearest, forwarded, client):
    settings.TRUSTED_PROXY_COUNT = proxies
    said = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert client_of(RequestFactory().get("/", REMOTE_ADDR=nearest, **said)) == client


@given(said=st.text(max_size=60).filter(lambda text: "\n" not in text and "\r" not in text))
def test_nothing_a_client_says_changes_where_it_comes_from(said):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"{said}, 198.51.100.1")
    assert client_of(request) == "10.0.0.1"
