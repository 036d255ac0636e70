"""Search: three questions, whoever answers them. A search engine takes the place of what is behind this file.

    posts(viewer, asked, page)             → Hits of Post, newest first
    people(viewer, words, page)            → Hits of User, those followed first
    hashtags(words, page)                  → Hits of Tag, the most used first

`asked` is a `Query` (`query.read`), `page` a PageRequest. Only what the viewer may see is ever answered.
"""

from feeds.search.hits import Hits, Tag
from feeds.search.people_search import people
from feeds.search.post_search import posts
from feeds.search.query import LONGEST_QUERY, Query, checked, read
from feeds.search.tag_search import hashtags

__all__ = ["LONGEST_QUERY", "Hits", "Query", "Tag", "checked", "hashtags", "people", "posts", "read"]
