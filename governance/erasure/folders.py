"""Put a file or folder into DVC's cache as `dvc add` would, and push objects to remotes.

By DVC's own functions, so that the digest and every byte are those that `dvc add` makes of the same.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from curate.errors import AssayError
from curate.text import plural
from governance.erasure.objects import checked
from governance.erasure.stores import open_stores
from governance.erasure.where import Where


@dataclass(frozen=True)
class Pushed:
    """What was pushed or stood there already, and which remotes were out of reach, each with the reason."""

    pushed: tuple[Where, ...]
    unreachable: tuple[tuple[str, str], ...]


def put(root: Path, source: Path) -> str:
    """Copy a file, or a folder's files and their list, into the cache of the project at `root`; it stays.

    Returns
    -------
    str
        Its digest as DVC writes it; ends in `.dir` for a folder.
    """
    if not source.exists():
        raise AssayError(f"{source} is not there", fix="name a file or folder")
    with open_stores(root, (), lock=True) as stores:
        from dvc.fs import LocalFileSystem
        from dvc_data.hashfile.build import build
        from dvc_data.hashfile.transfer import transfer

        cache = stores.cache.odb
        staging, _, tree = build(cache, str(source.resolve()), LocalFileSystem(), "md5")
        done = transfer(staging, cache, {tree.hash_info}, shallow=False)
        if done.failed:
            raise AssayError(
                f"{plural(len(done.failed), 'file')} of {source} could not be put into DVC's cache",
                fix="df -h; ls -ld .dvc/cache",
            )
        return str(tree.hash_info.value)


def push_objects(root: Path, oids: Collection[str], remotes: Sequence[str] | None = None) -> Pushed:
    """Push objects from the cache to remotes; a `.dir` brings the files that it lists.

    Raises
    ------
    AssayError
        If the cache lacks an object, or a remote fails; a second call finishes.
    """
    wanted = checked(oids)
    pushed: list[Where] = []
    with open_stores(root, remotes, lock=True) as stores:
        from dvc_data.hashfile.hash_info import HashInfo
        from dvc_data.hashfile.transfer import transfer

        cache = stores.cache.odb
        absent = [oid for oid in wanted if not cache.exists(oid)]
        if absent:
            raise AssayError(
                f"DVC's cache lacks {plural(len(absent), 'object')} to push: {absent[0][:10]}...",
                fix="dvc fetch, then the same command again",
            )
        for store in stores.remotes:
            objects = {HashInfo("md5", oid) for oid in wanted}
            done = transfer(cache, store.odb, objects, shallow=False, cache_odb=cache)
            if done.failed:
                raise AssayError(
                    f"{store.place} did not take {plural(len(done.failed), 'object')} of {len(wanted)}",
                    fix="dvc remote list; then the same command again: it goes on where this one stopped",
                )
            pushed += [Where(store.place, oid) for oid in wanted]
        return Pushed(tuple(pushed), stores.unreachable)
