"""What the OpenAPI document says of every endpoint alike."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter

PAGE_PARAMETERS = [
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
    OpenApiParameter("cursor", {"type": "string", "minLength": 1}, description="`next_cursor` of the page before."),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    description="The same key within 24 hours gives the first answer again and does nothing.",
)
ERROR = {
    "type": "object",
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    },
    "required": ["code", "detail"],
}
REASONS = {
    "400": "What was sent must be changed; `fields` says what.",
    "401": "Sign in: a Bearer token or the browser's session is missing or no longer good.",
    "403": "You may not do this.",
    "404": "There is nothing here, or you may not know of it.",
    "405": "This address does not take this method.",
    "409": "This was done already, or has changed meanwhile.",
    "413": "Too large.",
    "415": "This content type is not taken here.",
    "422": "The Idempotency-Key was used for another request.",
    "429": "Too many requests; try again after `Retry-After` seconds.",
    "503": "A part of the site is away; try again after `Retry-After` seconds.",
}


def add_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Gives every operation the errors it can answer, all of one shape."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR
    wait = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, reason in REASONS.items():
                headers = {"headers": wait} if status in {"429", "503"} else {}
                operation["responses"].setdefault(status, {"description": reason, "content": content, **headers})
    return result
