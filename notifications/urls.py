from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from notifications import push_views, views

urlpatterns = [
    path("notifications", views.notifications, name="notifications"),
    path("notifications/read", views.read, name="notifications_read"),
    path("notifications/stop/<str:token>", views.stop, name="notifications_stop"),
    path("notifications/<id:group_id>", views.open_one, name="notification_open"),
    path("notifications/<id:group_id>/row", views.row, name="notification_row"),
    path("posts/<id:post_id>/mute", views.mute_thread, name="thread_mute"),
    path("posts/<id:post_id>/unmute", views.unmute_thread, name="thread_unmute"),
    path("settings/notifications", views.settings_notifications, name="settings_notifications"),
    path("settings/notifications/threads", views.muted_threads, name="muted_threads"),
    path("settings/devices", push_views.settings_devices, name="settings_devices"),
    path("settings/devices/<id:subscription_id>/remove", push_views.device_remove, name="device_remove"),
]
