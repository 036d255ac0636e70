"""Fresh words in everything that is not for everybody, and a walk through every door as one person."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from django.db import transaction
from django.test import Client
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from accounts import actions as accounts
from accounts.models import User
from feeds.tasks import find_trends
from moderation import actions as moderation
from posts import actions
from posts.models import Media, Post
from social import actions as social
from tests.conftest import member
from tests.every_page import all_routes
from tests.helpers import bearer, run_tasks
from tests.media import image, uploaded
from tests.moderating import staff

ANYBODY = frozenset({"alice", "bob", "carol", "dave", "", "mona"})
# What requests that write carry: enough for most of them to be taken seriously.
BODY = {"content": "x", "name": "x", "category": "spam", "text": "x", "choices": [0], "amount": 1, "act": "hide"}
# What may be answered; all else is an answer nobody has thought of.
STATUSES = {200, 201, 202, 204, 301, 302, 304, 400, 401, 403, 404, 405, 409, 413, 415, 422, 429}
WHO_WOULD_BE = {"username": "zoe_new", "email": "zoe@example.org", "password": "tea time at the quay"}


@dataclass
class World:
    """alice writes; bob follows her, carol knows nobody, alice blocks dave, mona moderates, "" is signed out."""

    people: dict[str, Any]
    tokens: dict[str, str] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    # Ids by the name that addresses have for them.
    ids: dict[str, list[Any]] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)

    def token(self, what: str) -> str:
        self.tokens[what] = f"zq{secrets.token_hex(6)}"
        return self.tokens[what]

    def publish(self, what: str, **more: Any) -> Post:
        if "content" not in more:
            more["content"] = f"{self.token(what)} here #quay"
        self.posts[what] = actions.publish(author=more.pop("author", self.people["alice"]), **more)
        return self.posts[what]


def build() -> World:
    world = World(
        {name: staff(name) if name == "mona" else member(name) for name in ["alice", "bob", "carol", "dave", "mona"]}
    )
    alice, bob, _, dave, mona = world.people.values()
    User.objects.filter(pk=alice.pk).update(email=f"{world.token('e-mail')}@example.org", shows_likes=True)
    social.follow(follower=bob, author=alice)
    social.follow(follower=alice, author=bob)
    social.block(blocker=alice, blocked=dave)
    write(world)
    show(world)
    keep(world)
    judge(world)
    run_tasks()
    find_trends()
    know(world)
    for name, person in world.people.items():
        world.people[name] = User.objects.get(pk=person.pk)
    return world


def write(world: World) -> None:
    alice, bob = world.people["alice"], world.people["bob"]
    world.publish("public")
    followers = world.publish("followers", visibility="followers")
    world.publish("private", content=f"@bob {world.token('private')} here", visibility="private")
    world.publish("secret", content=f"{world.token('secret')} here", visibility="private")
    warned = {"content": "x", "content_warning": world.token("warning")}
    world.publish("warned", **warned, visibility="followers")
    poll = {"options": [world.token("option"), "no"], "multiple": False, "seconds": 3600}
    actions.vote(
        actor=bob, post_id=world.publish("poll", content="?", poll=poll, visibility="followers").pk, choices=[0]
    )
    answer = {"author": bob, "post_id": followers.pk, "content": f"{world.token('comment')} here"}
    world.posts["comment"] = actions.comment(**answer)
    edited = world.publish("history", visibility="followers")
    actions.edit(actor=alice, post_id=edited.pk, content="Nothing to see.", visibility="public")
    quoting = {"quote_of": world.posts["public"].pk, "visibility": "followers"}
    world.publish("quote", content=f"{world.token('quote')} here", **quoting)
    actions.delete(actor=alice, post_id=world.publish("deleted").pk)
    for name in ("public", "followers", "poll"):
        actions.like(actor=bob, post_id=world.posts[name].pk)
        actions.bookmark(actor=bob, post_id=world.posts[name].pk)


def show(world: World) -> None:
    """Pictures of a post for followers, of a draft and of a story."""
    alice = world.people["alice"]
    for what, size in (("alt", (310, 210)), ("drawn", (320, 220)), ("story", (330, 230))):
        media = uploaded(alice, image(size), alt=world.token(f"{what} text"))
        world.ids.setdefault("media_id", []).append(media.pk)
        if what == "alt":
            world.publish("pictured", content="x", media_ids=[media.pk], visibility="followers")
        elif what == "story":
            story = actions.publish_story(owner=alice, media_id=media.pk, caption=world.token("caption"))
            world.ids["story_id"] = [story.pk]
        else:
            actions.save_draft(author=alice, content="x", media_ids=[media.pk])


def keep(world: World) -> None:
    """What alice keeps for herself."""
    alice, bob = world.people["alice"], world.people["bob"]
    drafts = [actions.save_draft(author=alice, content=world.token("draft"))]
    later = timezone.now() + timezone.timedelta(days=2)
    drafts.append(actions.save_draft(author=alice, content=world.token("scheduled"), due_at=later))
    kept = social.make_list(owner=alice, name=world.token("list"))
    social.add_to_list(owner=alice, list_id=kept.pk, person=bob)
    world.tokens["token"] = accounts.issue_token(alice)
    world.ids |= {"draft_id": [one.pk for one in drafts], "list_id": [kept.pk]}


def judge(world: World) -> None:
    """bob has reported alice, whom mona warned; a post of hers is hidden."""
    alice, bob, mona = (world.people[name] for name in ("alice", "bob", "mona"))
    given = {"reporter": bob, "category": "spam", "comment": world.token("report")}
    case = moderation.report(**given, post_id=world.posts["public"].pk).case
    moderation.note(actor=mona, case_id=case.pk, text=world.token("note"))
    told = {"reason": world.token("reason"), "message": world.token("message")}
    warning = moderation.decide(actor=mona, act="warn", about=alice, **told)
    moderation.appeal(author=alice, decision_id=warning.pk, text=world.token("appeal"))
    moderation.decide(actor=mona, act="hide", about=alice, post=world.publish("hidden"), reason="x", message="x")
    world.ids["decision_id"] = [warning.pk]


def know(world: World) -> None:
    names = [name for name in world.people if name != "mona"]
    world.ids |= {
        "user_id": [world.people[name].pk for name in names],
        "post_id": [post.pk for post in world.posts.values()],
        "entry_id": [post.pk for post in world.posts.values()],
        "username": ["alice", "bob"],
        "tag": ["quay"],
        "subscription_id": [1], "token_id": [1], "group_id": [1], "number": [1], "hours": [1],
        "name": ["x"], "way": ["more"], "ranking": ["engagement"], "language": ["de"], "token": ["x"],
    }  # fmt: skip
    for media in Media.objects.filter(pk__in=world.ids["media_id"]):
        names = re.findall(r"/media/posts/[0-9]+/[a-z0-9-]+\.[a-z0-9]+", str(api(world, "alice", f"/media/{media.pk}")))
        assert names, media.pk
        world.files[str(media.pk)] = names


def api(world: World, who: str, path: str) -> Any:
    return client_of(world, who)[0].get(f"/api/v1{path}", **client_of(world, who)[1]).json()


def client_of(world: World, who: str) -> tuple[Client, dict[str, str]]:
    """A browser of the person, and the header of an app of theirs."""
    client = Client(raise_request_exception=False)
    if not who:
        return client, {}
    client.force_login(world.people[who])
    return client, bearer(accounts.issue_token(world.people[who]))


class Answer(NamedTuple):
    door: str
    status: int
    text: str


class Door(NamedTuple):
    method: str
    path: str


def doors(world: World, methods: set[str]) -> Iterator[Door]:
    """Every operation of the OpenAPI document and every page, with every id there is; each search for each token."""
    for path, operations in SchemaGenerator().get_schema(public=True)["paths"].items():
        for method in operations.keys() & methods:
            yield from (Door(method, filled) for filled in fill(path, r"\{(\w+)\}", world.ids))
    for route, _ in all_routes():
        if not route.startswith(("api/", "^", "admin/")):
            for method in methods & {"get", "post"}:
                yield from (Door(method, f"/{filled}") for filled in fill(route, r"<\w+:(\w+)>", world.ids))
    if "get" in methods:
        yield from (Door("get", path) for path in asked(world))


def fill(path: str, names: str, ids: dict[str, list[Any]]) -> Iterator[str]:
    wanted = re.findall(names, path)
    for values in product(*(ids.get(name, [1]) for name in wanted)):
        some = iter(values)
        yield re.sub(names, lambda _, some=some: str(next(some)), path)


def asked(world: World) -> Iterator[str]:
    """Doors that take more than an address."""
    yield from ("/search?q=here", "/search?q=alice&type=users", "/search?q=qu&type=hashtags", "/?ranking=engagement")
    yield from (f"/api/v1/timeline?{more}" for more in ("explain=1", "ranking=engagement&explain=1"))
    yield from (
        f"/api/v1/{of}?q={q}" for of in ("search", "search/suggest", "autocomplete") for q in ("here", "alice", "zq")
    )
    yield from ("/api/v1/users/lookup?username=alice", "/stories/alice", "/explore/card", "/feed/stories")
    for what, token in world.tokens.items():
        if what in world.posts and world.posts[what].pk in world.ids["post_id"]:
            yield f"/api/v1/search?q={token}"
    for post_id in world.ids["post_id"]:
        yield f"/why-not?url={post_id}"
        yield f"/compose?quote={post_id}"
        yield f"/oembed?url=http://testserver/@alice/{post_id}"
    yield from (f"/compose?draft={pk}" for pk in world.ids["draft_id"])


def walk(world: World, who: str, methods: set[str]) -> Iterator[Answer]:
    """What the person is answered at each door; nothing stays of what was written."""
    browser, header = client_of(world, who)
    for method, path in doors(world, methods):
        is_api = path.startswith("/api/")
        more: dict[str, Any] = header if is_api else {}
        if method != "get":
            more = more | {"data": BODY | WHO_WOULD_BE}
            more |= {"content_type": "application/json"} if is_api else {}
        with transaction.atomic():
            answer = getattr(browser if not is_api else Client(raise_request_exception=False), method)(path, **more)
            text = body(answer) + str(answer.headers)
            transaction.set_rollback(True)
        yield Answer(f"{method} {path}", answer.status_code, text)


def body(answer: Any) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def files_seen(world: World, who: str) -> set[str]:
    """The media of which any file is served to the person."""
    browser, _ = client_of(world, who)
    return {pk for pk, paths in world.files.items() if any(browser.get(path).status_code == 200 for path in paths)}
