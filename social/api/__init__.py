"""The API of people and whom they know, by subject."""

from social.api.finding import find_other, find_user

__all__ = ["find_other", "find_user"]
