"""What people and robots who are not signed in learn of posts, profiles and tags by other ways than the page itself.

Nobody is asked who they are here: everything is looked at as VISITOR sees it, so a followers-only post, a private or
suspended account and what is deleted are to be found nowhere. A content warning stands in place of what it covers.
"""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from feedsite.rendering import stamp
from feedsite.shared import Image, Shared, full, shortened
from posts.files import address
from posts.models import Media, Post

VISITOR: Any = AnonymousUser()
TITLE_LENGTH = 70
DESCRIPTION_LENGTH = 200
AVATAR_PIXELS = 400


def words_of(post: Post) -> str:
    """What a post says, in plain words; what kind of thing it is where it says nothing."""
    if post.content_warning:
        return _("Content warning: %(warning)s") % {"warning": post.content_warning}
    if post.content:
        return post.content
    if post.has_poll:
        return _("A poll")
    return ngettext("A picture or video", "Pictures and videos", post.media_count)


def title_of(post: Post) -> str:
    return shortened(words_of(post), TITLE_LENGTH)


def heading_of(person: User) -> str:
    return f"{person.name} (@{person.username})"


def html_of(request: HttpRequest, post: Post) -> SafeString:
    """The post's text as HTML that means the same on any other site."""
    if post.content_warning or not post.content_html:
        return format_html("<p>{}</p>", words_of(post))
    return mark_safe(post.content_html.replace('href="/', f'href="{full(request, "/")}'))  # noqa: S308 made safe when written


def open_media(post: Post) -> list[Media]:
    """The media that may be shown outside: ready, and not behind a content warning. The post comes from `complete`."""
    if post.content_warning:
        return []
    return [media for media in post.shown_media if media.status == Media.Status.READY]


def image_of(request: HttpRequest, post: Post, size: str = "preview") -> Image | None:
    """The first picture of a post, or what stands for its first video."""
    for media in open_media(post)[:1]:
        _name, width, height, *_more = media.files[size]
        return Image(full(request, address(media, size)), media.alt or title_of(post), width, height)
    return None


def avatar_of(request: HttpRequest, person: User) -> Image | None:
    if person.avatar_url is None:
        return None
    alt = _("The picture of %(name)s") % {"name": person.name}
    return Image(full(request, person.avatar_url), alt, AVATAR_PIXELS, AVATAR_PIXELS, is_avatar=True)


def post_shared(request: HttpRequest, post: Post) -> Shared:
    """A post that VISITOR sees, from `complete`."""
    url = full(request, post.get_absolute_url())
    image = image_of(request, post)
    facts = {
        "article:published_time": stamp(post.created_at),
        "article:modified_time": stamp(post.edited_at),
        "article:author": full(request, post.author.get_absolute_url()),
    }
    return Shared(
        kind="article",
        title=heading_of(post.author),
        description=shortened(words_of(post), DESCRIPTION_LENGTH),
        url=url,
        image=image or avatar_of(request, post.author),
        facts={name: value for name, value in facts.items() if value},
        others=oembed_links(request, url, heading_of(post.author)),
        linked_data=posting(request, post, url, image),
    )


def posting(request: HttpRequest, post: Post, url: str, image: Image | None) -> dict[str, Any]:
    """The post as schema.org's SocialMediaPosting."""
    said = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "url": url,
        "headline": title_of(post),
        "articleBody": words_of(post),
        "datePublished": stamp(post.created_at),
        "dateModified": stamp(post.edited_at),
        "author": about_person(request, post.author),
        "image": image.url if image else None,
        "commentCount": post.comments_count,
        "interactionStatistic": {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/LikeAction",
            "userInteractionCount": post.likes_count,
        },
    }
    return {name: value for name, value in said.items() if value is not None}


def about_person(request: HttpRequest, person: User) -> dict[str, Any]:
    url = full(request, person.get_absolute_url())
    return {"@type": "Person", "name": person.name, "alternateName": f"@{person.username}", "url": url}


def person_shared(request: HttpRequest, person: User) -> Shared:
    """A public account."""
    url = full(request, person.get_absolute_url())
    data = {"@context": "https://schema.org", "@type": "ProfilePage", "mainEntity": about_person(request, person)}
    feed = full(request, reverse("profile_rss", args=[person.username]))
    return Shared(
        kind="profile",
        title=heading_of(person),
        description=shortened(person.bio, DESCRIPTION_LENGTH) or about(person),
        url=url,
        image=avatar_of(request, person),
        facts={"profile:username": person.username},
        others=[(feed_title(person), feed, RSS), *oembed_links(request, url, heading_of(person))],
        linked_data=data,
    )


def about(person: User) -> str:
    return _("Posts of %(name)s on %(site)s.") % {"name": person.name, "site": settings.SITE_NAME}


def feed_title(person: User) -> str:
    return _("Posts of %(name)s") % {"name": person.name}


def tag_shared(request: HttpRequest, tag: str) -> Shared:
    return Shared(
        kind="website",
        title=_("#%(tag)s on %(site)s") % {"tag": tag, "site": settings.SITE_NAME},
        description=_("Public posts about #%(tag)s on %(site)s.") % {"tag": tag, "site": settings.SITE_NAME},
        url=full(request, reverse("tag", args=[tag])),
        others=[(f"#{tag}", full(request, reverse("tag_rss", args=[tag])), RSS)],
    )


def site_shared(request: HttpRequest) -> Shared:
    """The front page."""
    return Shared(
        kind="website",
        title=settings.SITE_NAME,
        description=_("Short posts from the people you choose, newest first."),
        url=full(request, reverse("home")),
    )


RSS = "application/rss+xml"


def oembed_links(request: HttpRequest, url: str, title: str) -> list[tuple[str, str, str]]:
    """Where other sites find how to show the address in their pages."""
    door = full(request, reverse("oembed"))
    return [
        (title, f"{door}?{urlencode({'url': url, 'format': kind})}", f"{media_type}+oembed")
        for kind, media_type in (("json", "application/json"), ("xml", "text/xml"))
    ]
