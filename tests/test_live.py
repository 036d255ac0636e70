"""The websocket, through the real processes: web, sockets, workers."""

import contextlib
import json
import os
import re
import signal
from itertools import count

import pytest
import requests
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.helpers import PASSWORD
from tests.site import App, Site, wait_until

numbers = count()


def people(site: Site, *names: str) -> list[App]:
    """Signed up, each with a name nobody else has."""
    return [site.sign_up(f"{name}_{next(numbers)}") for name in names]


def frames(socket, number: int, seconds: float = 5) -> list[dict]:
    return [json.loads(socket.recv(timeout=seconds)) for _ in range(number)]


def closed_with(socket) -> int:
    with pytest.raises(ConnectionClosed) as gone:
        socket.recv(timeout=5)
    return gone.value.rcvd.code


def is_ready(socket) -> None:
    """Until the reader is registered: a ping is answered only after that."""
    socket.send('{"type":"ping"}')
    assert frames(socket, 1) == [{"type": "pong"}]


def test_a_new_post_comes_to_followers_and_to_nobody_else(live_site):
    alice, bob, carol, dave = people(live_site, "alice", "bob", "carol", "dave")
    bob.follow(alice)
    dave.follow(alice)
    dave.call("post", f"/users/{alice.user_id}/mute")
    with bob.socket() as bobs, carol.socket() as carols, dave.socket() as daves, alice.socket() as own:
        for socket in (bobs, carols, daves, own):
            is_ready(socket)
        assert bobs.subprotocol == "bearer"
        pk = alice.post("hello")
        frame = frames(bobs, 1)[0]
        assert (frame["type"], frame["post"]["post_id"], frame["post"]["content"]) == ("new_post", pk, "hello")
        assert frame["post"] == bob.call("get", "/timeline")["posts"][0]
        assert frames(own, 1)[0]["post"] == alice.call("get", "/timeline")["posts"][0]
        carol.post("done")
        assert frames(carols, 1)[0]["post"]["content"] == "done"
        with pytest.raises(TimeoutError):
            daves.recv(timeout=0.5)


def test_who_was_away_gets_each_missed_post_once_oldest_first(live_site):
    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    first = alice.post("seen")
    for n in range(3):
        alice.post(f"missed {n}")
    with bob.socket(f"?since={first}") as socket:
        missed = [frame["post"]["content"] for frame in frames(socket, 3)]
        assert missed == [f"missed {n}" for n in range(3)]
        alice.post("live")
        assert frames(socket, 1)[0]["post"]["content"] == "live"


def test_who_was_away_for_very_long_is_told_to_start_again(live_site):
    alice, bob = people(live_site, "alice", "bob")
    first = alice.post("seen")
    live_site.manage("shell", "-c", MANY.format(name=alice.name))
    bob.follow(alice)
    with bob.socket(f"?since={first}") as socket:
        assert frames(socket, 1) == [{"type": "resync"}]


MANY = """
from posts.models import AuthorState, Post
from accounts.models import User
author = User.objects.get(username="{name}")
last = AuthorState.objects.get(user=author).last_post_id
Post.objects.bulk_create([Post(id=last + n * 4096, author=author, content=str(n)) for n in range(1, 202)])
AuthorState.objects.filter(user=author).update(last_post_id=last + 201 * 4096)
"""


def test_an_unknown_place_to_go_on_from_closes_4404(live_site):
    (bob,) = people(live_site, "bob")
    for since in ("12345", "abc", ""):
        with bob.socket(f"?since={since}") as socket:
            assert closed_with(socket) == 4404


def test_without_a_good_token_or_session_it_closes_4401(live_site):
    (bob,) = people(live_site, "bob")
    with App(live_site, "1", "x", "not-a-token").socket() as socket:
        assert closed_with(socket) == 4401
    address = requests.get(f"{live_site.url}/api/v1/site", timeout=5).json()["live_url"]
    with connect(address) as socket:
        assert closed_with(socket) == 4401


def test_a_foreign_origin_is_refused_before_anything(live_site):
    (bob,) = people(live_site, "bob")
    with pytest.raises(InvalidStatus) as refused:
        bob.socket(origin="https://elsewhere.example")
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("message", ["hello", "{}", '{"type":"other"}', b"bytes", "x" * 5000, '{"type":"ping","x":1}'])
def test_anything_but_a_ping_closes_the_socket(live_site, message):
    (bob,) = people(live_site, "bob")
    with bob.socket() as socket:
        socket.send(message)
        assert 4400 <= closed_with(socket) < 4500


def test_a_revoked_token_ends_its_socket_within_seconds(live_site):
    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    with bob.socket() as socket:
        is_ready(socket)
        bob.call("delete", "/auth/token")
        with pytest.raises(ConnectionClosed) as gone:
            socket.recv(timeout=8)
        assert gone.value.rcvd.code == 4401


