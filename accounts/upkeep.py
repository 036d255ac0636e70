"""Clears what ran out of what lets people in."""

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import clear_expired


def clear_access() -> None:
    """Tokens and grants, sessions, and what was noted of sessions that are gone."""
    clear_expired()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
