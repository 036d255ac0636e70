"""Who does not want to be found by search is found, with all they wrote, by their followers alone."""

from django.db import migrations

SEARCHABLE = """
CREATE FUNCTION searchable(_viewer bigint, _account bigint) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT u.in_search OR u.id = _viewer
         OR EXISTS (SELECT FROM follow f WHERE f.follower_id = _viewer AND f.followee_id = u.id)
    FROM accounts_user u WHERE u.id = _account
$$;
"""
# The function as it stands asks one thing more of each hit.
CHANGED = r"""
DO $do$
DECLARE
  _source text := (SELECT pg_get_functiondef(p.oid) FROM pg_proc p
                    WHERE p.pronamespace = current_schema()::regnamespace AND p.proname = 'search_posts');
BEGIN
  EXECUTE replace(_source, '{old}', '{new}');
END $do$;
"""
ASKED = "p.root_id, p.share_of_id);"
ASKED_MORE = "p.root_id, p.share_of_id)\n         AND searchable(_viewer, p.author_id);"


def asks(old: str, new: str) -> str:
    return CHANGED.replace("{old}", old).replace("{new}", new)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0023_closed"), ("accounts", "0011_decency")]
    operations = [
        migrations.RunSQL(SEARCHABLE, "DROP FUNCTION searchable"),
        migrations.RunSQL(asks(ASKED, ASKED_MORE), asks(ASKED_MORE, ASKED)),
    ]
