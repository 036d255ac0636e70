"""RSS of public accounts and of tags."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.feedgenerator import Enclosure, Rss201rev2Feed
from django.utils.html import format_html
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from feedsite.errors import NotFound
from feedsite.media.serving import TYPES
from feedsite.pages import page
from feedsite.shared import full
from posts import outside, text
from posts.files import address
from posts.hydrate import attach_media
from posts.models import EPOCH, Media, Post, Visibility
from posts.outside import VISITOR
from posts.queries import tagged
from posts.visibility import PostQuerySet
from social.queries import get_known

ENTRIES = 30
MEDIA_RSS = "http://search.yahoo.com/mrss/"


class MediaRss(Rss201rev2Feed):
    """RSS has room for one file an entry; Media RSS for all, with what they show in words."""

    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:media": MEDIA_RSS}

    def add_item_elements(self, handler: Any, item: Any) -> None:
        super().add_item_elements(handler, item)
        for attributes, alt in item["media"]:
            handler.startElement("media:content", attributes)
            if alt:
                handler.addQuickElement("media:description", alt, {"type": "plain"})
            handler.endElement("media:content")

    def latest_post_date(self) -> datetime:
        """Of an empty feed the same each time, so that it is not a new one each time."""
        return super().latest_post_date() if self.items else EPOCH


class PostFeed(Feed):
    """Entries of posts that everybody sees, newest first. The author's title and text, or the content warning."""

    feed_type = MediaRss

    def get_feed(self, obj: Any, request: HttpRequest) -> Any:
        self.request = request
        return super().get_feed(obj, request)

    def newest(self, posts: PostQuerySet) -> list[Post]:
        """2 queries, however many."""
        found = list(posts.filter(visibility=Visibility.PUBLIC, share_of=None)[:ENTRIES])
        attach_media([post for post in found if post.media_count])
        return found

    def item_title(self, item: Post) -> str:
        return outside.title_of(item)

    def item_description(self, item: Post) -> str:
        pictures = [media for media in outside.open_media(item) if media.kind == Media.Kind.IMAGE]
        shown = [picture_html(self.request, media) for media in pictures]
        return "".join([outside.html_of(self.request, item), *shown])

    def item_link(self, item: Post) -> str:
        return item.get_absolute_url()

    def item_author_name(self, item: Post) -> str:
        return outside.heading_of(item.author)

    def item_pubdate(self, item: Post) -> datetime:
        return item.created_at

    def item_updateddate(self, item: Post) -> datetime:
        return item.edited_at or item.created_at

    def item_categories(self, item: Post) -> list[str]:
        return list(item.hashtags)

    def item_enclosures(self, item: Post) -> list[Enclosure]:
        return [Enclosure(*map(str, file_of(self.request, media))) for media in outside.open_media(item)[:1]]

    def item_extra_kwargs(self, item: Post) -> dict[str, Any]:
        return {"media": [(media_facts(self.request, media), media.alt) for media in outside.open_media(item)]}


class ProfileFeed(PostFeed):
    def get_object(self, request: HttpRequest, username: str) -> User:
        person = get_known(VISITOR, username)
        if person.is_closed:
            raise NotFound()
        return person

    def items(self, obj: User) -> list[Post]:
        """Posts and quotes, not what was passed on or answered."""
        own = Post.objects.visible_to(VISITOR).timeline_entries().filter(author=obj)
        return self.newest(own.for_cards(VISITOR).order_by("-pk"))

    def title(self, obj: User) -> str:
        return f"{outside.heading_of(obj)} · {settings.SITE_NAME}"

    def description(self, obj: User) -> str:
        return obj.bio or outside.about(obj)

    def link(self, obj: User) -> str:
        return obj.get_absolute_url()


class TagFeed(PostFeed):
    def get_object(self, request: HttpRequest, tag: str) -> str:
        known = text.find_tag(tag)
        if known is None:
            raise NotFound()
        return known

    def items(self, obj: str) -> list[Post]:
        return self.newest(tagged(VISITOR, obj))

    def title(self, obj: str) -> str:
        return f"#{obj} · {settings.SITE_NAME}"

    def description(self, obj: str) -> str:
        return _("Public posts about #%(tag)s on %(site)s.") % {"tag": obj, "site": settings.SITE_NAME}

    def link(self, obj: str) -> str:
        return reverse("tag", args=[obj])


def file_of(request: HttpRequest, media: Media) -> tuple[str, int, str]:
    """(full address, bytes, media type) of what was uploaded, in its largest size."""
    name, _width, _height, size = media.files["full"]
    return full(request, address(media, "full")), size, TYPES[name.rpartition(".")[2]]


def media_facts(request: HttpRequest, media: Media) -> dict[str, str]:
    url, size, media_type = file_of(request, media)
    sizes = {"width": str(media.width), "height": str(media.height)}
    return {"url": url, "fileSize": str(size), "type": media_type, "medium": media.kind, **sizes}


def picture_html(request: HttpRequest, media: Media) -> str:
    url = full(request, address(media, "preview"))
    return format_html('<p><img src="{}" alt="{}"></p>', url, media.alt)


def asked_again(kind: type[PostFeed]) -> Callable[..., HttpResponse]:
    """Such a feed as a view; whoever has it as it is hears just that. Nobody keeps it without asking again."""

    @require_safe
    @page
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        response = kind()(request, **named)
        response["Cache-Control"] = "public, no-cache"
        response["ETag"] = etag = quote_etag(hashlib.sha256(response.content).hexdigest()[:32])
        # The date of the newest post says nothing of one that was deleted.
        del response["Last-Modified"]
        return get_conditional_response(request, etag=etag, response=response) or response

    return view


profile_rss = asked_again(ProfileFeed)
tag_rss = asked_again(TagFeed)
