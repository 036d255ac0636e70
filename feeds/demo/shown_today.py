"""Stories of the demo: told this morning by people whom the log-ins follow, and one of their own."""

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
    ("carol", 7, "focaccia", 0.5, "A tray of focaccia from above.", "Out at six. Gone by seven, if I know you."),
    ("lucian", 5, "night", 0.72, "A hut on the quay with one lit window, at night.", "Ten till six. All quiet."),
    ("carol", 4, "packets", 0.4, "Paper packets laid out in rows.", "What the bakery counter looks like on Mondays"),
    ("old_salt", 2, "dawn", 0.45, "A dinghy with a red sail on flat water at sunrise.", ""),
    ("bob", 1, "osiers", 0.5, "Bundles of cut willow in three colours.", "Not larch. For once."),
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
