from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from moderation import actions, permissions


class Command(BaseCommand):
    help = "Makes somebody one of the staff: a moderator, or an administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", choices=permissions.ROLES, required=True)

    def handle(self, *, username: str, role: str, **options: Any) -> None:
        user = User.objects.active().named(username).first()
        if user is None:
            raise CommandError(f"There is no active account named {username}.")
        actions.make_staff(user=user, role=role)
        self.stdout.write(f"{user} is {'an' if role == permissions.ADMINISTRATOR else 'a'} {role}.")
