"""What scripts read from the page."""

import json
from typing import Any

from django import template
from django.core.serializers.json import DjangoJSONEncoder

register = template.Library()


@register.filter
def as_json(value: Any) -> str:
    """For a data- attribute; escaped there like all text."""
    return json.dumps(value, cls=DjangoJSONEncoder)
