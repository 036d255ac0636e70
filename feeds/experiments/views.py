"""The reader's page of experiments, and the staff's page of what came out."""

from django.contrib import admin, messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from feeds.experiments import actions, reading, results
from feeds.experiments.models import Experiment
from feeds.lab.views import staff_page
from feedsite.pages import Request, next_url, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings_experiments(request: Request) -> HttpResponse:
    """What one takes part in; the form says whether one wants to at all."""
    if request.method == "POST":
        return choose_to_take_part(request)
    parts = reading.parts_of(request.user)
    context = {
        "parts": parts,
        "earlier": reading.earlier_of(request.user, parts),
        "takes_part": reading.takes_part(request.user),
    }
    return render(request, "feeds/experiments/settings.html", context)


def choose_to_take_part(request: Request) -> HttpResponse:
    if request.POST.get("takes_part"):
        actions.take_part(request.user)
        messages.success(request, _("You take part in tests again when one chooses you."))
    else:
        actions.take_no_part(request.user)
        messages.success(request, _("You take part in no tests. Home is as you have set it."))
    return redirect("settings_experiments")


@require_POST
@signed_in
def leave_experiment(request: Request, name: str) -> HttpResponse:
    left = actions.leave(reader=request.user, name=name)
    messages.success(request, _("You have left the test “%(title)s”.") % {"title": left.title})
    return redirect(next_url(request, "settings_experiments"))


@staff_page
def experiment_results(request: Request, name: str) -> HttpResponse:
    experiment = get_object_or_404(Experiment.objects.prefetch_related("arms"), name=name)
    context = {**admin.site.each_context(request), "title": experiment.title}
    return render(request, "feeds/lab/experiment.html", context | results.overview(experiment))
