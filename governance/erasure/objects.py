"""Remove objects from DVC's cache, its run cache and every remote that can be reached, for good.

`dvc gc` keeps what is named and drops the rest; here the named objects go and all others stay. An object is
looked for under both layouts (DVC 3 and 2) and by asking each store for it, so that an error of the store is
never taken for absence; what was removed is asked for again, since object stores report a refused deletion
in passing only. Removing twice is fine. Cost: two requests an object and store, sixteen at a time.

DVC's index of what a remote holds, in its site cache, is cleared, since it would be wrong; it and DVC's state
hold digests and paths, never rows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from curate.errors import AssayError
from curate.stage import Progress
from curate.text import plain, plural
from governance.erasure.experiments import remove_experiments, remove_scratch
from governance.erasure.stores import OID, Store, exists, files_in, open_stores, said
from governance.erasure.versions_kept import remove_versions
from governance.erasure.where import Removed, Where

# Requests to a remote at a time, and objects that are removed in one.
_AT_ONCE, _BATCH = 16, 500

T = TypeVar("T")
R = TypeVar("R")


class NotAllRemoved(AssayError):
    """A store failed half-way.

    Parameters
    ----------
    done
        What was removed all the same, from this store and the others.
    """

    def __init__(self, problem: str, done: Removed) -> None:
        super().__init__(problem, fix="the same command again: it goes on where this one stopped")
        self.done = done


def checked(oids: Iterable[str]) -> list[str]:
    """The digests, each once and in order.

    Raises
    ------
    AssayError
        If one is not a digest: it could name a file outside the store.
    """
    found = sorted(set(oids))
    for oid in found:
        if not OID.fullmatch(oid):
            raise AssayError(
                f"{plain(oid)} is not a digest of DVC's", fix="32 hex digits, with .dir for folders"
            )
    return found


def remove_objects(
    root: Path,
    oids: Collection[str],
    *,
    remotes: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Removed:
    """Remove objects from DVC's cache, its run cache, experiments, `.dvc/tmp` and the remotes.

    Parameters
    ----------
    root
        Folder of the project.
    oids
        Digests as DVC writes them. Of a folder's `.dir` only the list of its files goes: name the files too.
    remotes
        Names of the remotes to remove from; by default all, and none for an empty list.
    progress
        Called with (stores done, stores).

    Raises
    ------
    NotAllRemoved
        If a store fails half-way, after the others were removed from; `done` says what was removed.
    AssayError
        If another DVC command runs, or a digest or remote is not one.
    """
    wanted = checked(oids)
    removed: list[Where] = []
    failures: list[str] = []
    with open_stores(root, remotes, lock=True) as stores:
        unreachable = list(stores.unreachable)
        removed += remove_scratch(root, Path(stores.repo.tmp_dir))
        for number, store in enumerate(stores.every):
            if progress:
                progress(number, len(stores.every))
            done = len(removed)
            try:
                # One by one: what is removed when the store fails is known.
                removed.extend(_remove_runs(store, wanted))
                for where in _remove(store, wanted):
                    removed.append(where)
                if store.keeps_versions:
                    unreachable += remove_versions(store, wanted, removed)
            except Exception as error:
                gone = plural(len(removed) - done, "object")
                failures.append(f"{store.place} failed after {gone} were removed: {said(error)}")
            finally:
                _forget_index(store)
        removed += remove_experiments(root, wanted)
    result = Removed(tuple(removed), tuple(unreachable))
    if failures:
        raise NotAllRemoved("; ".join(failures), result)
    return result


def _remove(store: Store, oids: Sequence[str]) -> Iterator[Where]:
    """Remove objects from one store, and make sure that they are gone."""
    places = [(path, oid) for oid in oids for path in store.paths(oid)]
    there = [place for place, found in _each(lambda place: exists(store, place[0]), places, store) if found]
    for start in range(0, len(there), _BATCH):
        batch = there[start : start + _BATCH]
        if store.local:
            for path, oid in batch:
                _remove_local(Path(path))
                yield Where(store.place, oid)
            continue
        store.fs.rm([path for path, _ in batch], recursive=any(p.endswith(".unpacked") for p, _ in batch))
        stays = []
        for (_, oid), found in _each(lambda place: exists(store, place[0]), batch, store):
            if found:
                stays.append(oid)
            else:
                yield Where(store.place, oid)
        if stays:
            raise OSError(
                f"it refused to remove {plural(len(stays), 'object')}, {stays[0][:10]}... among them"
            )
    if store.local:
        yield from _remove_half_made(store, oids)


def _remove_local(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        import shutil

        shutil.rmtree(path)
        return
    try:
        path.unlink(missing_ok=True)
    except PermissionError:
        path.chmod(0o644)  # DVC protects objects; Windows does not remove what is read-only
        path.unlink(missing_ok=True)


def _remove_half_made(store: Store, oids: Sequence[str]) -> Iterator[Where]:
    """Remove what a DVC that was killed left of these objects: `OID.RANDOM.tmp` beside them."""
    for oid in oids:
        for path in store.paths(oid):
            for left in sorted(Path(path).parent.glob(f"{Path(path).name}.*.tmp")):
                left.unlink()
                yield Where(store.place, oid, left.name)


def _remove_runs(store: Store, oids: Sequence[str]) -> Iterator[Where]:
    """Remove the run cache's entries that name an object: DVC would restore outputs by them."""
    wanted = set(oids)
    entries = files_in(store, store.runs)
    for path, content in _each(lambda entry: _content(store, entry), entries, store):
        named = wanted.intersection(OID.findall(content.decode("utf-8", "replace")))
        if not named:
            continue
        store.fs.rm(path)
        if store.local:
            parent = Path(path).parent
            if not any(parent.iterdir()):  # DVC 3 fails on an empty folder of its run cache
                parent.rmdir()
        key = "/".join(str(path).replace("\\", "/").split("/")[-2:])
        yield from (Where(f"run cache of {store.place}", oid, key) for oid in sorted(named))


def _content(store: Store, path: str) -> bytes:
    try:
        return bytes(store.fs.cat_file(path))
    except FileNotFoundError:  # removed by somebody else meanwhile
        return b""


def _each(work: Callable[[T], R], items: Sequence[T], store: Store) -> Iterator[tuple[T, R]]:
    """Each item with its answer, in order; several requests at a time to a remote."""
    if store.local:
        yield from ((item, work(item)) for item in items)
        return
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from zip(items, pool.map(work, items), strict=True)


def _forget_index(store: Store) -> None:
    """Clear DVC's index of what a remote holds: `dvc push` and `dvc status` would trust it."""
    from dvc_data.hashfile.db import get_index

    index = get_index(store.odb)
    index.clear()
    index.close()
