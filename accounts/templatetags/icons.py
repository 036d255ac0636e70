"""Drawings of `static/img/icons.svg`."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html

register = template.Library()


@register.simple_tag
@cache  # a page of posts draws a hundred
def icon(name: str, css_class: str = "icon") -> str:
    """A drawing that says nothing the words beside it do not say."""
    sprite = static("img/icons.svg")
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"></use></svg>', css_class, sprite, name)
