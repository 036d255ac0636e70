"""Numbers and times in the few characters a card has for them. `static/js/short.js` writes them the same way."""

from collections.abc import Mapping
from datetime import datetime
from math import ceil
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format, get_format
from django.utils.translation import gettext_lazy, ngettext_lazy

register = template.Library()
UNITS = (
    (86_400, gettext_lazy("%(number)sd")),
    (3_600, gettext_lazy("%(number)sh")),
    (60, gettext_lazy("%(number)sm")),
)
NUMBERS = ((1_000_000, gettext_lazy("%(number)sM")), (1_000, gettext_lazy("%(number)sK")))
NOW = gettext_lazy("now")
# What is said of a moment to come, in one unit.
ENDS_IN = {
    "minutes": ngettext_lazy("ends in %(number)d minute", "ends in %(number)d minutes", "number"),
    "hours": ngettext_lazy("ends in %(number)d hour", "ends in %(number)d hours", "number"),
    "days": ngettext_lazy("ends in %(number)d day", "ends in %(number)d days", "number"),
}
FOR_MORE = {
    "minutes": ngettext_lazy("For %(number)d minute more", "For %(number)d minutes more", "number"),
    "hours": ngettext_lazy("For %(number)d hour more", "For %(number)d hours more", "number"),
    "days": ngettext_lazy("For %(number)d day more", "For %(number)d days more", "number"),
}
MUTED_FOR = {
    "minutes": ngettext_lazy("Muted for %(number)d minute", "Muted for %(number)d minutes", "number"),
    "hours": ngettext_lazy("Muted for %(number)d hour", "Muted for %(number)d hours", "number"),
    "days": ngettext_lazy("Muted for %(number)d day", "Muted for %(number)d days", "number"),
}


@register.filter
def short_number(number: int) -> str:
    """1234 as 1.2K."""
    for size, words in NUMBERS:
        if number >= size:
            whole, tenth = divmod(number * 10 // size, 10)
            is_round = whole >= 10 or tenth == 0
            return str(words % {"number": whole if is_round else f"{whole}{get_format('DECIMAL_SEPARATOR')}{tenth}"})
    return str(number)


@register.filter
def short_time(moment: datetime) -> str:
    """How long ago: now, 5m, 3h, 2d, then the date."""
    seconds = int((timezone.now() - moment).total_seconds())
    if seconds >= 7 * 86_400:
        return date_of(moment)
    for size, words in UNITS:
        if seconds >= size:
            return str(words % {"number": seconds // size})
    return str(NOW)


@register.filter
def exact_time(moment: datetime) -> str:
    """As `datetime` of a <time> wants it; HTML knows no microseconds, which Django's own "c" gives."""
    return moment.isoformat(timespec="seconds")


@register.filter
def ends_in(moment: datetime) -> str:
    return of_time_left(moment, ENDS_IN)


@register.filter
def for_more(moment: datetime) -> str:
    return of_time_left(moment, FOR_MORE)


@register.filter
def muted_for(moment: datetime) -> str:
    return of_time_left(moment, MUTED_FOR)


def of_time_left(moment: datetime, words: Mapping[str, Any]) -> str:
    """How long until then, in one unit and rounded up: 2 days, 8 hours, 1 minute."""
    minutes = max(ceil((moment - timezone.now()).total_seconds() / 60), 1)
    hours = ceil(minutes / 60)
    if minutes < 60:
        number, unit = minutes, "minutes"
    else:
        number, unit = (hours, "hours") if hours < 24 else (ceil(hours / 24), "days")
    return str(words[unit] % {"number": number})


def date_of(moment: datetime) -> str:
    is_this_year = moment.year == timezone.now().year
    return date_format(moment, "MONTH_DAY_FORMAT" if is_this_year else "SHORT_DATE_FORMAT")
