"""Who sees what a private or a limited account makes.

To `post_visible` of 0002 and `story_visible` of 0006 an account is closed, whoever decided that. Of one that
staff have limited, followers alone see comments in other people's threads too, and a mention lets nobody in.

And what is taken down is away for sure; those who erase what is deleted find it by why it is away.
"""

import importlib

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

before = importlib.import_module("posts.migrations.0002_visible").VISIBLE
stories = importlib.import_module("posts.migrations.0006_stories").VISIBLE

POSTS = """
CREATE OR REPLACE FUNCTION post_visible(_viewer bigint, _author bigint, _visibility text, _mentioned bigint[],
                                        _root bigint, _share_of bigint)
RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  _writer record;
  _base record;
BEGIN
  SELECT u.is_active, u.is_closed, u.is_limited INTO _writer FROM accounts_user u WHERE u.id = _author;
  IF NOT _writer.is_active THEN RETURN false; END IF;
  IF _viewer <> 0 AND _author <> _viewer AND blocked_either_way(_viewer, _author) THEN RETURN false; END IF;
  IF _writer.is_limited AND _author <> _viewer
     AND NOT EXISTS (SELECT FROM follow f WHERE f.follower_id = _viewer AND f.followee_id = _author)
  THEN RETURN false; END IF;
  IF _root IS NOT NULL THEN  -- a comment is seen by whoever sees the thread
    SELECT p.author_id, p.visibility, p.mentioned_ids, p.share_of_id, p.deleted_at INTO _base
      FROM post p WHERE p.id = _root;
    RETURN _base.deleted_at IS NULL
       AND post_visible(_viewer, _base.author_id, _base.visibility, _base.mentioned_ids, NULL, _base.share_of_id);
  END IF;
  IF _share_of IS NOT NULL THEN  -- a share shows what it shares
    SELECT p.author_id, p.visibility, p.deleted_at, u.is_closed, u.is_active INTO _base
      FROM post p JOIN accounts_user u ON u.id = p.author_id WHERE p.id = _share_of;
    IF NOT post_shareable(_base.deleted_at, _base.visibility, _base.is_closed, _base.is_active)
       OR blocked_either_way(_author, _base.author_id)
       OR (_viewer <> 0 AND blocked_either_way(_viewer, _base.author_id)) THEN RETURN false; END IF;
  END IF;
  RETURN _author = _viewer
      OR (_visibility = 'public' AND NOT _writer.is_closed)
      OR (_viewer <> 0 AND _viewer = ANY (_mentioned))
      OR (_visibility <> 'private' AND _viewer <> 0
          AND EXISTS (SELECT FROM follow f WHERE f.follower_id = _viewer AND f.followee_id = _author));
END $$;
"""
BEFORE = before[before.index("CREATE FUNCTION post_visible") :].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
STORIES_BEFORE = stories.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
STORIES = STORIES_BEFORE.replace("is_private", "is_closed")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("posts", "0009_taken_down"), ("accounts", "0011_decency")]
    operations = [
        AddIndexConcurrently(
            "post",
            models.Index(
                fields=["taken_down", "deleted_at"],
                name="post_gone",
                condition=models.Q(deleted_at__isnull=False),
            ),
        ),
        RemoveIndexConcurrently("post", "post_deleted"),
        migrations.AddConstraint(
            "post",
            models.CheckConstraint(
                condition=models.Q(taken_down="") | models.Q(deleted_at__isnull=False),
                name="what_is_taken_down_is_away",
            ),
        ),
        migrations.RunSQL(POSTS + STORIES, BEFORE + STORIES_BEFORE),
    ]
