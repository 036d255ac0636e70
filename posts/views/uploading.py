"""Files that come with a form, for browsers without JavaScript; with it they were uploaded before."""

from typing import Any, TypeVar

from django import forms
from django.http import QueryDict

from feedsite.errors import DomainError
from feedsite.pages import Request
from posts import actions, queries
from posts.actions.attaching import MOST_MEDIA
from posts.models import Media

AnyForm = TypeVar("AnyForm", bound=forms.Form)


def sent_form(form_class: type[AnyForm], request: Request) -> AnyForm:
    """The form as it was sent. Files in it are uploaded and named in `media_ids`; descriptions are kept.

    So a form that is refused comes back with its pictures in `attached`, and nothing is sent twice.
    """
    sent = request.POST.copy()
    problems = [*upload_files(request, sent)]
    form = form_class(sent)
    with_uploads(form, request.user, sent.getlist("media_ids"))
    problems += describe(form.attached, sent)  # type: ignore[attr-defined]
    if problems:
        form.is_valid()  # first what it finds itself
        form.add_error("media_ids", problems)  # type: ignore[arg-type]
    return form


def with_uploads(form: Any, owner: Any, media_ids: list[Any]) -> Any:
    """The form with the uploads it names, for the page to show."""
    form.attached = queries.waiting_uploads(owner, media_ids) if media_ids else []
    return form


def upload_files(request: Request, sent: QueryDict) -> list[str]:
    """Uploads what came as `file_0` and so on, each with its `alt_`; what was wrong with any."""
    problems = []
    for number in range(MOST_MEDIA):
        file = request.FILES.get(f"file_{number}")
        if file is None:
            continue
        try:
            media = actions.upload(owner=request.user, file=file, alt=sent.get(f"alt_file_{number}", ""))
            sent.appendlist("media_ids", str(media.pk))
        except DomainError as error:
            problems.append(f"{file.name}: {error.detail}")
    return problems


def describe(attached: list[Media], sent: QueryDict) -> list[str]:
    """Keeps the descriptions that were sent with the form; what was wrong with any."""
    problems = []
    for media in attached:
        alt = sent.get(f"alt_{media.pk}")
        if alt is None or alt == media.alt:
            continue
        try:
            media.alt = actions.describe_upload(owner=media.owner, media_id=media.pk, alt=alt).alt
        except DomainError as error:
            problems.append(error.detail)
    return problems
