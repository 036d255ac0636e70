"""Puts the demo community into an empty database, as if it had been there for three weeks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.crypto import get_random_string

from accounts.models import User
from feeds import mover, rates
from feeds.demo import attached, avatars, passing_on, people, script, shown_today, telling
from feeds.demo.people import Person
from feeds.demo.script import Line, Scene
from feeds.trends import listing
from posts import actions as posts_actions
from posts.models import AuthorState, Bookmark, Poll, Post, Visibility, Vote, first_id_at
from social.models import Follow

SEED = 1848
DAY = timedelta(days=1)
# How likely people are to post in each hour of the day, in UTC.
HOURLY = [1, 1, 1, 1, 2, 5, 14, 24, 28, 24, 20, 20, 26, 24, 18, 18, 22, 28, 32, 36, 34, 26, 14, 5]
FOLLOWS_LEAST, FOLLOWS_MOST = 8, 20
# Most comments come within minutes, some the next morning: median and spread of a log-normal gap.
COMMENT_GAP_MINUTES, COMMENT_SPREAD = 14, 1.2

Likes = list[tuple[int, int, datetime]]


@dataclass
class Community:
    """What is being made. `chance` gives the same community for the same `now`."""

    now: datetime
    tell: Callable[[str], None]
    chance: Random = field(default_factory=lambda: Random(SEED))
    users: dict[str, User] = field(default_factory=dict)
    followers: dict[str, set[str]] = field(default_factory=dict)
    posts: list[Post] = field(default_factory=list)
    likes: Likes = field(default_factory=list)
    bookmarks: list[Bookmark] = field(default_factory=list)
    polls: list[Poll] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    # The post, the place among its pictures, what it shows and how that is described.
    pictures: list[tuple[Post, int, str, str]] = field(default_factory=list)


@transaction.atomic
def load(now: datetime, tell: Callable[[str], None] = lambda step: None) -> Community:
    """People, follows, posts, likes and counters, in one transaction; `tell` hears of each thing done.

    Nothing is owed to anybody afterwards: no outbox row, every edge where the policy wants it, and what rises is
    listed.
    """
    town = Community(now=now, tell=tell)
    scenes = script.read_all()
    make_people(town)
    make_follows(town, scenes)
    for told in scenes:
        last: dict[str, Post] = {}
        for scene, moment in zip(told, moments(town, told), strict=True):
            last[scene.post.author] = play(town, scene, moment, last.get(scene.quotes))
    passing_on.share(town)
    passing_on.keep(town)
    save(town)
    telling.owe(town)
    rates.recount_posting()
    mover.settle()
    listing.refresh(town.now)
    return town


def make_people(town: Community) -> None:
    password = make_password(people.PASSWORD)
    for person in [*people.PEOPLE, people.STAFF]:
        can_log_in = person.username in (*people.LOGINS, people.STAFF.username)
        town.users[person.username] = User(
            username=person.username,
            display_name=person.display_name,
            bio=person.bio,
            email=f"{person.username}@example.org" if can_log_in else None,
            password=password if can_log_in else make_password(None),
            is_staff=person is people.STAFF,
            is_superuser=person is people.STAFF,
            created_at=town.now - timedelta(days=town.chance.uniform(60, 600)),
        )
        give_picture(town, person)
    User.objects.bulk_create(town.users.values())
    addressed = [user for user in town.users.values() if user.email]
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in addressed
    )


def give_picture(town: Community, person: Person) -> None:
    if person.picture:
        picture = ContentFile(avatars.picture(person.username, person.picture))
        town.users[person.username].avatar.save(f"{get_random_string(16).lower()}.webp", picture, save=False)
    town.tell("people")


def make_follows(town: Community, scenes: list[list[Scene]]) -> None:
    """Most of one's own circles, some others, and whoever one answers in a followers-only thread."""
    edges = {(person.username, author) for person in people.PEOPLE for author in followed_by(town, person)}
    edges.add(("bob", "alice"))  # so that the tour with two browsers works with the log-ins given
    edges |= {
        (line.author, scene.post.author)
        for told in scenes
        for scene in told
        if scene.followers_only
        for line in scene.comments
        if line.author != scene.post.author
    }
    town.followers = {name: {follower for follower, author in edges if author == name} for name in town.users}
    Follow.objects.bulk_create(
        Follow(
            follower=town.users[follower],
            followee=town.users[author],
            created_at=town.now - timedelta(days=town.chance.uniform(22, 60)),
        )
        for follower, author in sorted(edges)
    )
    for follower, author in edges:
        town.users[author].followers_count += 1
        town.users[follower].following_count += 1
        town.users[follower].relations_version += 1


