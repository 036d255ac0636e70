"""Numbers and times in the few characters a card has for them."""

from datetime import datetime
from math import ceil

from django import template
from django.utils import timezone

register = template.Library()


@register.filter
def short_number(number: int) -> str:
    """1234 as 1.2K. `static/js/short.js` writes them the same way."""
    for size, letter in ((1_000_000, "M"), (1_000, "K")):
        if number >= size:
            tenths = number * 10 // size
            return f"{tenths // 10}{letter}" if tenths >= 100 or tenths % 10 == 0 else f"{tenths / 10}{letter}"
    return str(number)


@register.filter
def short_time(moment: datetime) -> str:
    """How long ago: now, 5m, 3h, 2d, then the date."""
    seconds = int((timezone.now() - moment).total_seconds())
    for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return date_of(moment) if seconds >= 7 * 86_400 else f"{seconds // size}{letter}"
    return "now"


@register.filter
def exact_time(moment: datetime) -> str:
    """As `datetime` of a <time> wants it; HTML knows no microseconds, which Django's own "c" gives."""
    return moment.isoformat(timespec="seconds")


@register.filter
def time_left(moment: datetime) -> str:
    """How long until then, in one unit and rounded up: 2 days, 8 hours, 1 minute."""
    minutes = max(ceil((moment - timezone.now()).total_seconds() / 60), 1)
    if minutes < 60:
        return counted(minutes, "minute")
    hours = ceil(minutes / 60)
    return counted(hours, "hour") if hours < 24 else counted(ceil(hours / 24), "day")


def counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def date_of(moment: datetime) -> str:
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == timezone.now().year else f"{day} {moment.year}"
