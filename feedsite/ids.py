"""Ids in addresses: digits that fit the database, so a wild one is simply not found."""


class IdConverter:
    regex = "[0-9]{1,16}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
