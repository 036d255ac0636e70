"""A small community in which everything a page can show has happened."""

from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts import actions as account_actions
from accounts.models import User
from feeds import actions as feeds_actions
from feeds.experiments import actions as experiments
from feeds.experiments import running
from feeds.experiments.outcomes import look_at
from feeds.ranking import actions as ranking
from feeds.ranking.page import home
from feeds.ranking.values import SEED
from feeds.tasks import find_trends
from moderation import actions as moderation
from moderation.letters import signer
from moderation.models import Act
from notifications import actions as notifications
from notifications import push, unsubscribing
from posts import actions
from posts.models import LinkPreview, Media, Poll, Post
from social import actions as social_actions
from tests import experimenting
from tests.conftest import member
from tests.experimenting import CONTROL, TREATED, drafted
from tests.helpers import run_tasks
from tests.media import animation, as_file, image, uploaded, video
from tests.push_service import Device
from tests.telling import deliver
from tests.timelines import share

NAMES = ["alice", "bob", "carol", "dave", "erin", "frank", "newcomer", "keeper"]
LINK = "https://example.org/moss"
DAY = 86_400


@dataclass
class Community:
    """alice's side of things: bob and carol are friends, dave is blocked, erin is private, newcomer knows nobody."""

    people: dict[str, User]
    # Ids by what they are the id of, as addresses name them: {thread}, {draft} …
    ids: dict[str, Any] = field(default_factory=dict)


def build() -> Community:
    """Leaves one video unprepared on purpose; nothing else waits to be done."""
    town = Community({name: member(name) for name in NAMES})
    User.objects.filter(username="keeper").update(is_staff=True, is_superuser=True)
    meet(town)
    write(town)
    talk(town)
    show_pictures(town)
    ask(town)
    pass_on(town)
    begin(town)
    rise(town)
    choose(town)
    tell_stories(town)
    try_out(town)
    judge(town)
    run_tasks()
    find_trends()
    hear(town)
    show_an_unprepared_video(town)
    return town


def meet(town: Community) -> None:
    alice, bob, carol, dave, erin, frank, _, keeper = town.people.values()
    account_actions.change_profile(
        alice, display_name="Alice Ahn", bio="Bread, boats and #quay news. https://example.org"
    )
    for follower, author in [(alice, bob), (alice, carol), (bob, alice), (carol, alice), (bob, carol), (frank, bob)]:
        social_actions.follow(follower=follower, author=author)
    account_actions.change_privacy(erin, True)
    account_actions.change_privacy(keeper, True)
    for asking in (alice, frank):
        social_actions.follow(follower=asking, author=erin)
    for asking in (bob, carol):
        social_actions.follow(follower=asking, author=keeper)
    social_actions.block(blocker=alice, blocked=dave)
    social_actions.mute(muter=alice, muted=frank, expires_at=timezone.now() + timedelta(hours=8))
    social_actions.hide_shares(follower=alice, author=bob)
    account_actions.issue_token(alice)
    tell_on_two_devices(alice)
    account_actions.show_likes(bob, True)
    town.ids["list"] = social_actions.make_list(owner=alice, name="Boat people").pk
    social_actions.add_to_list(owner=alice, list_id=town.ids["list"], person=bob)
    town.ids["empty_list"] = social_actions.make_list(owner=alice, name="Nobody yet").pk


def tell_on_two_devices(user: User) -> None:
    phone = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
    for path, user_agent in (("/phone", phone), ("/app", "")):
        given = Device(path).subscription()
        token = AccessToken.objects.get(user=user)
        push.subscribe(user=user, endpoint=given["endpoint"], **given["keys"], token=token, user_agent=user_agent)


def judge(town: Community) -> None:
    """alice has reported, and was judged: a post held, one hidden with an appeal, a warning taken back, another not."""
    alice, bob, *_ = town.people.values()
    keeper = User.objects.get(username="keeper")
    for post in ("shown", "linking"):
        moderation.report(reporter=alice, category="spam", comment="Twice today.", post_id=town.ids[post])
    case = moderation.report(reporter=alice, category="impersonation", user_id=bob.pk).case
    moderation.decide(actor=keeper, act=Act.DISMISS, about=bob, case=case, reason="")
    for name, act in (("held", Act.HOLD), ("hidden", Act.HIDE)):
        post = publish(town, name, "alice", f"Cheap watches, {name}")
        given = {"about": alice, "post": post, "category": "spam", "reason": "An advert"}
        decision = moderation.decide(actor=keeper, act=act, message="No adverts, please.", **given)
    moderation.appeal(author=alice, decision_id=decision.pk, text="They are my own.")
    for message in ("This was not kind.", "Nor was this."):
        warning = moderation.decide(actor=keeper, act=Act.WARN, about=alice, reason="Rude", message=message)
        if message.startswith("This"):
            moderation.undo(actor=keeper, decision_id=warning.pk, reason="A joke", message="We had misread it.")
    town.ids["appeal"] = signer.sign(str(warning.pk))


