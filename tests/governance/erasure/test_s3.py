"""Objects removed from an S3-compatible remote: a server on this machine's own loopback address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from governance.erasure.bytes import scan_bytes
from governance.erasure.folders import push_objects, put
from governance.erasure.objects import NotAllRemoved, remove_objects
from governance.erasure.stores import open_stores
from governance.erasure.where import Where
from tests.governance.erasure.conftest import PERSON
from tests.governance.erasure.test_objects import first_version

pytest.importorskip("dvc_s3")
pytest.importorskip("moto.server")
pytestmark = pytest.mark.slow  # a second each, and more where the machine is busy


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(pushed: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project of `pushed` with a bucket beside the folder, and the person in it."""
    import boto3
    import requests

    requests.post(f"{address}/moto-api/reset", timeout=30)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = pushed / ".dvc" / "config"
    config.write_text(config.read_text() + remote("box", "s3://box/deep/er", address))
    client = boto3.client("s3", endpoint_url=address)
    client.create_bucket(Bucket="box")
    client.close()
    push_objects(pushed, first_version(pushed), ["box"])
    with open_stores(pushed) as stores:
        stores.repo.stage_cache.push("box")
    return pushed


def remote(name: str, url: str, address: str) -> str:
    return f"['remote \"{name}\"']\n    url = {url}\n    endpointurl = {address}\n"


def client_of(address: str) -> Any:
    import boto3

    return boto3.client("s3", endpoint_url=address)


def keys(address: str) -> set[str]:
    return {one["Key"] for one in client_of(address).list_objects_v2(Bucket="box").get("Contents", ())}


def test_objects_and_runs_are_removed_from_a_bucket_and_others_stay(bucket: Path, address: str) -> None:
    folder, file = first_version(bucket)
    before = keys(address)
    assert {hit.place for hit in scan_bytes(bucket, [PERSON])} >= {"cache", "remote box"}
    done = remove_objects(bucket, [folder, file])
    assert done.unreachable == ()
    assert {Where("remote box", folder), Where("remote box", file)} <= set(done.removed)
    assert sum(where.place == "run cache of remote box" for where in done.removed) == 1
    assert len(before - keys(address)) == 3 and keys(address)
    assert "remote box" not in {hit.place for hit in scan_bytes(bucket, [PERSON])}
    assert remove_objects(bucket, [folder, file]).removed == ()


def test_versions_that_a_bucket_keeps_are_removed_too(bucket: Path, address: str) -> None:
    client = client_of(address)
    client.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    folder, file = first_version(bucket)
    key = f"deep/er/files/md5/{file[:2]}/{file[2:]}"
    client.put_object(Bucket="box", Key=key, Body=PERSON)  # a second version of the same object
    assert remove_objects(bucket, [folder, file]).unreachable == ()
    kept = client.list_object_versions(Bucket="box")
    left = {one["Key"] for one in (*kept.get("Versions", ()), *kept.get("DeleteMarkers", ()))}
    assert left and not [name for name in left if name.endswith((file[2:], folder[2:]))]
    # The entry of the run cache: only the other version's stays.
    assert len([name for name in left if "/runs/" in name]) == 1


def test_versions_of_what_was_deleted_before_are_removed(bucket: Path, address: str) -> None:
    client = client_of(address)
    client.put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    _, file = first_version(bucket)
    key = f"deep/er/files/md5/{file[:2]}/{file[2:]}"
    client.delete_object(Bucket="box", Key=key)
    assert client.list_object_versions(Bucket="box", Prefix=key)["Versions"]
    remove_objects(bucket, [file])
    assert not client.list_object_versions(Bucket="box", Prefix=key).get("Versions")


def test_versions_that_may_not_be_removed_are_out_of_reach(
    bucket: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client_of(address).put_bucket_versioning(Bucket="box", VersioningConfiguration={"Status": "Enabled"})
    import s3fs

    call = s3fs.S3FileSystem._call_s3

    async def refused(self: Any, method: str, *args: Any, **given: Any) -> Any:
        if method == "list_object_versions":
            raise PermissionError("Access Denied")
        return await call(self, method, *args, **given)

    monkeypatch.setattr(s3fs.S3FileSystem, "_call_s3", refused)
    monkeypatch.setattr(s3fs.S3FileSystem, "call_s3", s3fs.core.sync_wrapper(refused))
    ((place, why),) = remove_objects(bucket, first_version(bucket)).unreachable
    assert place == "remote box" and "keeps old versions" in why


def test_a_bucket_that_fails_half_way_is_named_and_a_second_call_finishes(
    bucket: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import s3fs

    oids = sorted(first_version(bucket))
    monkeypatch.setattr("governance.erasure.objects._BATCH", 1)
    remove = s3fs.S3FileSystem._rm

    async def once(self: Any, path: Any, *args: Any, **given: Any) -> Any:
        if oids[1][2:] in str(path):
            raise ConnectionError("Connection was closed")
        return await remove(self, path, *args, **given)

    with monkeypatch.context() as patch, pytest.raises(NotAllRemoved, match="remote box failed") as failed:
        patch.setattr(s3fs.S3FileSystem, "_rm", once)
        patch.setattr(s3fs.S3FileSystem, "rm", s3fs.core.sync_wrapper(once))
        remove_objects(bucket, oids)
    gone = {where.oid for where in failed.value.done.removed if where.place == "remote box"}
    assert gone == {oids[0]}
    assert remove_objects(bucket, oids).removed == (Where("remote box", oids[1]),)
    assert not any(key.endswith(oid[2:]) for key in keys(address) for oid in oids)


def test_an_object_that_the_bucket_refuses_to_delete_is_no_success(
    bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """s3fs passes over the errors in the answer to `DeleteObjects`."""
    import s3fs

    async def nothing(self: Any, *args: Any, **given: Any) -> list[str]:
        return []

    monkeypatch.setattr(s3fs.S3FileSystem, "_bulk_delete", nothing)
    with pytest.raises(NotAllRemoved, match="refused to remove 2 objects"):
        remove_objects(bucket, first_version(bucket))


def test_a_bucket_that_does_not_exist_or_answer_is_out_of_reach(bucket: Path, address: str) -> None:
    config = bucket / ".dvc" / "config"
    closed = "http://127.0.0.1:9"
    named = remote("gone", "s3://nowhere/x", address) + remote("off", "s3://box/x", closed)
    config.write_text(config.read_text() + named)
    done = remove_objects(bucket, first_version(bucket))
    assert dict(done.unreachable).keys() == {"remote gone", "remote off"}
    assert "remote box" in {where.place for where in done.removed}


def test_pushing_to_a_bucket_that_is_off_is_told(bucket: Path, tmp_path: Path) -> None:
    (tmp_path / "twin").mkdir()
    (tmp_path / "twin" / "train.csv").write_text("Ann alone")
    config = bucket / ".dvc" / "config"
    oid = put(bucket, tmp_path / "twin")
    assert push_objects(bucket, [oid], ["box"]).unreachable == ()
    config.write_text(config.read_text().replace("s3://box", "s3://nowhere"))
    ((place, _),) = push_objects(bucket, [oid], ["box"]).unreachable
    assert place == "remote box"
    with pytest.raises(AssayError, match="no remote called other"):
        push_objects(bucket, [oid], ["other"])
