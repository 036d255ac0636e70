"""Celery: the queues and the whole beat schedule."""

import logging
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from django.db import close_old_connections, transaction
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")

logger = logging.getLogger(__name__)


class Task(DjangoTask):
    """A task whose loss is a delay, for a sweeper finds what it was for, or leaves rows that do no harm."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Keeps the worker's connections, and the plans in them, from task to task.

        Celery would open new ones for each (10 ms); those that have broken or grown old are closed.
        """
        if self.request.called_directly or self.request.is_eager:
            return super().__call__(*args, **kwargs)
        close_old_connections()
        return super().__call__(*args, **kwargs)

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        transaction.on_commit(lambda: self.try_delay(*args, **kwargs))

    def try_delay(self, *args: Any, **kwargs: Any) -> None:
        """Queues the task; a broker that is away is logged, since the request has succeeded."""
        try:
            self.delay(*args, **kwargs)
        except (OperationalError, OSError) as error:
            logger.warning("%s was not queued, a sweeper will do it: %s", self.name, error)


app = Celery("feedsite", task_cls=Task)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf["CELERY_DB_REUSE_MAX"] = 10**9  # see Task.__call__
app.autodiscover_tasks()
app.conf.task_routes = {
    "feeds.tasks.deliver": "fanout",
    "feeds.tasks.deliver_big": "fanout_big",
    "feeds.tasks.sweep_outbox": "maint",
    "feeds.tasks.tell_changes": "notify",
    "notifications.tasks.deliver_owed": "notify",
    "notifications.tasks.sweep_mail": "maint",
    "notifications.tasks.send_mail": "mail",
    "notifications.tasks.clear_read": "maint",
    "feeds.tasks.settle_edges": "maint",
    "feeds.tasks.count_reads": "maint",
    "feeds.tasks.judge_readers": "maint",
    "feeds.tasks.judge_everybody": "maint",
    "feeds.tasks.close_days": "maint",
    "feeds.tasks.trim_feeds": "maint",
    "feeds.tasks.find_trends": "maint",
    "feeds.tasks.end_scrolls": "maint",
    "feeds.tasks.look_at_experiments": "maint",
    "feeds.tasks.look_at_experiment": "maint",
    "feeds.tasks.fill_search": "maint",
    "feeds.tasks.record_impressions": "impressions",
    "feeds.tasks.forget_impressions": "maint",
    "feeds.tasks.forget_owed": "maint",
    "feeds.tasks.join_outcomes": "maint",
    "feeds.tasks.join_missed_outcomes": "maint",
    "feeds.tasks.join_outcomes_from": "maint",
    "feeds.tasks.keep_impression_days": "maint",
    "feeds.tasks.count_hashtags": "maint",
    "feeds.tasks.recount_hashtags": "maint",
    "posts.tasks.erase_deleted": "maint",
    "posts.tasks.transcode": "media",
    "posts.tasks.sweep_media": "maint",
    "posts.tasks.remove_files": "maint",
    "posts.tasks.clear_uploads": "maint",
    "posts.tasks.publish_due": "maint",
    "posts.tasks.sweep_links": "maint",
    "posts.tasks.look_at_link": "links",
    "posts.tasks.end_stories": "maint",
    "accounts.tasks.clear_idempotency": "maint",
    "accounts.tasks.clear_limits": "maint",
    "accounts.tasks.clear_access": "maint",
    "accounts.tasks.send_confirmation": "mail",
    "accounts.tasks.tell_of_log_in": "mail",
    "notifications.tasks.push": "push",
    "moderation.tasks.answer_reports": "notify",
    "moderation.tasks.sweep_reports": "maint",
    "moderation.tasks.send_letter": "mail",
    "moderation.tasks.sweep_letters": "maint",
    "social.tasks.accept_waiting": "maint",
    "social.tasks.sweep_requests": "maint",
    "social.tasks.clear_mutes": "maint",
}


def every(seconds: int, task: str) -> dict[str, Any]:
    """A beat entry; a run that waited longer than its turn is dropped instead of piling up."""
    return {"task": task, "schedule": seconds, "options": {"expires": max(seconds, 10)}}


def daily(hour: int, minute: int, task: str) -> dict[str, Any]:
    """A beat entry for that time of the day, UTC; dropped when it could not start within an hour."""
    return {"task": task, "schedule": crontab(minute=str(minute), hour=str(hour)), "options": {"expires": 3600}}


app.conf.beat_schedule = {
    "sweep-outbox": every(2, "feeds.tasks.sweep_outbox"),
    "tell-changes": every(1, "feeds.tasks.tell_changes"),
    "settle-edges": every(10, "feeds.tasks.settle_edges"),
    "count-reads": every(10, "feeds.tasks.count_reads"),
    "close-days": every(3600, "feeds.tasks.close_days"),
    "judge-readers": daily(3, 7, "feeds.tasks.judge_readers"),
    "judge-everybody": daily(3, 17, "feeds.tasks.judge_everybody"),
    "trim-feeds": every(600, "feeds.tasks.trim_feeds"),
    "find-trends": every(60, "feeds.tasks.find_trends"),
    "end-scrolls": every(60, "feeds.tasks.end_scrolls"),
    "look-at-experiments": every(3600, "feeds.tasks.look_at_experiments"),
    "fill-search": every(10, "feeds.tasks.fill_search"),
    "count-hashtags": every(5, "feeds.tasks.count_hashtags"),
    "recount-hashtags": daily(3, 47, "feeds.tasks.recount_hashtags"),
    "join-outcomes": every(300, "feeds.tasks.join_outcomes"),
    "join-missed-outcomes": daily(3, 57, "feeds.tasks.join_missed_outcomes"),
    "keep-impression-days": every(3600, "feeds.tasks.keep_impression_days"),
    "forget-owed": every(60, "feeds.tasks.forget_owed"),
    "publish-due": every(3, "posts.tasks.publish_due"),
    "sweep-links": every(10, "posts.tasks.sweep_links"),
    "erase-deleted": every(3600, "posts.tasks.erase_deleted"),
    "sweep-media": every(10, "posts.tasks.sweep_media"),
    "clear-uploads": every(3600, "posts.tasks.clear_uploads"),
    "remove-files": every(60, "posts.tasks.remove_files"),
    "end-stories": every(60, "posts.tasks.end_stories"),
    "sweep-requests": every(60, "social.tasks.sweep_requests"),
    "clear-mutes": every(600, "social.tasks.clear_mutes"),
    "deliver-notices": every(1, "notifications.tasks.deliver_owed"),
    "sweep-mail": every(5, "notifications.tasks.sweep_mail"),
    "clear-notifications": daily(4, 27, "notifications.tasks.clear_read"),
    "sweep-reports": every(60, "moderation.tasks.sweep_reports"),
    "sweep-letters": every(60, "moderation.tasks.sweep_letters"),
    "clear-idempotency": every(3600, "accounts.tasks.clear_idempotency"),
    "clear-limits": every(3600, "accounts.tasks.clear_limits"),
    "clear-access": daily(4, 37, "accounts.tasks.clear_access"),
}
