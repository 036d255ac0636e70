"""The kinds of words that stand in addresses. What cannot be one is 404 before anything is asked."""

from django.urls import register_converter


class Username:
    regex = "[A-Za-z0-9_]{2,30}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class Tag(Username):
    regex = r"[^/\x00]{1,100}"  # what exactly makes a tag is said in posts/text.py


class Id:
    """Digits that fit the database, so that a wild one is simply not found."""

    regex = "[0-9]{1,16}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(Id, "id")
register_converter(Username, "username")
register_converter(Tag, "tag")
