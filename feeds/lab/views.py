"""The lab's two addresses: the page, and the what-if alone."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from feeds.lab import page
from feeds.lab.forms import what_if_form
from feeds.lab.what_if import answer
from feedsite.pages import Request


def staff_page(view: Callable[..., HttpResponse]) -> Callable[..., Any]:
    """A page of the Django admin; an htmx request of who has been signed out leads the whole page to log in."""

    @require_safe
    def answering(request: Request, **kwargs: Any) -> HttpResponse:
        if request.htmx and not admin.site.has_permission(request):
            return HttpResponseClientRedirect(reverse("feed_lab"))
        return admin.site.admin_view(view)(request, **kwargs)

    return answering


@staff_page
def lab(request: Request) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": "Feed lab", "form": what_if_form()}
    return render(request, "feeds/lab/page.html", context | page.overview(timezone.now()))


@staff_page
def what_if(request: Request) -> HttpResponse:
    """The form with its answer: as a page of its own, or for htmx the fragment of the lab's page."""
    form = what_if_form(request.GET.dict())
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context["answer"] = answer(form.cleaned_data, timezone.now())
    if not request.htmx:
        context |= {**admin.site.each_context(request), "title": "What if"}
    response = render(request, "feeds/lab/_what_if.html" if request.htmx else "feeds/lab/what_if.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
