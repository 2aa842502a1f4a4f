"""Objects of an S3 bucket that keeps versions: a deletion there only hides them, so each version goes too.

A bucket whose versions may not be listed or deleted (no permission, an object lock) is said to be out of
reach: the object is hidden, and its bytes are still there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from curate.text import plural
from governance.erasure.stores import Store, said
from governance.erasure.where import Where

# Keys of one `DeleteObjects` request (the API's limit).
_LIMIT = 1000


def remove_versions(store: Store, oids: Sequence[str], removed: list[Where]) -> list[tuple[str, str]]:
    """Delete every version of the objects, and of run cache entries that are hidden by a deletion.

    Returns
    -------
    list
        What could not be deleted, with the reason; empty if all is gone.
    """
    bucket, _, top = store.path.partition("/")
    keys = {path.partition("/")[2] for oid in oids for path in store.paths(oid)}
    keys |= {
        f"{top}/runs/{where.path.split('/')[0][:2]}/{where.path}".lstrip("/")
        for where in removed
        if where.place == f"run cache of {store.place}"
    }
    try:
        doomed = [one for key in sorted(keys) for one in _versions(store, bucket, key)]
        refused = sum(_delete(store, bucket, doomed))
    except Exception as error:
        return [(store.place, f"the bucket keeps old versions, and they cannot be deleted: {said(error)}")]
    if refused:
        return [
            (store.place, f"the bucket keeps old versions and refused to delete {plural(refused, 'version')}")
        ]
    return []


def _versions(store: Store, bucket: str, key: str) -> Iterator[dict[str, str]]:
    """Versions and deletion marks of one key."""
    after: dict[str, str] = {}
    while True:
        page = store.fs.fs.call_s3("list_object_versions", Bucket=bucket, Prefix=key, **after)
        for one in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            if one["Key"] == key:
                yield {"Key": key, "VersionId": one["VersionId"]}
        if not page.get("IsTruncated"):
            return
        after = {"KeyMarker": page["NextKeyMarker"], "VersionIdMarker": page["NextVersionIdMarker"]}


def _delete(store: Store, bucket: str, versions: Sequence[dict[str, str]]) -> Iterator[int]:
    """Delete versions; how many each request was refused."""
    for start in range(0, len(versions), _LIMIT):
        asked: dict[str, Any] = {"Objects": list(versions[start : start + _LIMIT]), "Quiet": True}
        answer = store.fs.fs.call_s3("delete_objects", Bucket=bucket, Delete=asked)
        yield len(answer.get("Errors", ()))
