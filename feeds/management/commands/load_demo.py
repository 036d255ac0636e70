"""`manage.py load_demo`: a small community to look at, in a database without any user."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from feeds.demo import community, people, script, shown_today


class Command(BaseCommand):
    help = "Loads the demo community of Kestrel Quay: 36 people, three weeks of posts. Does nothing where users exist."

    def handle(self, **options: Any) -> None:
        if User.objects.exists():
            self.stdout.write("There are users already: the demo is only for an empty site. Nothing was loaded.")
            return
        scenes = [scene for told in script.read_all() for scene in told]
        steps = len(people.PEOPLE) + 1 + sum(1 + len(scene.comments) + len(scene.pictures) for scene in scenes)
        steps += len(shown_today.STORIES)
        with tqdm(total=steps, unit="", desc="demo", file=sys.stderr) as bar:

            def show(step: str) -> None:
                bar.set_description(step, refresh=False)
                bar.update()

            town = community.load(timezone.now(), show)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # plans for the tables as they are now, for whoever comes first
        self.stdout.write(
            f"Loaded {len(town.users)} people, {len(town.posts):,} posts and comments, {len(town.likes):,} likes. "
            f"Log in as {', '.join(people.LOGINS)} (or {people.STAFF.username}, for /admin/) "
            f"with the password {people.PASSWORD}."
        )
