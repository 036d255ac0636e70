"""Errors that tell people what to do, in one shape for the API and one page for browsers."""

import logging
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions as drf
from rest_framework.response import Response
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)

CODES = {
    400: "invalid",
    401: "not_authenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "unprocessable",
    429: "too_many_requests",
    500: "server_error",
    503: "unavailable",
}
DETAILS = {
    400: gettext_lazy("This request cannot be understood."),
    403: gettext_lazy("You may not do this."),
    404: gettext_lazy("There is nothing here, or you may not see it."),
    413: gettext_lazy("The request is too large."),
    500: gettext_lazy("Something went wrong on our side. Nothing you sent was changed; please try again."),
}


class DomainError(Exception):
    """A rule said no. `fields` names what to change: {field: [reason, …]}."""

    status = 400
    code = "invalid"
    detail: Any = gettext_lazy("This cannot be done.")

    def __init__(self, detail: Any = "", *, fields: dict[str, list[str]] | None = None, code: str = "") -> None:
        self.detail = str(detail or self.detail)
        super().__init__(self.detail)
        self.code = code or self.code
        self.fields = fields or {}


class Invalid(DomainError):
    """Something in what was sent must be changed."""


class Forbidden(DomainError):
    status, code, detail = 403, "forbidden", gettext_lazy("You may not do this.")


class NotFound(DomainError):
    status, code, detail = 404, "not_found", gettext_lazy("There is nothing here, or you may not see it.")


class Conflict(DomainError):
    """It is as it is already, or was decided otherwise meanwhile."""

    status, code, detail = 409, "conflict", gettext_lazy("This was done already.")


class TooMany(DomainError):
    """Asked too often; `retry_after_seconds` says when it is worth trying again."""

    status, code, detail = 429, "too_many_requests", gettext_lazy("Too many tries. Wait a while.")

    def __init__(self, detail: Any = "", *, retry_after_seconds: int = 60) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class TooLarge(DomainError):
    status, code, detail = 413, "too_large", gettext_lazy("This is too large.")


class WrongType(DomainError):
    status, code, detail = 415, "unsupported_media_type", gettext_lazy("Files of this type are not taken.")


class Busy(DomainError):
    """A part of the site has its hands full or is away; nothing was changed."""

    status, code, detail = 503, "unavailable", gettext_lazy("This is not possible right now. Try again in a moment.")
    retry_after_seconds = 5


class Unprocessable(DomainError):
    status, code, detail = 422, "unprocessable", gettext_lazy("This cannot be processed.")


def invalid_fields(error: ValidationError) -> Invalid:
    """Django's ValidationError as ours; errors of no field in particular come under `__all__`."""
    fields = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    return Invalid(first_reason(fields), fields=fields)


def first_reason(fields: dict[str, Any]) -> str:
    for reasons in fields.values():
        return str(reasons[0] if isinstance(reasons, list) and reasons else reasons)
    return str(DETAILS[400])


def body(code: str, detail: Any, fields: dict[str, Any] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"code": code, "detail": str(detail)}
    return {**answer, "fields": fields} if fields else answer


def api_exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error of the API as `{code, detail, fields?}`; unknown ones go on to `server_error`."""
    set_rollback()
    if isinstance(error, RequestDataTooBig):
        return Response(body("too_large", _("The request is too large.")), status=413)
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("PostgreSQL does not answer: %s", error)
        return Response(
            body("unavailable", _("The database is away. Try again soon.")), 503, headers={"Retry-After": "5"}
        )
    if isinstance(error, DomainError):
        wait = getattr(error, "retry_after_seconds", None)
        headers = {"Retry-After": str(wait)} if wait else None
        return Response(body(error.code, error.detail, error.fields), status=error.status, headers=headers)
    if isinstance(error, ValidationError):
        return api_exception_handler(invalid_fields(error), context)
    if isinstance(error, drf.ValidationError):
        return validation_answer(error)
    if isinstance(error, Http404):
        error = drf.NotFound()
    if isinstance(error, PermissionDenied):
        error = drf.PermissionDenied()
    if isinstance(error, drf.APIException):
        return known_answer(error)
    return None


def validation_answer(error: drf.ValidationError) -> Response:
    fields = error.detail if isinstance(error.detail, dict) else {"__all__": error.detail}
    reasons = {name: list(reasons_of(given)) for name, given in fields.items()}
    return Response(body("invalid", first_reason(reasons), reasons), status=400)


def reasons_of(given: Any, inside: str = "") -> Iterator[str]:
    """What is wrong with a field; of what lies inside it, with the way there: `options.0: Say something.`"""
    if isinstance(given, dict):
        for name, more in given.items():
            yield from reasons_of(more, f"{inside}.{name}" if inside else str(name))
    else:
        for reason in given if isinstance(given, list) else [given]:
            yield f"{inside}: {reason}" if inside else str(reason)


def known_answer(error: drf.APIException) -> Response:
    status = error.status_code
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if seconds := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(seconds) + 1)
    detail = DETAILS[404] if status == 404 else str(error.detail)
    return Response(body(CODES.get(status, "invalid"), detail), status=status, headers=headers)


def wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def answer(request: HttpRequest, status: int) -> HttpResponse:
    """The error page, or its JSON for the API."""
    if wants_json(request):
        return JsonResponse(body(CODES[status], DETAILS[status]), status=status)
    return render(request, f"{status}.html", status=status)


def refusal(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error page of a rule that said no; of one that was broken too often, with how long to wait."""
    if wants_json(request):
        return JsonResponse(body(error.code, error.detail, error.fields), status=error.status)
    if not isinstance(error, TooMany):
        return answer(request, error.status if error.status in (403, 404) else 400)
    response = render(request, "429.html", {"reason": error.detail}, status=error.status)
    response["Retry-After"] = str(error.retry_after_seconds)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500)
