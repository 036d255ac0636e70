from django.urls import path

from notifications import push_api

urlpatterns = [
    path("push/key", push_api.Key.as_view()),
    path("push/subscriptions", push_api.Subscriptions.as_view()),
    path("push/subscriptions/<id:subscription_id>", push_api.SubscriptionDetail.as_view()),
]