def test_a_browser_session_is_let_in_and_ends_with_the_log_out(live_site):
    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    browser = requests.Session()
    token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(f"{live_site.url}/login").text).group(1)
    form = {"login": bob.name, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post(f"{live_site.url}/login", data=form, timeout=10).status_code == 200
    address = browser.get(f"{live_site.url}/api/v1/site", timeout=5).json()["live_url"]
    cookie = f"sessionid={browser.cookies['sessionid']}"
    with connect(address, additional_headers={"Cookie": cookie}, origin=live_site.url) as socket:
        is_ready(socket)
        alice.post("to a browser")
        assert frames(socket, 1)[0]["post"]["content"] == "to a browser"
        token = re.search('name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(f"{live_site.url}/").text).group(1)
        out = browser.post(f"{live_site.url}/logout", data={"csrfmiddlewaretoken": token}, timeout=10)
        assert (out.status_code, "sessionid" in browser.cookies) == (200, False), out.text
        with pytest.raises(ConnectionClosed) as gone:
            socket.recv(timeout=8)
        assert gone.value.rcvd.code == 4401


def test_an_origin_that_is_no_address_is_refused(live_site):
    (bob,) = people(live_site, "bob")
    with pytest.raises(InvalidStatus) as refused:
        bob.socket(origin="http://[")
    assert refused.value.response.status_code == 403


def test_who_sees_the_socket_open_hears_the_very_next_post(live_site):
    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    for n in range(5):
        with contextlib.ExitStack() as opened:
            sockets = [opened.enter_context(bob.socket()) for _ in range(10)]
            alice.post(f"at once {n}")
            for socket in sockets:
                assert frames(socket, 1)[0]["post"]["content"] == f"at once {n}"


def test_an_idle_socket_still_hears_after_longer_than_redis_waits(live_site):
    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    with bob.socket() as socket:
        is_ready(socket)
        with pytest.raises(TimeoutError):
            socket.recv(timeout=7)  # the plain channel layer would have died after 5 seconds
        alice.post("still there?")
        assert frames(socket, 1)[0]["post"]["content"] == "still there?"


def test_a_flush_of_redis_silences_nobody_for_long(live_site):
    from django_redis import get_redis_connection

    alice, bob = people(live_site, "alice", "bob")
    bob.follow(alice)
    bob.timeline()
    with bob.socket() as socket:
        is_ready(socket)
        redis = get_redis_connection("default")
        names = list(redis.scan_iter(f"{live_site.env['REDIS_PREFIX']}:*"))
        assert names
        redis.delete(*names)
        alice.post("while forgotten")
        assert bob.timeline()[0] == "while forgotten"
        # Nobody was known to be online when it was announced: the socket notices and looks for itself.
        assert frames(socket, 1, seconds=20)[0]["post"]["content"] == "while forgotten"
        alice.post("after")
        assert frames(socket, 1)[0]["post"]["content"] == "after"


def test_a_killed_fan_out_worker_loses_nothing(live_site):
    """50,000 followers, the worker killed in the middle: everybody has the post once."""
    (alice,) = people(live_site, "alice")
    live_site.manage("shell", "-c", CROWD.format(name=alice.name))
    alice.post("to everybody")
    killed = wait_until(lambda: between(live_site, alice, 2_000, 48_000), 20, "the fan-out to be under way")
    for name in ("worker-fanout", "worker"):
        os.kill(live_site.pid(name), signal.SIGKILL)
    assert killed
    wait_until(lambda: rows(live_site, alice) == (50_000, 0), 40, "the rest to be delivered")


# Followers as an import makes them, settled to push.
CROWD = """
from django.db import connection
from accounts.models import User
from feeds import mover
author = User.objects.get(username="{name}")
with connection.cursor() as cursor:
    cursor.execute("INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser)"
                   " SELECT 'crowd_' || n, '!', '', '', '', false FROM generate_series(1, 50000) n")
    cursor.execute("INSERT INTO follow (follower_id, followee_id) SELECT id, %s FROM accounts_user"
                   " WHERE username LIKE 'crowd%%'", [author.pk])
    cursor.execute("UPDATE accounts_user SET followers_count = 50000 WHERE id = %s", [author.pk])
    cursor.execute("UPDATE accounts_user SET following_count = 1 WHERE username LIKE 'crowd%%'")
mover.settle()
"""


def rows(site: Site, author: App) -> tuple[int, int]:
    """(feed rows of the author's posts, posts still owed)."""
    import dj_database_url
    import psycopg2

    options = dj_database_url.parse(site.env["DATABASE_URL"])
    with psycopg2.connect(
        dbname=options["NAME"], user=options["USER"], password=options["PASSWORD"] or None,
        host=options["HOST"] or None, port=options["PORT"] or None,
    ) as connection, connection.cursor() as cursor:  # fmt: skip
        cursor.execute(
            "SELECT (SELECT count(*) FROM feed f JOIN post p ON p.id = f.post_id WHERE p.author_id = %s),"
            " (SELECT count(*) FROM fanout WHERE author_id = %s)",
            [author.user_id, author.user_id],
        )
        return tuple(cursor.fetchone())


def between(site: Site, author: App, least: int, most: int) -> bool:
    return least <= rows(site, author)[0] <= most


def test_a_socket_whose_work_fails_closes_so_that_its_reader_comes_back():
    import asyncio

    from feeds.sockets import FeedSocket

    closed = []

    class Recorded(FeedSocket):
        async def close(self, code=None, reason=None):
            closed.append(code)

    async def failing():
        raise RuntimeError("the database went away in the middle")

    asyncio.run(Recorded().guarded(failing()))
    assert closed == [4500]
