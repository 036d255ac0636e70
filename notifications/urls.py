from django.urls import path

from notifications import push_views

urlpatterns = [
    path("settings/devices", push_views.settings_devices, name="settings_devices"),
    path("settings/devices/<id:subscription_id>/remove", push_views.device_remove, name="device_remove"),
]
