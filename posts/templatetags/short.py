"""Numbers and times in the few characters a card has for them."""

from datetime import datetime

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


def date_of(moment: datetime) -> str:
    day = f"{moment.day} {moment:%b}"
    return day if moment.year == timezone.now().year else f"{day} {moment.year}"
