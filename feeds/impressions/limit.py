"""How often one reader may tell what was on screen. A page tells once in three seconds, so nobody who reads notices."""

from django.conf import settings

from feeds import keys
from feeds.cache import Script, client, forgiving
from feedsite.errors import TooMany

MOST, SECONDS = 60, 60
# Notes the moment and answers 0, or, where the list is full of younger ones, how many milliseconds are to be waited.
TAKE = Script("""
local now = redis.call('TIME')
now = now[1] * 1000 + math.floor(now[2] / 1000)
local most, lasts = tonumber(ARGV[1]), tonumber(ARGV[2])
local oldest = redis.call('LINDEX', KEYS[1], most - 1)
if oldest and now - oldest < lasts then return lasts - (now - oldest) end
redis.call('LPUSH', KEYS[1], now)
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('PEXPIRE', KEYS[1], lasts)
return 0
""")


def check(reader_id: int) -> None:
    """Counts one batch; raises TooMany for more than MOST in any SECONDS. One trip, none where limits are off."""
    if settings.RATE_LIMITS and (wait_ms := take(reader_id)):
        refused = TooMany()
        refused.retry_after_seconds = -(-wait_ms // 1000)
        raise refused


@forgiving(lambda: 0)
def take(reader_id: int) -> int:
    return int(TAKE(client(), [keys.told(reader_id)], [MOST, SECONDS * 1000]))
