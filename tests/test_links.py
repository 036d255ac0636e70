"""Looking where links lead: a real server is asked, and nothing inside ever is."""

import gzip
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions import change_privacy
from posts import actions, tasks
from posts.links import addresses, fetching, looking, reading
from posts.links.addresses import Refused
from posts.models import LOOKED_AT_AGAIN_AFTER, LinkPreview, Post
from tests.conftest import member
from tests.helpers import run_tasks
from tests.pages import page, picture, publish

HTML = '<meta charset=utf-8><meta property="og:title" content="Moss &amp; more"><meta name=description content="Soft.">'


class Server(ThreadingHTTPServer):
    """Answers by path; `asked` are the paths that came."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked, self.answers = [], {}
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def says(self, path, body=b"", kind="text/html", status=200, **headers):
        self.answers[path] = (
            status,
            {"Content-Type": kind, **headers},
            body.encode() if isinstance(body, str) else body,
        )


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path == "/slow":
            self.slowly()
            return
        status, headers, body = self.server.answers.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def slowly(self):
        try:
            for _ in range(100):
                self.wfile.write(b"H")
                time.sleep(0.05)
        except OSError:
            pass

    def log_message(self, *args):
        pass


@pytest.fixture
def server(settings):
    server = Server()
    settings.LINK_PREVIEW_TEST_HOSTS = {"page.test": server.server_address, "other.test": server.server_address}
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def nothing_inside():
    """A server on this machine that must never be asked, on a port of the web where that can be had."""
    server = Server()
    yield server
    assert server.asked == []
    server.shutdown()
    server.server_close()


def resolves_to(monkeypatch, *found):
    """The name server is the network outside: here it lies."""
    answers = [[(2, 1, 6, "", (address, 80)) for address in one] for one in found]
    asked = []

    def answer(host, *args, **kwargs):
        asked.append(host)
        return answers[min(len(asked), len(answers)) - 1]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_link_shows_what_its_page_says(server, alice, bob, api, browser):
    server.says("/moss", HTML + '<meta property="og:image" content="/moss.png">')
    server.says("/moss.png", picture((1000, 500)).read(), "image/png")
    pk = publish(alice, "See http://page.test/moss#top and http://other.test/x").pk
    assert api(bob).get(f"/posts/{pk}")[1]["link_preview"] is None
    card = api(bob).get("/timeline/public")[1]["posts"][0]
    run_tasks()
    preview = api(bob).get(f"/posts/{pk}")[1]["link_preview"]
    assert (preview["title"], preview["description"]) == ("Moss & more", "Soft.")
    assert (preview["url"], preview["site_name"]) == ("http://page.test/moss", "page.test")
    assert browser.get(preview["image_url"]).status_code == 200
    assert (LinkPreview.objects.get().picture_width, LinkPreview.objects.get().picture_height) == (640, 320)
    assert server.asked == ["/moss", "/moss.png"]
    assert "Moss &amp; more" in page(browser, "/@alice")
    assert card["link_preview"] is None


def test_cached_cards_change_when_the_preview_comes(server, alice, api):
    server.says("/moss", HTML)
    publish(alice, "http://page.test/moss")
    assert api(alice).get("/timeline")[1]["posts"][0]["link_preview"] is None
    run_tasks()
    assert api(alice).get("/timeline")[1]["posts"][0]["link_preview"]["title"] == "Moss & more"


def test_an_address_is_looked_at_once_a_week_however_many_link_to_it(server, alice, bob):
    server.says("/moss", HTML)
    for author in (alice, bob, alice):
        publish(author, "http://page.test/moss")
        run_tasks()
    assert (server.asked, LinkPreview.objects.count()) == (["/moss"], 1)
    LinkPreview.objects.update(fetched_at=timezone.now() - LOOKED_AT_AGAIN_AFTER, begun_at=None)
    server.says("/moss", status=500)
    publish(bob, "http://page.test/moss")
    run_tasks()
    assert server.asked == ["/moss"] * 2
    assert LinkPreview.objects.get().title == "Moss & more"


def test_several_workers_look_once(server, transactional_db, eager_tasks):
    server.says("/moss", HTML)
    with_link = Post(author=member("alice"), content="http://page.test/moss")
    preview = actions.previewing.owed_preview(with_link)

    def work(_):
        try:
            looking.look(preview.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert server.asked == ["/moss"]


def test_a_look_that_was_lost_is_found_by_the_sweeper(server, alice):
    server.says("/moss", HTML)
    publish(alice, "http://page.test/moss")
    connection.run_on_commit = []
    LinkPreview.objects.update(tries=1, begun_at=timezone.now() - 2 * looking.AT_IT)
    tasks.sweep_links()
    tasks.sweep_links()
    assert server.asked == ["/moss"]
    LinkPreview.objects.update(fetched_at=None, tries=looking.MOST_TRIES, begun_at=None)
    tasks.sweep_links()
    assert server.asked == ["/moss"], "what has killed three workers is left alone"


def test_nobody_outside_learns_of_what_is_not_for_everybody(server, alice, bob, settings):
    publish(alice, "http://page.test/moss", visibility="followers")
    change_privacy(alice, True)
    publish(alice, "http://page.test/moss")
    settings.LINK_PREVIEWS = False
    publish(bob, "http://page.test/moss")
    run_tasks()
    assert server.asked == []
    assert not LinkPreview.objects.exists()


def test_an_edit_changes_what_is_looked_at(server, alice, api):
    server.says("/moss", HTML)
    pk = publish(alice, "http://page.test/moss", visibility="followers").pk
    actions.edit(actor=alice, post_id=pk, visibility="public")
    run_tasks()
    assert api(alice).get(f"/posts/{pk}")[1]["link_preview"]["title"] == "Moss & more"
    actions.edit(actor=alice, post_id=pk, content="no link")
    assert api(alice).get(f"/posts/{pk}")[1]["link_preview"] is None


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "198.18.0.1", "224.0.0.1"),
        *("240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::7f00:1"),
        *("64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254"),
        *("ff02::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "fec0::1", "nonsense"),
    ],
)
def test_what_is_not_public_is_not_asked(address, monkeypatch):
    assert not addresses.is_public(address)
    resolves_to(monkeypatch, ["8.8.8.8", address])  # one that is fine does not help
    with pytest.raises(Refused):
        addresses.reachable("page.example", 80, 1)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])
def test_what_is_public_is(address):
    assert addresses.is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        *("http://{}:{}/", "http://localhost:{1}/", "http://2130706433/", "http://0x7f.1/", "http://0177.0.0.1/"),
        *("http://127.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0/", "http://localhost./"),
        *("http://user@127.0.0.1/", "http://page.test@127.0.0.1/", "http://127.0.0.1:80\\@page.test/"),
        *("ftp://127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "unix:///run/x", "http:///x", "http://"),
        *(
            "http://page.test:22/",
            "http://page.test:8000/",
            "http://page.test:99999/",
            "//127.0.0.1/",
            "http://①②⑦.⓪.⓪.①/",
        ),
        *("http://ⓛocalhost/", "http://" + "a." * 200 + "test/", "http://a..b/", "http://%31%32%37.0.0.1/"),
    ],
)
def test_no_spelling_leads_inside(url, nothing_inside, server):
    with pytest.raises(Refused):
        fetching.fetch(url.format(*nothing_inside.server_address), fetching.PAGE)
    assert server.asked == []


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:{}/",
        "http://localhost/",
        "//0.0.0.0/",
        "file:///etc/passwd",
        "http://[::1]:{}/",
        "ftp://page.test/",
        *("http://[::1", "http://[x]/", "http://page.test:x/", "http://\xff\xfe/"),
    ],
)
def test_no_redirect_leads_inside(to, server, nothing_inside):
    server.says("/go", status=302, Location=to.format(nothing_inside.server_address[1]))
    with pytest.raises(Refused):
        fetching.fetch("http://page.test/go", fetching.PAGE)
    assert server.asked == ["/go"]


def test_a_proxy_named_in_the_environment_is_not_asked(monkeypatch, server, nothing_inside):
    """It would connect to whatever it is told to, from inside."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://{}:{}".format(*nothing_inside.server_address))
    server.says("/moss", HTML)
    assert fetching.fetch("http://page.test/moss", fetching.PAGE).url == "http://page.test/moss"


