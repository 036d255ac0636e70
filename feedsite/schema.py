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


RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}}
# Which limits and how much of them is left: draft-ietf-httpapi-ratelimit-headers.
COUNTED = {
    "RateLimit-Policy": {
        "description": "The limits this request counted for: the quota `q` in any `w` seconds.",
        "schema": {"type": "string", "examples": ['"post";q=5;w=60']},
    },
    "RateLimit": {
        "description": "What is left of each, `r`, and in how many seconds, `t`, there will be one more.",
        "schema": {"type": "string", "examples": ['"post";r=3;t=42']},
    },
}
HEADERS = {"429": RETRY_AFTER | COUNTED, "503": RETRY_AFTER}


def add_errors(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Gives every operation the errors it can answer, all of one shape, and the headers of what counts."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    for path in result["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    answer.setdefault("headers", {}).update(COUNTED)
            for status, reason in REASONS.items():
                headers = {"headers": HEADERS[status]} if status in HEADERS else {}
                operation["responses"].setdefault(status, {"description": reason, "content": content, **headers})
    return result
