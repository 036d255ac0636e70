from typing import Any

from django.contrib import admin

from notifications.models import PushKey


@admin.register(PushKey)
class PushKeyAdmin(admin.ModelAdmin):
    """Deleting the key ends every subscription; the next is made by itself."""

    list_display = ["created_at"]
    fields = ["created_at"]
    readonly_fields = ["created_at"]

    def has_add_permission(self, request: Any) -> bool:
        return False

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False
