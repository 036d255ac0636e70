"""The site's settings, but a password is checked in no time: whole sites in tests sign up people by the hundred."""

from feedsite.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
