"""The page where readers choose the order of home, and the buttons that say more or less of somebody."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts import actions as account_actions
from accounts.models import Ranking
from feeds.ranking import actions, preview, queries
from feeds.ranking.choosing import weights_of
from feeds.ranking.models import ReaderRanking
from feeds.ranking.terms import NAMES
from feeds.ranking.values import CHRONOLOGICAL, ENGAGEMENT, ML, SEED, Weights
from feeds.ranking.weights import PRESETS, points_of, read_points, read_share, share_text
from feedsite.errors import DomainError, Invalid, NotFound
from feedsite.pages import Request, next_url, signed_in, with_undo
from feedsite.parameters import is_asked
from social.queries import get_known, get_other

HINTS = {
    "recency": gettext_lazy("New posts first: after an hour half of it is left, after three a quarter."),
    "popularity": gettext_lazy("Likes and comments of everybody. A comment counts twice."),
    "closeness": gettext_lazy("How often you liked, answered or shared what they wrote, in 30 days."),
    "media": gettext_lazy("Whether there is something to look at."),
    "replies": gettext_lazy("How much people talk about it."),
}
ORDERS = {
    CHRONOLOGICAL: gettext_lazy(
        "Every post of those you follow, the newest on top. Nothing moves a post but its time."
    ),
    ENGAGEMENT: gettext_lazy("By a sum that you see and set below: how new a post is, how popular, how close you are."),
    ML: gettext_lazy(
        "By what people here turned out to like, answer, share and hide; without a good model by the sum."
    ),
}
SAVED = {
    CHRONOLOGICAL: gettext_lazy("Saved. Home is newest first."),
    ENGAGEMENT: gettext_lazy("Saved. Home is ordered by what matters to you."),
    ML: gettext_lazy("Saved. Home is ordered by what was learned."),
}
WAYS = {"more": 1, "less": -1, "off": 0}
NUDGED = {
    1: gettext_lazy("You get more of %(name)s in ranked feeds."),
    -1: gettext_lazy("You get less of %(name)s in ranked feeds."),
    0: gettext_lazy("You get as much of %(name)s as of others."),
}


class Tried(NamedTuple):
    """What the form shows: saved, from a link, or as it was sent."""

    ranking: str
    weights: Weights
    diversity: bool


class Slider(NamedTuple):
    key: str
    name: Promise
    hint: Promise
    points: int


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings_ranking(request: Request) -> HttpResponse:
    if request.method == "POST":
        return save(request)
    own = saved(request.user)
    if "w" not in request.GET:
        return settings_page(request, own)
    try:
        return settings_page(request, from_link(request.GET), is_linked=True)
    except DomainError as error:
        return settings_page(request, own, reasons_of(error), status=400)


def save(request: Request) -> HttpResponse:
    sent = Tried(request.POST.get("ranking", ""), saved(request.user).weights, "diversity" in request.POST)
    try:
        sent = sent._replace(weights=read_points(request.POST))
        if request.POST.get("then") == "look":
            return redirect(link_to(sent))
        actions.choose(reader=request.user, **sent._asdict())
    except DomainError as error:
        request.user.refresh_from_db(fields=["ranking"])
        return settings_page(request, sent, reasons_of(error), status=422)
    messages.success(request, SAVED[sent.ranking])
    return redirect("settings_ranking")


def saved(reader: Any) -> Tried:
    own = ReaderRanking.objects.filter(pk=reader.pk).first()
    return Tried(reader.ranking, weights_of(own), bool(own and own.diversity))


def from_link(given: QueryDict) -> Tried:
    """What a link fills in: weights count for one order, so that is chosen; raises Invalid with what is wrong."""
    diversity = given.get("diversity", "off")
    if diversity not in ("on", "off"):
        raise Invalid(_("The link may say diversity=on or diversity=off."))
    return Tried(ENGAGEMENT, read_share(str(given["w"])), diversity == "on")


def link_to(tried: Tried) -> str:
    words = {"w": share_text(tried.weights)} | ({"diversity": "on"} if tried.diversity else {})
    return f"{resolve_url('settings_ranking')}?{urlencode(words).replace('%3A', ':').replace('%2C', ',')}"


def reasons_of(error: DomainError) -> list[str]:
    """Each once, with the name of the slider it is about."""
    named = [
        f"{NAMES[name]}: {reason}" if name in Weights._fields else str(reason)
        for name, reasons in error.fields.items()
        for reason in reasons
    ]
    return named or [str(error.detail)]


def settings_page(
    request: Request, shown: Tried, reasons: list[str] | None = None, *, is_linked: bool = False, status: int = 200
) -> HttpResponse:
    points = points_of(shown.weights)
    context = {
        "shown": shown,
        "orders": [(value, label, ORDERS[value]) for value, label in Ranking.choices],
        "sliders": [Slider(name, NAMES[name], HINTS[name], points[name]) for name in Weights._fields],
        "presets": PRESETS,
        "used_preset": next((preset.key for preset in PRESETS if preset.weights == shown.weights), ""),
        "rows": preview.top(request.user, shown.weights, diversity=shown.diversity),
        "link": link_to(shown),
        "is_linked": is_linked,
        "is_seed": shown.weights == SEED,
        "reasons": reasons,
        "nudges": queries.nudges(request.user),
    }
    return render(request, "feeds/ranking/settings.html", context, status=status)


@require_safe
@signed_in
def ranking_preview(request: Request) -> HttpResponse:
    """The top of home by the weights at the sliders, as they are moved; or what is wrong with them."""
    try:
        tried = Tried(ENGAGEMENT, read_points(request.GET), is_asked(request.GET, "diversity", "on"))
    except DomainError as error:
        return render(request, "feeds/ranking/_preview.html", {"reasons": reasons_of(error)}, status=422)
    rows = preview.top(request.user, tried.weights, diversity=tried.diversity)
    return render(request, "feeds/ranking/_preview.html", {"rows": rows, "link": link_to(tried)})


@require_POST
@signed_in
def switch(request: Request, ranking: str) -> HttpResponse:
    """Another order at one tap, with the way back."""
    before = request.user.ranking
    account_actions.change_ranking(request.user, ranking)
    undo = resolve_url("switch_ranking", before) if before != ranking else ""
    messages.success(request, SAVED[ranking], extra_tags=undo)
    return redirect(next_url(request))


@require_POST
@signed_in
def nudge(request: Request, username: str, way: str) -> HttpResponse:
    """`more`, `less`, or `off`: as much as of others."""
    if way not in WAYS:
        raise NotFound()
    person = get_known(request.user, username) if WAYS[way] else get_other(username)
    before = queries.nudge_of(request.user, person)
    if WAYS[way]:
        actions.nudge(reader=request.user, author=person, amount=WAYS[way])
    else:
        actions.end_nudge(reader=request.user, author=person)
    said = NUDGED[WAYS[way]] % {"name": person.name}
    if WAYS[way] and request.user.ranking == CHRONOLOGICAL:
        said = _("%(said)s Yours is newest first: there it changes nothing.") % {"said": said}
    is_undoing = not WAYS[way] or before == WAYS[way]
    back = next(word for word, amount in WAYS.items() if amount == before)
    return nudged(request, said, "" if is_undoing else resolve_url("nudge", person.username, back))


def nudged(request: Request, said: str, undo: str) -> HttpResponse:
    """Back to where the button was; to the page itself what to say, and nothing in the place of a list's row."""
    if not request.htmx:
        messages.success(request, said, extra_tags=undo)
        return redirect(next_url(request, "settings_ranking"))
    answer = HttpResponse()
    return with_undo(answer, said, undo) if undo else trigger_client_event(answer, "say", {"text": said})
