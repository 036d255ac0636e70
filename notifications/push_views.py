"""The settings page of the devices one is told on."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import devices
from feedsite.pages import Request, signed_in
from notifications import push, push_keys
from notifications.models import PushSubscription


@require_safe
@signed_in
@never_cache
def settings_devices(request: Request) -> HttpResponse:
    return render(request, "notifications/settings_devices.html", push_section(request))


def push_section(request: Request) -> dict[str, Any]:
    """What `notifications/_push.html` shows; 2 queries."""
    rows = [
        {"row": row, "named": devices.browser_and_system(row.user_agent), "is_current": is_current(row, request)}
        for row in PushSubscription.objects.of(request.user)[: push.MOST_DEVICES]
    ]
    current = next((one["row"] for one in rows if one["is_current"]), None)
    return {"push_key": push_keys.current().public, "push_devices": rows, "push_current": current}


def is_current(row: PushSubscription, request: Request) -> bool:
    return row.session_id is not None and row.session_id == request.session.session_key


@require_POST
@signed_in
def device_remove(request: Request, subscription_id: int) -> HttpResponse:
    push.unsubscribe(user=request.user, subscription_id=subscription_id)
    messages.success(request, _("That device is told nothing more."))
    return redirect("settings_devices")
