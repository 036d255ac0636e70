"""What hangs on the demo's posts: pictures, made as every upload is, and polls that people have voted in."""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from feeds.demo import people, pictures
from feeds.demo.script import Scene
from posts import actions as posts_actions
from posts.models import Media, Poll, Post, Vote

if TYPE_CHECKING:
    from feeds.demo.community import Community

POLL_LASTS = timedelta(days=1)
# Of those who follow the author, how many vote.
TURNOUT = 0.7


def hang(town: "Community", scene: Scene, post: Post) -> None:
    """Puts on the post what its scene names; the rows are written with the rest."""
    post.content_warning = scene.warning
    post.media_count = len(scene.pictures)
    town.pictures += [(post, position, *shown) for position, shown in enumerate(scene.pictures)]
    if scene.options:
        post.has_poll = True
        hold_poll(town, post, scene.options)


def hold_poll(town: "Community", post: Post, options: list[str]) -> None:
    """A poll with the votes so far; opinions lean to one side, as they do."""
    chance = Random(post.content)
    leaning = [chance.uniform(0.3, 1) ** 2 for _ in options]
    votes = [0] * len(options)
    ends_at = post.created_at + POLL_LASTS
    # Whoever tries the site out votes for themselves.
    for name in sorted(town.followers[post.author.username] - set(people.LOGINS)):
        if chance.random() < TURNOUT:
            choice = chance.choices(range(len(options)), leaning)[0]
            votes[choice] += 1
            town.votes.append(Vote(poll_id=post.pk, user=town.users[name], choices=[choice]))
    town.polls.append(Poll(post=post, options=options, votes=votes, voters_count=sum(votes), ends_at=ends_at))


def save(town: "Community") -> None:
    """After the posts are there."""
    Poll.objects.bulk_create(town.polls)
    Vote.objects.bulk_create(town.votes)
    made = [make_picture(town, *picture) for picture in town.pictures]
    Media.objects.bulk_update(made, ["post", "position"])


def make_picture(town: "Community", post: Post, position: int, name: str, alt: str) -> Media:
    file = SimpleUploadedFile(f"{name}.jpg", pictures.picture(name))
    media = posts_actions.keep_upload(posts_actions.prepare_upload(post.author, file), alt=alt)
    media.post, media.position = post, position
    town.tell("pictures")
    return media
