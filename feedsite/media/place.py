"""MEDIA_STORAGE_URL, read. Imported by the settings, so it imports nothing of Django or of S3."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from feedsite.env import BadSetting

HELP = "MEDIA_STORAGE_URL must look like s3://KEY:SECRET@host/bucket (s3+http:// without TLS; ?region=… if needed)."


def from_url(url: str) -> dict[str, Any]:
    """The entry of STORAGES for MEDIA_STORAGE_URL; raises BadSetting. Empty: the folder MEDIA_ROOT."""
    if not url:
        return {"BACKEND": "feedsite.media.storage.Folder"}
    parts = urlsplit(url)
    query, bucket = parse_qs(parts.query), parts.path.strip("/")
    if parts.scheme not in ("s3", "s3+http") or not parts.hostname or not bucket or "/" in bucket:
        raise BadSetting(HELP)
    host = parts.netloc.rpartition("@")[2]
    options = {
        "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{host}",
        "bucket_name": bucket,
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "region_name": query.get("region", [None])[0],
        "default_acl": None,
        "querystring_auth": True,
        "file_overwrite": False,
    }
    return {"BACKEND": "feedsite.media.bucket.Bucket", "OPTIONS": options}
