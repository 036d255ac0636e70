"""The same with a store that speaks S3, on a real server of it that listens here."""

from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from moto.server import ThreadedMotoServer

from accounts.actions import change_avatar
from feedsite.env import BadSetting
from feedsite.media import place
from posts import actions, files, tasks
from posts.models import Leftover, Media
from tests.helpers import run_tasks
from tests.media import image, send, uploaded, video
from tests.pages import picture, publish
from tests.site import free_ports

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def s3_server() -> Any:
    port = free_ports()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_server: str, settings: Any) -> Any:
    url = f"s3+http://key:se%2Fcret@{s3_server}/feedsite?region=eu-north-1"
    settings.STORAGES = {**settings.STORAGES, "default": place.from_url(url)}
    where = {"LocationConstraint": "eu-north-1"}
    default_storage.connection.create_bucket(Bucket="feedsite", CreateBucketConfiguration=where)
    bucket = default_storage.bucket
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def names(bucket: Any) -> set[str]:
    return {item.key for item in bucket.objects.all()}


def test_pictures_lie_in_the_bucket_and_are_served_by_the_site_alone(alice, bob, bucket, settings):
    media = uploaded(alice, image((900, 600)))
    assert names(bucket) == {files.stored_name(media.folder, file[0]) for file in media.files.values()}
    post = publish(alice, "Look", visibility="private", media_ids=[media.pk])
    path = files.address(media, "full")
    owner = Client()
    owner.force_login(alice)
    assert len(owner.get(path).getvalue()) == media.files["full"][3]
    assert Client().get(path).status_code == 404
    assert not settings.MEDIA_ROOT.exists()
    actions.delete(actor=alice, post_id=post.pk)
    assert owner.get(path).status_code == 404


def test_a_video_goes_through_the_bucket_and_its_source_is_removed(alice, bucket):
    status, _ = send(alice, video())
    assert status == 202
    assert any("/source-" in name for name in names(bucket))
    run_tasks()
    media = Media.objects.get()
    assert media.status == "ready"
    assert names(bucket) == {files.stored_name(media.folder, file[0]) for file in media.files.values()}
    publish(alice, "Film", media_ids=[media.pk])
    part = Client().get(files.address(media, "full"), headers={"range": "bytes=4-7"})
    assert (part.status_code, part.getvalue()) == (206, b"ftyp")
    media.delete()
    tasks.remove_files()
    assert names(bucket) == set()


def test_avatars_lie_there_too_and_keep_their_address(alice, bucket):
    change_avatar(alice, picture())
    assert alice.avatar_url.startswith("/media/avatars/")
    assert names(bucket) == {alice.avatar.name}
    assert Client().get(alice.avatar_url)["Content-Type"] == "image/webp"
    assert Client().get("/media/avatars/none.webp").status_code == 404


def test_a_bucket_that_is_away_is_503_and_what_lay_there_is_kept_in_mind(alice, bucket, settings):
    media = uploaded(alice)
    settings.STORAGES = {**settings.STORAGES, "default": place.from_url("s3+http://k:s@127.0.0.1:9/feedsite")}
    status, answer = send(alice, image())
    assert (status, answer["code"]) == (503, "unavailable")
    owner = Client()
    owner.force_login(alice)
    assert owner.get(files.address(media, "full")).status_code == 503
    media.delete()
    tasks.remove_files()
    assert Leftover.objects.filter(is_deleted=True).count() == 1


@pytest.mark.parametrize("url", ["http://host/bucket", "s3://host", "s3:///bucket", "s3://host/a/b", "nonsense"])
def test_an_address_that_cannot_be_one_ends_the_start_with_one_line(url):
    with pytest.raises(BadSetting, match="MEDIA_STORAGE_URL must look like"):
        place.from_url(url)


def test_the_address_is_read_in_full():
    options = place.from_url("s3://K%40:S%2F@s3.example.org:9000/bucket?region=eu-west-1")["OPTIONS"]
    assert (options["access_key"], options["secret_key"]) == ("K@", "S/")
    assert options["endpoint_url"] == "https://s3.example.org:9000"
    assert (options["bucket_name"], options["region_name"]) == ("bucket", "eu-west-1")
    assert place.from_url("") == {"BACKEND": "feedsite.media.storage.Folder"}
