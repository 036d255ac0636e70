"""Stories of the demo: told in the last hours by people whom the log-ins follow, and by two of them."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile

from feeds.demo import pictures
from posts import actions as posts_actions
from posts.models import Story, first_id_at

if TYPE_CHECKING:
    from feeds.demo.community import Community

# Who, how many hours ago, what is drawn and round which part of it, what it shows, and the caption.
STORIES = [
    ("lucian", 7, "night", 0.72, "A hut on the quay with one lit window, at night.", "Ten till six. All quiet."),
    ("carol", 5, "focaccia", 0.5, "A tray of focaccia from above.", "Out at six. Gone by seven, if I know you."),
    ("alice", 4, "frost", 0.5, "Rows of vegetables with frost on their leaves.", "Bed 14 is having a morning."),
    ("rowan", 2, "osiers", 0.5, "Bundles of cut willow in three colours.", "Three colours, one cold thumb"),
    ("pavel", 1, "trout", 0.45, "Trout hanging in the smoke above embers.", ""),
]


def tell(town: "Community") -> None:
    """Each a picture upright, made as every upload is."""
    made = [make(town, *story) for story in STORIES]
    Story.objects.bulk_create(story for story, _ in made)
    for story, media in made:
        media.story = story
        media.save(update_fields=["story"])


def make(town: "Community", name: str, hours: int, drawn: str, around: float, alt: str, caption: str) -> tuple:
    owner = town.users[name]
    file = SimpleUploadedFile(f"{drawn}.jpg", pictures.upright(drawn, around))
    media = posts_actions.keep_upload(posts_actions.prepare_upload(owner, file), alt=alt)
    town.tell("stories")
    return Story(pk=first_id_at(town.now - timedelta(hours=hours)), owner=owner, caption=caption), media
