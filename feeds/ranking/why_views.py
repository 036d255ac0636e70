"""“Why am I seeing this?” of a post in a feed, and “why not in my feed?” of any post by its address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from feeds.ranking import why as reasons
from feeds.ranking import why_not as rules
from feeds.ranking.asking import asked_ranking
from feeds.ranking.choosing import by_setting, chosen
from feeds.ranking.values import Choice
from feedsite.errors import Invalid, NotFound
from feedsite.pages import Request, signed_in
from feedsite.parameters import asked_id, is_asked
from posts.models import time_of
from posts.queries import get_original
from social.lists import get_list
from social.models import List

# No id of a scroll is longer.
SCROLL_DIGITS = 19


@require_safe
@signed_in
def why(request: Request, entry_id: int) -> HttpResponse:
    """A page, or for the dialog over another page only what stands in it."""
    item = reasons.item_of(request.user, entry_id)
    one = list_asked(request)
    choice = Choice() if one else choice_of(request)  # lists are read by time
    context = {
        "item": item,
        "route": reasons.route_of(request.user, item),
        "list": one,
        "choice": choice,
        "standing": reasons.standing_of(request.user, item, choice, None if one else scroll_asked(request)),
        "moment": time_of(entry_id),
    }
    answer = render(request, "feeds/ranking/_why.html" if request.htmx else "feeds/ranking/why.html", context)
    patch_vary_headers(answer, ["HX-Request"])
    return answer


def choice_of(request: Request) -> Choice:
    """By what the page was ordered on which the question was asked; raises Invalid.

    An arm is named only where it decided that page, which the page's links say; without a page, where it would decide.
    """
    ranking = asked_ranking(request.GET)
    choice = by_setting(request.user, ranking)
    if not is_asked(request.GET, "decided") and ("scroll" in request.GET or ranking):
        return choice
    would_be = chosen(request.user)
    return would_be if ranking in (None, would_be.ranking) else choice


def list_asked(request: Request) -> List | None:
    """The reader's list in whose timeline the question was asked; raises NotFound for one that is not theirs."""
    list_id = asked_id(request.GET, "list")
    return None if list_id is None else get_list(request.user, list_id)


def scroll_asked(request: Request) -> int | None:
    """The scroll in which the reader stands; raises Invalid for one that cannot be."""
    text = request.GET.get("scroll")
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= SCROLL_DIGITS:
        return int(text)
    reason = _("This is no scroll of yours. Ask without one.")
    raise Invalid(reason, fields={"scroll": [reason]})


@require_safe
@signed_in
def why_not(request: Request) -> HttpResponse:
    """A form for an address and, with one, what the rules say of that post."""
    address = request.GET.get("url", "")
    if not address.strip():
        return render(request, "feeds/ranking/why_not.html", {"address": ""})
    post_id = rules.read_address(address, request.get_host())
    context: dict[str, Any] = {"address": address}
    if post_id is None:
        context["error"] = _("This is not the address of a post here. It looks like %(example)s.") % {
            "example": request.build_absolute_uri("/@name/123456789")
        }
        return render(request, "feeds/ranking/why_not.html", context, status=400)
    try:
        context |= told(request.user, post_id)
    except NotFound:
        context["error"] = _("There is no such post that you may see.")
        return render(request, "feeds/ranking/why_not.html", context, status=404)
    return render(request, "feeds/ranking/why_not.html", context)


def told(reader: Any, post_id: int) -> dict[str, Any]:
    """What the page shows of a post; raises NotFound, the same for what is hidden and what is not there."""
    post = get_original(reader, post_id)
    facts = rules.facts_of(reader, post.pk)
    verdict = rules.judge(facts)
    ids = {facts.sharer_id, facts.hidden_sharer_id, facts.muted_sharer_id} - {None}
    people = User.objects.in_bulk(ids) if ids else {}
    entry_id = facts.share_id if verdict.by_share and facts.share_id else post.pk
    found: dict[str, Any] = {"post": post, "facts": facts, "verdict": verdict, "entry_id": entry_id}
    names = {"sharer": facts.sharer_id, "hidden_sharer": facts.hidden_sharer_id, "muted_sharer": facts.muted_sharer_id}
    found |= {name: people.get(pk) for name, pk in names.items() if pk}
    if verdict.in_feed:
        choice = chosen(reader)
        found |= {"choice": choice, "standing": reasons.standing_anew(reader, choice, post.pk)}
        found["place_link"] = rules.link_to_place(reader, entry_id)
    return found