def followed_by(town: Community, person: Person) -> list[str]:
    """Whom they follow, the nearest first, between FOLLOWS_LEAST and FOLLOWS_MOST."""
    circles = person.circles.split()

    def nearness(other: Person) -> float:
        shared = [len(circles) - circles.index(circle) for circle in other.circles.split()[:2] if circle in circles]
        known = 1.5 if other.username in people.WELL_KNOWN else 0
        return sum(shared) + known + town.chance.uniform(0, 2.5)

    others = sorted((other for other in people.PEOPLE if other != person), key=nearness, reverse=True)
    number = town.chance.randint(FOLLOWS_LEAST, FOLLOWS_MOST) if person.username != "alice" else FOLLOWS_MOST
    return [other.username for other in others[:number]]


def moments(town: Community, told: list[Scene]) -> list[datetime]:
    """When each scene happens: those of one day in the order they are told."""
    drawn = {
        days: iter(sorted(moment_on(town, days) for scene in told if scene.ago is None and scene.days == days))
        for days in {scene.days for scene in told}
    }
    return [town.now - scene.ago if scene.ago else next(drawn[scene.days]) for scene in told]


def moment_on(town: Community, days: int) -> datetime:
    """A moment of the 24 hours that ended so many days ago, at an hour when people are awake."""
    while True:
        moment = town.now - days * DAY - town.chance.random() * DAY
        if town.chance.random() * max(HOURLY) < HOURLY[moment.hour]:
            return moment


def play(town: Community, scene: Scene, moment: datetime, quoted: Post | None) -> Post:
    """A post at that moment, its comments after it, and who liked what."""
    visibility = Visibility.FOLLOWERS if scene.followers_only else Visibility.PUBLIC
    post = write(town, scene.post, moment, visibility)
    post.quote_of = quoted
    attached.hang(town, scene, post)
    town.users[scene.post.author].posts_count += 1
    audience = town.followers[scene.post.author] if scene.followers_only else set(town.followers)
    like(town, post, scene.likes, audience)
    written: list[Post] = []
    for line, at in zip(scene.comments, comment_moments(town, moment, len(scene.comments)), strict=True):
        comment = write(town, line, at, visibility)
        answered = post if line.answers is None else written[line.answers]
        comment.root, comment.in_reply_to = post, answered
        answered.comments_count += 1
        written.append(comment)
        like(town, comment, max(0, town.chance.randint(-3, 4)), audience)
    return post


def comment_moments(town: Community, start: datetime, number: int) -> list[datetime]:
    """In order, all of them between `start` and now."""
    gaps = [COMMENT_GAP_MINUTES * 60 * town.chance.lognormvariate(0, COMMENT_SPREAD) for _ in range(number)]
    room_seconds = (town.now - start).total_seconds() * 0.9
    squeeze = min(1.0, room_seconds / sum(gaps)) if gaps else 1.0
    return [start + timedelta(seconds=sum(gaps[: count + 1]) * squeeze) for count in range(number)]


def write(town: Community, line: Line, moment: datetime, visibility: str) -> Post:
    author = town.users[line.author]
    post = posts_actions.written(author, posts_actions.checked_content(line.content))
    # The tail keeps two of one millisecond apart.
    post.pk = first_id_at(moment) + len(town.posts) % 4096
    post.visibility = visibility
    town.posts.append(post)
    town.tell("posts")
    return post


def like(town: Community, post: Post, number: int, audience: set[str]) -> None:
    """Likes by people who may see the post, its author's followers first of all."""
    author = post.author.username
    near = town.followers[author]

    def eagerness(name: str) -> float:
        return town.chance.random() ** (1 / 4 if name in near else 1)

    readers = sorted(audience - {author, people.STAFF.username})
    for name in sorted(readers, key=eagerness, reverse=True)[:number]:
        delay = timedelta(minutes=40 * town.chance.lognormvariate(0, 1.3))
        town.likes.append((post.pk, town.users[name].pk, min(post.created_at + delay, town.now)))
        post.likes_count += 1


def save(town: Community) -> None:
    """Everything made in memory, a statement for each table."""
    Post.objects.bulk_create(sorted(town.posts, key=lambda post: post.pk))
    Bookmark.objects.bulk_create(town.bookmarks)
    attached.save(town)
    shown_today.tell(town)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO post_like (post_id, user_id, created_at)"
            " SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[])",
            [list(column) for column in zip(*town.likes, strict=True)],
        )
    newest: dict[int, int] = {}
    for post in town.posts:
        if not post.is_comment:
            newest[post.author_id] = max(newest.get(post.author_id, 0), post.pk)
    AuthorState.objects.bulk_create(AuthorState(user_id=author, last_post_id=pk) for author, pk in newest.items())
    User.objects.bulk_update(
        town.users.values(), ["followers_count", "following_count", "posts_count", "relations_version"]
    )
