from notifications.push_models import PushKey, PushSubscription

__all__ = ["PushKey", "PushSubscription"]
