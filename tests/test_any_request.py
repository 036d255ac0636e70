"""Whatever is sent to the API is answered as its document says, and never with a 5xx."""

import os
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts import actions
from posts.models import Post
from tests.helpers import run_tasks

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 200 if os.environ.get("PROVE") else 5
EACH = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not os.environ.get("PROVE"),
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def document() -> Any:
    """Of the site in this process, which leaves the test's connection alone as Django's own client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def known(shelf: Post, alice: Any, bob: Any, carol: Any) -> dict[str, list[Any]]:
    """What stands on the site, by the name an address has for it: made-up ids alone would find nothing."""
    posts = list(Post.objects.values_list("pk", flat=True))
    return {"post_id": posts, "user_id": [alice.pk, bob.pk, carol.pk], "tag": ["quay"]}


@pytest.mark.parametrize("is_signed_in", [True, False], ids=["signed in", "signed out"])
def test_no_request_is_answered_otherwise_than_the_document_says(document, known, bob, is_signed_in, subtests):
    operations = [found.ok() for found in document.get_all_operations()]
    assert len(operations) > 60
    for operation in operations:
        with subtests.test(operation.label):
            ask(operation, known, bob if is_signed_in else None)


def ask(operation: Any, known: dict[str, list[Any]], caller: Any) -> None:
    headers = {"Authorization": f"Bearer {actions.issue_token(caller)}"} if caller else {}

    @EACH
    @given(case=operation.as_strategy(), data=st.data())
    def asked(case: Any, data: Any) -> None:
        for name in case.path_parameters.keys() & known.keys():
            case.path_parameters[name] = data.draw(st.sampled_from([case.path_parameters[name], *known[name]]))
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)
        run_tasks()

    asked()
