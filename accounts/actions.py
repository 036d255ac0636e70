"""What one does with one's account. Page, API, admin and command call the same functions."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from oauth2_provider.models import AccessToken, RefreshToken, set_token_value

from accounts import invitations, tasks
from accounts.access_models import TokenUse
from accounts.models import RESERVED_USERNAMES, MentionsFrom, Ranking, User
from feedsite import limits, text
from feedsite.errors import Busy, Invalid, WrongType, invalid_fields
from feedsite.languages import checked_language
from feedsite.media import guarded, pictures
from feedsite.media.scratch import scratch
from social import tasks as social_tasks

AVATAR_PIXELS = 400
TOKEN_NAME_LENGTH = 50


def prepare_account(user: User, *, username: str, email: str, password: str) -> User:
    """Fills and checks a new account without saving it; raises Invalid naming what to change."""
    user.username = username.strip().lower()
    user.email = email.strip().lower()
    reasons: dict[str, list[str]] = {}
    try:
        user.full_clean(exclude=["password"])
    except ValidationError as error:
        reasons |= error.message_dict
    if user.username in RESERVED_USERNAMES:
        reasons.setdefault("username", []).append(_("This username is taken."))
    if not user.email:
        reasons["email"] = [_("An e-mail address is needed to get back in when a password is lost.")]
    try:
        validate_password(password, user)
    except ValidationError as error:
        reasons["password"] = error.messages
    if reasons:
        raise invalid_fields(ValidationError(reasons))
    user.set_password(password)
    return user


def save_account(user: User) -> User:
    """Saves a prepared account; raises TooMany, or Invalid when its name or address was taken a moment ago."""
    limits.take("sign_up", limits.client())
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as taken:
        try:
            user.full_clean(exclude=["password"])
        except ValidationError as error:
            raise invalid_fields(error) from taken
        raise
    return user


@transaction.atomic
def open_account(user: User, *, invite: str = "") -> User:
    """Saves a prepared account that came by an invitation; raises Invalid, or Forbidden where it takes a good one."""
    save_account(user)
    invitations.use(invite, user)
    return user


@transaction.atomic
def sign_up(*, username: str, email: str, password: str, invite: str = "") -> User:
    """A new account, which is asked by mail to confirm its address; raises Invalid naming each field to change.

    Raises Forbidden where signing up takes an invitation and `invite` is the code of no good one.
    """
    user = open_account(prepare_account(User(), username=username, email=email, password=password), invite=invite)
    ask_to_confirm(user)
    return user


@transaction.atomic
def ask_to_confirm(user: User) -> None:
    """Sends the link that confirms the account's address, once this is committed."""
    address, _is_new = EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True})
    tasks.send_confirmation.delay_on_commit(address.pk)


@transaction.atomic
def issue_token(user: User, *, name: str = "", scope: str = "read write") -> str:
    """A fresh Bearer token, told once: only its SHA-256 is stored. Raises TooMany, and Invalid for a long name."""
    name = " ".join(visible(name).split())
    if len(name) > TOKEN_NAME_LENGTH:
        reason = _("At most %(most)d characters.") % {"most": TOKEN_NAME_LENGTH}
        raise Invalid(reason, fields={"name": [reason]})
    limits.take("token", user.pk)
    raw = get_random_string(43)
    token = AccessToken(user=user, scope=scope, expires=timezone.now() + timedelta(days=settings.TOKEN_LIFETIME_DAYS))
    set_token_value(token, raw)
    token.save()
    TokenUse.objects.create(token=token, name=name)
    return raw


def count_mail(address: str) -> None:
    """Counts a mail that a visitor has the site send; raises TooMany."""
    limits.take("mail", limits.client())
    limits.take("mail_to", address.strip().lower())


@transaction.atomic
def revoke_token(token: AccessToken) -> None:
    """Also what an app could make another from."""
    RefreshToken.objects.filter(access_token=token).delete()
    token.revoke()


def suspend(user: User) -> bool:
    """The account can do nothing and is shown nowhere from the next request on; True when that is new."""
    return set_active(user, False)


def restore(user: User) -> bool:
    """Takes a suspension back: all is as it was before. True when there was one."""
    return set_active(user, True)


def limit(user: User) -> bool:
    """Only followers see what the account posts from the next read on; True when that is new."""
    return set_limited(user, True)


def unlimit(user: User) -> bool:
    """Takes that back; True when it was limited."""
    return set_limited(user, False)


def set_limited(user: User, limited: bool) -> bool:
    changed = User.objects.filter(pk=user.pk, is_limited=not limited).update(is_limited=limited)
    user.refresh_from_db(fields=["is_limited", "is_closed"])
    return bool(changed)


def set_active(user: User, active: bool) -> bool:
    changed = User.objects.filter(pk=user.pk, is_active=not active).update(is_active=active)
    user.is_active = active
    return bool(changed)


