from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import actions
from accounts.models import User


class Command(BaseCommand):
    help = "Prints a fresh Bearer token of an account; it is told once and stored hashed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *, username: str, **options: Any) -> None:
        user = User.objects.active().named(username).first()
        if user is None:
            raise CommandError(f"There is no active account named {username}.")
        self.stdout.write(f"Bearer token of {user}: {actions.issue_token(user)}")
