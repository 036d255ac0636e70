"""Environment variables, read once, typed; nonsense is refused by name."""

import math
import os
from collections.abc import Sequence

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


class BadSetting(Exception):
    """A setting that cannot be used; `str()` is the one line for whoever starts the site."""


def text(name: str, default: str = "") -> str:
    """The variable without surrounding blanks, or `default` when it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE | FALSE:
        return value in TRUE
    raise BadSetting(f"{name} must be on or off, not {value!r}.")


def integer(name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
    value = text(name)
    if not value:
        return default
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise BadSetting(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def number(name: str, default: float, *, least: float, most: float) -> float:
    value = text(name)
    if not value:
        return default
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not least <= found <= most:  # nor is nan
        raise BadSetting(f"{name} must be a number from {least:g} to {most:g}, not {value!r}.")
    return found


def choice(name: str, default: str, allowed: Sequence[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def url(name: str, schemes: Sequence[str]) -> str:
    """The URL, or an empty string when the variable is missing."""
    value = text(name)
    if value and value.partition("://")[0] not in schemes:
        raise BadSetting(f"{name} must start with {' or '.join(s + '://' for s in schemes)}.")
    return value


def names(name: str, default: Sequence[str] = ()) -> list[str]:
    """A comma-separated list."""
    found = [part.strip() for part in text(name).split(",")]
    return [part for part in found if part] or list(default)
