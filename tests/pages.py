"""Pages as tests open them, and what they are filled with."""

import re
from collections import Counter
from io import BytesIO
from typing import Any

import html5lib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.models import User
from posts import actions as post_actions
from posts.models import Post

HTMX = {"HTTP_HX_REQUEST": "true"}


def text_of(response: Any) -> str:
    return response.content.decode()


def page(client: Client, url: str, status: int = 200) -> str:
    """The page's HTML, which must be valid, have one main heading and no id twice."""
    response = client.get(url)
    assert response.status_code == status, f"{url}: {response.status_code}"
    html = text_of(response)
    html5lib.HTMLParser(strict=True).parse(html)
    ids = Counter(re.findall(r'\sid="([^"]*)"', html))
    assert not [name for name, times in ids.items() if times > 1]
    assert html.count("<h1") == 1
    assert "<title></title>" not in html
    assert not re.search(r'\s(style|on\w+)="', html), "the content security policy allows nothing inline"
    return html


def publish(author: User, content: str, **more: Any) -> Post:
    return post_actions.publish(author=author, content=content, **more)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def next_link(html: str) -> str:
    found = re.search(r'rel="next" href="([^"]*)"', html)
    return found.group(1) if found else ""


def picture(size: tuple[int, int] = (30, 20)) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "green").save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), "image/png")
