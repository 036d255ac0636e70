"""Staff pages of what keeps it decent."""

from typing import Any

from django import forms
from django.contrib import admin

from moderation import permissions, rules
from moderation.models import SiteRules


@admin.register(SiteRules)
class RulesPages(admin.ModelAdmin):
    """One text; until it is written the site has the rules it comes with, which the form begins with."""

    fields = ["text"]
    list_display = ["__str__", "changed_at"]

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        return {"text": rules.as_text(rules.shown())}

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name == "text":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 30, "cols": 90})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_module_permission(self, request: Any) -> bool:
        return request.user.has_perm(permissions.ADMINISTER)

    def has_view_permission(self, request: Any, obj: SiteRules | None = None) -> bool:
        return request.user.has_perm(permissions.ADMINISTER)

    def has_change_permission(self, request: Any, obj: SiteRules | None = None) -> bool:
        return request.user.has_perm(permissions.ADMINISTER)

    def has_delete_permission(self, request: Any, obj: SiteRules | None = None) -> bool:
        """Deleting them brings back those the site comes with."""
        return request.user.has_perm(permissions.ADMINISTER)

    def has_add_permission(self, request: Any) -> bool:
        return request.user.has_perm(permissions.ADMINISTER) and not SiteRules.objects.exists()
