"""What may act for somebody through the API: tokens they made, and apps they let in."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from accounts.access_models import TokenUse
from accounts.models import User

# In this order nothing is left that could make another of what is gone.
GRANTED = (Grant, RefreshToken, AccessToken)


def tokens_of(user: User) -> QuerySet[AccessToken]:
    """Those made by hand or by signing in through the API, newest first, each with its `use`."""
    own = AccessToken.objects.filter(user=user, application=None, expires__gt=timezone.now())
    return own.select_related("use").order_by("-created")


def apps_of(user: User) -> QuerySet[Application]:
    """Apps that the person let in, the newest first, with `since`, `used_at` and `scope` of that."""
    held = RefreshToken.objects.filter(user=user, application=OuterRef("pk"))
    tokens = AccessToken.objects.filter(user=user, application=OuterRef("pk"))
    uses = TokenUse.objects.filter(token__user=user, token__application=OuterRef("pk")).order_by("-used_at")
    return (
        Application.objects.filter(
            Exists(held.filter(revoked=None)) | Exists(tokens.filter(expires__gt=timezone.now()))
        )
        .annotate(
            since=Subquery(held.order_by("created").values("created")[:1]),
            used_at=Subquery(uses.values("used_at")[:1]),
            scope=Subquery(tokens.order_by("-created").values("scope")[:1]),
        )
        .select_related("user")
        .order_by("-since", "-pk")
    )


@transaction.atomic
def revoke_app(user: User, app: Application) -> None:
    """The app can do nothing for this person any more, from the next request on."""
    for model in GRANTED:
        model.objects.filter(user=user, application=app).delete()


@transaction.atomic
def revoke_all(user: User) -> None:
    """Every token and every app: whoever held one has to ask again."""
    for model in GRANTED:
        model.objects.filter(user=user).delete()