def publish(town: Community, name: str, who: str, content: str, **more: Any) -> Post:
    post = actions.publish(author=town.people[who], content=content, **more)
    town.ids[name] = post.pk
    return post


def write(town: Community) -> None:
    alice = town.people["alice"]
    publish(town, "deleted", "alice", "This goes again.")
    actions.delete(actor=alice, post_id=town.ids["deleted"])
    publish(town, "edited", "alice", "The ferry leaves at eight.")
    actions.edit(actor=alice, post_id=town.ids["edited"], content="The ferry leaves at nine. #quay")
    publish(town, "warned", "carol", "The cake was eaten by the cat.", content_warning="Cake, cat")
    publish(town, "followers_only", "alice", "For followers: the key is under the pot.", visibility="followers")
    publish(town, "private", "alice", "@bob only you see this", visibility="private")
    publish(town, "long", "bob", "w" * 270)
    publish(town, "linking", "bob", f"Read this: {LINK}")
    preview = {"url": LINK, "title": "Moss & more", "description": "All about moss.", "fetched_at": timezone.now()}
    LinkPreview.objects.update_or_create(url_digest=sha256(LINK.encode()).digest(), defaults=preview)


def talk(town: Community) -> None:
    """A thread so deep that its end is on another page, and so broad that it has more than one."""
    alice, bob, carol = (town.people[name] for name in ("alice", "bob", "carol"))
    above = publish(town, "thread", "alice", "Who brings what on Sunday? #quay @bob")
    for depth in range(9):
        author = [bob, alice, carol][depth % 3]
        above = actions.comment(author=author, post_id=above.pk, content=f"Answer number {depth}")
    town.ids["deep_comment"] = above.pk
    for number in range(24):
        actions.comment(author=carol, post_id=town.ids["thread"], content=f"And {number} spoons.")
    for person in (bob, carol):
        actions.like(actor=person, post_id=town.ids["thread"])
    publish(town, "quiet", "alice", "Nobody says anything about this.")
    for author, name in ((alice, "thread"), (bob, "linking")):
        actions.pin(actor=author, post_id=town.ids[name])


def show_pictures(town: Community) -> None:
    alice, bob = town.people["alice"], town.people["bob"]
    shapes = [(640, 480), (300, 900), (1200, 300), (500, 500)]
    for many in (1, 2, 3, 4):
        shown = [uploaded(alice, image(size), alt="A wall" if n else "") for n, size in enumerate(shapes[:many])]
        publish(town, f"pictures_{many}", "alice", f"Pictures: {many}", media_ids=[media.pk for media in shown])
    moving = uploaded(bob, animation(4), alt="Colours")
    publish(town, "moving", "bob", "It moves", media_ids=[moving.pk])
    clip = actions.upload(owner=bob, file=clip_file())
    publish(town, "video", "bob", "A clip", media_ids=[clip.pk])
    run_tasks()
    broken = actions.upload(owner=bob, file=clip_file(2))
    publish(town, "broken_video", "bob", "A clip that will not do", media_ids=[broken.pk])
    Media.objects.filter(pk=broken.pk).update(status="failed", problem="It cannot be read.")
    connection.run_on_commit.clear()  # the broken one would be prepared after all


def clip_file(seconds: float = 1) -> Any:
    return as_file(video(seconds), "clip.mp4", "video/mp4")


def show_an_unprepared_video(town: Community) -> None:
    clip = actions.upload(owner=town.people["bob"], file=clip_file(3))
    publish(town, "unprepared", "bob", "A clip on its way", media_ids=[clip.pk])
    connection.run_on_commit.clear()


def ask(town: Community) -> None:
    alice, carol = town.people["alice"], town.people["carol"]
    poll = {"options": ["Bread", "Cake", "Both"], "multiple": False, "seconds": DAY}
    publish(town, "open_poll", "bob", "What is for tea?", poll=poll)
    publish(town, "voted_poll", "bob", "And for supper?", poll=poll | {"multiple": True})
    publish(town, "own_poll", "alice", "Which boat?", poll=poll)
    publish(town, "closed_poll", "carol", "Which day was it?", poll=poll)
    actions.vote(actor=alice, post_id=town.ids["voted_poll"], choices=[0, 2])
    actions.vote(actor=carol, post_id=town.ids["own_poll"], choices=[1])
    Poll.objects.filter(pk=town.ids["closed_poll"]).update(ends_at=timezone.now() - timedelta(hours=1))


def pass_on(town: Community) -> None:
    alice, bob, carol = (town.people[name] for name in ("alice", "bob", "carol"))
    share(carol, Post.objects.get(pk=town.ids["linking"]))
    publish(town, "shown", "bob", "Worth quoting")
    publish(town, "quoting", "carol", "Well said", quote_of=town.ids["shown"])
    publish(town, "quoted_once", "carol", "Soon gone")
    publish(town, "quoting_nothing", "bob", "What was here is gone", quote_of=town.ids["quoted_once"])
    actions.delete(actor=carol, post_id=town.ids["quoted_once"])
    actions.share(actor=alice, post_id=town.ids["shown"])
    for name in ("shown", "pictures_4", "open_poll"):
        actions.bookmark(actor=alice, post_id=town.ids[name])
    actions.like(actor=alice, post_id=town.ids["shown"])
    actions.like(actor=bob, post_id=town.ids["pictures_2"])


