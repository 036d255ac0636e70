from django.urls import path

from notifications import api, push_api

urlpatterns = [
    path("notifications", api.Notifications.as_view()),
    path("notifications/read", api.ReadNotifications.as_view()),
    path("notifications/settings", api.NotificationSettings.as_view()),
    path("posts/<id:post_id>/mute", api.MuteThread.as_view()),
    path("push/key", push_api.Key.as_view()),
    path("push/subscriptions", push_api.Subscriptions.as_view()),
    path("push/subscriptions/<id:subscription_id>", push_api.SubscriptionDetail.as_view()),
]
