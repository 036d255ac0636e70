"""/settings/invitations: links that let people in, and who came by them."""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import invitations
from accounts.access_models import Invitation
from accounts.forms import InvitationForm
from feedsite.errors import DomainError, NotFound, TooMany
from feedsite.pages import Request, checked, show_errors, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings_invitations(request: Request) -> HttpResponse:
    if not invitations.may_invite(request.user):
        raise NotFound
    form: Form = InvitationForm(initial={"most_uses": 1, "days": 7})
    status = 200
    if request.method == "POST":
        form = InvitationForm(request.POST)
        try:
            invitations.invite(inviter=request.user, **checked(form))
            messages.success(request, _("The invitation is ready. Copy its link and send it."))
            return redirect("settings_invitations")
        except TooMany:
            raise
        except DomainError as error:
            form, status = show_errors(form, error), 422
    made = list(invitations.made_by(request.user))
    shown = {"form": form, "made": made, "link": settings.SITE_URL + reverse("account_signup") + "?invite="}
    return render(request, "accounts/settings_invitations.html", shown, status=status)


@require_POST
@signed_in
def invitation_revoke(request: Request, invitation_id: int) -> HttpResponse:
    invitations.revoke(get_object_or_404(Invitation, pk=invitation_id, made_by=request.user))
    messages.success(request, _("The invitation is taken back."))
    return redirect("settings_invitations")