def rise(town: Community) -> None:
    """A hashtag that many take up, with others beside it, and posts that many like; staff hide one."""
    for person in (town.people[name] for name in ("alice", "bob", "carol", "frank")):
        publish(town, "rising", person.username, "The #regatta begins! #quay #boats")
        actions.like(actor=person, post_id=town.ids["thread"])
        actions.like(actor=person, post_id=town.ids["warned"])
    feeds_actions.hide_trend(staff=town.people["keeper"], reason="A rumour", tag="boats")


def choose(town: Community) -> None:
    """bob reads by what matters to him; alice wants more of one and less of another, should she ever."""
    alice, bob, carol = (town.people[name] for name in ("alice", "bob", "carol"))
    ranking.choose(reader=bob, ranking="engagement", weights=SEED._replace(media=0.3), diversity=True)
    for reader, author, amount in ((alice, bob, 1), (alice, carol, -1), (bob, alice, 1)):
        ranking.nudge(reader=reader, author=author, amount=amount)


def try_out(town: Community) -> None:
    """Everybody is in an experiment that changes nothing; one is over, and one is being written."""
    for name, arms in (("draft", [CONTROL, TREATED]), ("tried", [CONTROL, TREATED]), ("fresher", [CONTROL, CONTROL])):
        made = drafted(name, arms=[arms[0], arms[1] | {"name": "the-other"}], guardrails={"mutes": 50})
        town.ids["draft_experiment" if name == "draft" else "experiment"] = made.pk
        if name != "draft":
            experiments.start(made)
            experimenting.meet(made, [person.pk for person in town.people.values()])
            look_at(made)
        if name == "tried":
            experiments.stop(made, because="It did what it was to do.")
    running.forget()
    home(town.people["alice"], {})


def tell_stories(town: Community) -> None:
    """bob has two, one of which alice has seen, and carol a film; alice has one with a viewer and one without."""
    alice, bob, carol = (town.people[name] for name in ("alice", "bob", "carol"))
    seen, town.ids["story"] = (drawn_story(bob, alt) for alt in ("A door", ""))
    actions.see_story(viewer=alice, story_id=seen)
    clip = actions.upload(owner=carol, file=clip_file(4))
    actions.publish_story(owner=carol, media_id=clip.pk, caption="It moves.\nA bit.")
    town.ids["own_story"] = drawn_story(alice, "A wall", "Good morning, #quay!")
    actions.see_story(viewer=bob, story_id=town.ids["own_story"])
    town.ids["unseen_story"] = drawn_story(alice, "Another wall")
    answer = actions.reply_to_story(author=alice, story_id=town.ids["story"], content="Which door is that?")
    town.ids["story_answer"] = answer.pk


def drawn_story(owner: User, alt: str, caption: str = "") -> int:
    media = uploaded(owner, image((360, 640), color="navy"), alt=alt)
    return actions.publish_story(owner=owner, media_id=media.pk, caption=caption).pk


def hear(town: Community) -> None:
    """alice is told of what has happened, and of one conversation no more."""
    alice, frank = town.people["alice"], town.people["frank"]
    social_actions.notify_moderation(recipient_id=alice.pk, text="A post of yours was looked at.\nIt stays.")
    publish(town, "mentioning", "bob", "Ask @alice about the ferry")
    social_actions.unmute(muter=alice, muted=frank)
    social_actions.follow(follower=frank, author=alice)
    notifications.mute_thread(user=alice, post_id=town.ids["warned"])
    deliver()
    social_actions.mute(muter=alice, muted=frank, expires_at=timezone.now() + timedelta(hours=8))
    town.ids["stop"] = unsubscribing.signer.sign(str(alice.pk))


def begin(town: Community) -> None:
    alice = town.people["alice"]
    hanging = uploaded(alice, image((200, 150)), alt="A wall")
    poll = {"options": ["Yes", "No"], "multiple": False, "seconds": DAY}
    everything = {"content": "Begun", "content_warning": "Walls", "media_ids": [hanging.pk]}
    town.ids["draft"] = actions.save_draft(author=alice, **everything).pk
    actions.save_draft(author=alice, content="With a poll", poll=poll, visibility="followers")
    later = timezone.now() + timedelta(days=2)
    town.ids["scheduled"] = actions.save_draft(author=alice, content="Later", poll=poll, due_at=later).pk
    refused = actions.save_draft(author=alice, content="Could not be posted")
    type(refused).objects.filter(pk=refused.pk).update(problem="What it answered is gone.")
    town.ids["limit"] = settings.POST_MAX_LENGTH