@transaction.atomic
def change_privacy(user: User, is_private: bool) -> User:
    """Who may read the account's posts, from the next read on; followers stay followers.

    Whoever waits is let in when it becomes public, in the background: that may be thousands.
    """
    user.is_private = is_private
    user.save(update_fields=["is_private"])
    user.refresh_from_db(fields=["is_closed"])
    if not is_private:
        social_tasks.accept_waiting.delay_on_commit(user.pk)
    return user


def show_likes(user: User, shows_likes: bool) -> User:
    """Whether those who may read the account's posts also see what it likes, from the next read on."""
    user.shows_likes = shows_likes
    user.save(update_fields=["shows_likes"])
    return user


def change_reach(
    user: User, *, mentions_from: str | None = None, in_search: bool | None = None, in_suggestions: bool | None = None
) -> User:
    """Who may mention the account, and whether those who do not follow it find it and have it suggested.

    Changes what is given, from the next post, search and look at suggestions on; raises Invalid.
    """
    if mentions_from is not None and mentions_from not in MentionsFrom.values:
        reason = _("Choose one of %(names)s.") % {"names": ", ".join(MentionsFrom.values)}
        raise Invalid(reason, fields={"mentions_from": [reason]})
    given = {"mentions_from": mentions_from, "in_search": in_search, "in_suggestions": in_suggestions}
    changed = {name: value for name, value in given.items() if value is not None}
    for name, value in changed.items():
        setattr(user, name, value)
    user.save(update_fields=list(changed))
    return user


def change_ranking(user: User, ranking: str) -> User:
    """The order of home from the next read on; raises Invalid for a word that is none."""
    if ranking not in Ranking.values:
        reason = _("Choose one of %(names)s.") % {"names": ", ".join(Ranking.values)}
        raise Invalid(reason, fields={"ranking": [reason]})
    user.ranking, user.ranking_set_at = ranking, timezone.now()
    user.save(update_fields=["ranking", "ranking_set_at"])
    return user


def change_profile(user: User, *, display_name: str | None = None, bio: str | None = None) -> User:
    """Changes what is given, without what cannot be seen; raises Invalid naming the field, TooMany."""
    given = {"display_name": display_name and " ".join(visible(display_name).split()), "bio": bio and visible(bio)}
    fields = [name for name, value in given.items() if value is not None]
    for name in fields:
        setattr(user, name, given[name])
    try:
        user.clean_fields(exclude=[f.name for f in User._meta.fields if f.name not in fields])
    except ValidationError as error:
        raise invalid_fields(error) from error
    if fields:
        limits.take("profile", user.pk)
    user.save(update_fields=fields)
    return user


def change_language(user: User, code: str) -> User:
    """The language the account is spoken to in; "" is as the browser asks. Raises Invalid."""
    user.language = checked_language(code)
    user.save(update_fields=["language"])
    return user


def visible(typed: str) -> str:
    """The cleaned text, empty when it would show nothing."""
    cleaned = text.clean(typed)
    return "" if text.is_blank(cleaned) else cleaned


def change_avatar(user: User, upload: UploadedFile | None) -> User:
    """Makes the picture the avatar, or takes the avatar away when there is none.

    The picture is re-encoded as a square of AVATAR_PIXELS, so nothing else in the file is kept. Raises TooMany, and
    what is wrong with the picture.
    """
    old = user.avatar.name
    if upload is None:
        user.avatar = ""
    else:
        limits.take("upload", user.pk)
        keep_avatar(user, square_picture(upload))
    user.save(update_fields=["avatar"])
    if old:
        transaction.on_commit(lambda: user.avatar.storage.delete(old), robust=True)
    return user


def keep_avatar(user: User, square: bytes) -> None:
    try:
        user.avatar.save(f"{get_random_string(16).lower()}.webp", ContentFile(square), save=False)
    except OSError as error:
        raise Busy(_("Files cannot be kept right now. Try again in a moment.")) from error


def square_picture(upload: UploadedFile) -> bytes:
    """The picture's middle as a WebP square; raises Invalid for what is no picture or too large."""
    if not upload.size or upload.size > settings.AVATAR_MAX_BYTES:
        most = settings.AVATAR_MAX_BYTES // 2**20
        raise bad_avatar(_("The picture may have at most %(most)d MiB, and not none.") % {"most": most})
    with scratch() as folder, guarded.turn():
        source = folder / "source"
        source.write_bytes(b"".join(upload.chunks()))
        try:
            kind = pictures.picture_kind(source)
            made = pictures.reencode(folder, kind, {"square": AVATAR_PIXELS}, square=True)
        except (Invalid, WrongType) as error:
            raise bad_avatar(str(error)) from error
        return made.files["square"][0].read_bytes()


def bad_avatar(reason: str) -> Invalid:
    return Invalid(reason, fields={"avatar": [reason]})