def test_the_picture_is_asked_for_as_carefully_as_the_page(server, nothing_inside, alice):
    port = nothing_inside.server_address[1]
    server.says("/moss", HTML + f'<meta property="og:image" content="http://127.0.0.1:{port}/x.png">')
    publish(alice, "http://page.test/moss")
    run_tasks()
    assert (LinkPreview.objects.get().title, LinkPreview.objects.get().picture) == ("Moss & more", "")


def test_a_name_is_asked_for_once_and_the_answer_is_what_is_connected_to(monkeypatch):
    """A name that is public when it is looked at and inside when it is connected to."""
    asked = resolves_to(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    connected = []

    class Pipe:
        def connect_tcp(self, host, port, **kwargs):
            connected.append((host, port))
            raise fetching.httpcore.ConnectError

    monkeypatch.setattr(fetching.httpcore, "SyncBackend", Pipe)
    with pytest.raises(Refused):
        fetching.fetch("http://page.example/", fetching.PAGE)
    assert (asked, connected) == (["page.example"], [("8.8.8.8", 80)])


def test_three_redirects_are_followed_and_no_more(server):
    for n in range(5):
        server.says(f"/{n}", status=301, Location=f"http://other.test/{n + 1}" if n % 2 else f"/{n + 1}")
    server.says("/3", HTML)
    assert fetching.fetch("http://page.test/0", fetching.PAGE).url == "http://other.test/3" or server.asked[-1] == "/3"
    server.says("/3", status=307, Location="/4")
    server.says("/4", HTML)
    with pytest.raises(Refused, match="too often"):
        fetching.fetch("http://page.test/0", fetching.PAGE)


@pytest.mark.parametrize("kind", ["application/pdf", "text/plain", "image/svg+xml", ""])
def test_other_kinds_are_not_taken(server, kind):
    server.says("/x", HTML, kind)
    for wanted in (fetching.PAGE, fetching.PICTURE):
        with pytest.raises(Refused):
            fetching.fetch("http://page.test/x", wanted)


def test_of_a_long_page_the_start_is_read_and_a_long_picture_is_refused(server):
    server.says("/long", HTML + "x" * 3_000_000)
    assert len(fetching.fetch("http://page.test/long", fetching.PAGE).body) == fetching.PAGE.most_bytes
    server.says("/long.png", b"x" * 5_000_000, "image/png")
    with pytest.raises(Refused, match="too large"):
        fetching.fetch("http://page.test/long.png", fetching.PICTURE)


def test_a_bomb_stays_small(server):
    bomb = gzip.compress(b"x" * 200_000_000, 9)
    server.says("/bomb", bomb, Content_Encoding="gzip")
    assert len(fetching.fetch("http://page.test/bomb", fetching.PAGE).body) == fetching.PAGE.most_bytes
    server.says("/bomb.png", bomb, "image/png", Content_Encoding="gzip")
    with pytest.raises(Refused, match="too large"):
        fetching.fetch("http://page.test/bomb.png", fetching.PICTURE)
    server.says("/packed", HTML, Content_Encoding="br")
    with pytest.raises(Refused):
        fetching.fetch("http://page.test/packed", fetching.PAGE)


def test_slow_answers_end_at_the_deadline(server):
    began = time.monotonic()
    with pytest.raises(Refused):
        fetching.fetch("http://page.test/slow", fetching.PAGE._replace(seconds=0.4))
    assert time.monotonic() - began < 2


def test_a_resolver_that_hangs_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(1.5))
    began = time.monotonic()
    with pytest.raises(Refused):
        fetching.fetch("http://page.example/", fetching.PAGE._replace(seconds=0.2))
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    "broken",
    [
        *(
            b"",
            b"\xff" * 1000,
            b"<" * 10**6,
            b"<div>" * 200_000,
            b"<!--" * 250_000,
            b"<meta " * 160_000,
            b"<title>" * 140_000,
        ),
        *(
            b'<meta "' * 140_000,
            b"<meta content='" * 70_000,
            b"<meta x>" * 120_000,
            b"<meta" + b" a" * 500_000,
            b"<title" * 160_000,
        ),
        b"<meta" + b'""' * 500_000,
    ],
    ids=lambda broken: broken[:15].decode(errors="replace"),
)
def test_no_page_is_too_broken_to_read_and_none_takes_long(broken):
    began = time.monotonic()
    assert reading.read_page(broken, "nonsense", "http://www.page.test/").title == ""
    assert time.monotonic() - began < 2


def test_pages_are_read_in_their_own_letters():
    for charset in ("utf-8", "windows-1251", "shift_jis"):
        word = "мох" if charset != "shift_jis" else "こけ"
        body = f"<title>{word}</title>".encode(charset)
        assert reading.read_page(body, charset, "http://page.test/").title == word
        meta = f'<meta charset="{charset}">'.encode()
        assert reading.read_page(meta + body, "", "http://page.test/").title == word


def test_what_a_page_says_is_cut_and_cleaned():
    body = f'<title>\n a\u202e \0 b </title><meta name=twitter:image content=" javascript:x"><p>{"x" * 50}'.encode()
    told = reading.read_page(body, "utf-8", "http://page.test/")
    assert (told.title.startswith("a"), "\n" in told.title, told.picture) == (True, False, "")
    assert len(reading.read_page(b"<title>" + b"x" * 5000, "", "http://page.test/").title) == 300
