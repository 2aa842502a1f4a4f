"""The proof of an erasure: search every byte in reach for a value, in any encoding that this tool writes.

The work tree, DVC's cache with its run cache, all remotes, DVC's site cache and every object of git are read,
whatever names them: also what no version refers to. Wrapped files are unwrapped (`unpack`), and all forms of
a value are looked for at once (`forms`). What cannot be read or reached is told beside what was found:
without that, no hits prove nothing. Memory does not grow with the files.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from curate.stage import Progress
from curate.text import mask
from curate.versions.revisions import git
from governance.erasure.forms import Needles
from governance.erasure.git_bytes import git_files, git_objects, paths_of, search_object
from governance.erasure.stores import Store, files_in, open_stores, said
from governance.erasure.unpack import Found, Unreadable, search

# Files of a remote read at a time.
_AT_ONCE = 8


@dataclass(frozen=True, order=True)
class Hit:
    """A value that was found.

    Parameters
    ----------
    place
        `work tree`, `cache`, `remote NAME`, `site cache`, `git objects` or `git files`.
    path
        The file in the place, without the value if its name holds it; of an object of git its id and a path.
    encoding
        How it stands there, from the outermost wrapping in: `gzip: parquet: JSON`.
    value
        The value, masked.
    """

    place: str
    path: str
    encoding: str
    value: str


class Hits(list[Hit]):
    """What was found, sorted; and what was not looked into.

    Parameters
    ----------
    unread
        Files that cannot be read to their end, as (place, path and why).
    unreachable
        Places that cannot be reached, as (place, why).
    files
        How many files and objects were searched.
    """

    def __init__(
        self,
        hits: Iterable[Hit] = (),
        unread: Iterable[tuple[str, str]] = (),
        unreachable: Iterable[tuple[str, str]] = (),
        files: int = 0,
    ) -> None:
        super().__init__(sorted(hits))
        self.unread = tuple(sorted(unread))
        self.unreachable = tuple(unreachable)
        self.files = files


@dataclass
class _Search:
    """A search under way."""

    needles: Needles
    hits: set[Hit] = field(default_factory=set)
    unread: set[tuple[str, str]] = field(default_factory=set)
    files: int = 0

    def add(self, place: str, path: str, found: Found) -> None:
        """Note what a file holds, and what its name does."""
        named = {
            (value, f"file name: {encoding}")
            for value, encoding in self.needles.find(path.encode("utf-8", "surrogateescape"))
        }
        shown = self.needles.masked(path) if found or named else ""
        for value, encoding in found | named:
            self.hits.add(Hit(place, shown, encoding, mask(self.needles.values[value])))

    def look(self, place: str, path: str, read: Callable[[], Found]) -> None:
        """Search one file; one that cannot be read is noted."""
        self.files += 1
        try:
            self.add(place, path, read())
        except Unreadable as error:
            self.add(place, path, error.found)
            self.unread.add((place, f"{self.needles.masked(path)} {error}"))
        except FileNotFoundError:  # removed meanwhile: nothing is left of it
            return
        except OSError as error:
            self.unread.add((place, f"{self.needles.masked(path)} cannot be read: {type(error).__name__}"))

    def files_under(self, place: str, top: Path, apart: Sequence[Path]) -> Iterator[Path]:
        """Plain files under a folder, in order, without the folders that are searched apart. A link that
        leads out is noted, not followed.
        """

        def note(error: OSError) -> None:
            if top.exists():
                at = os.path.relpath(error.filename, top)
                self.unread.add((place, f"{self.needles.masked(at)} cannot be listed"))

        for folder, inner, names in os.walk(top, onerror=note):
            for name in sorted((*inner, *names)):
                path = Path(folder) / name
                if path.is_symlink():
                    target = path.resolve()
                    if not any(target.is_relative_to(known) for known in (top.resolve(), *apart)):
                        at = self.needles.masked(path.relative_to(top).as_posix())
                        self.unread.add((place, f"{at} is a link that leads out, and was not followed"))
                elif path.is_file():
                    yield path
            inner[:] = [name for name in sorted(inner) if (Path(folder) / name).resolve() not in apart]


def scan_bytes(
    root: Path,
    values: Sequence[str],
    *,
    remotes: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Hits:
    """Where any of the values stands in the reach of the project at `root`, in any encoding.

    Parameters
    ----------
    values
        What to look for, as it was written.
    remotes
        Names of the remotes to search; by default all, and none for an empty list.
    progress
        Called with (files and objects searched, how many there are).

    Raises
    ------
    AssayError
        If a value has fewer than four characters, or git cannot list its objects.
    """
    going = _Search(Needles(values))
    with open_stores(root, remotes) as stores:
        unreachable = list(stores.unreachable)
        folders = {"cache": Path(stores.cache.path), "site cache": Path(stores.repo.site_cache_dir)}
        folders |= {store.place: Path(store.path) for store in stores.remotes if store.local}
        own = git(root, "rev-parse", "--absolute-git-dir") or ""
        apart = [folder.resolve() for folder in (*folders.values(), *([Path(own.strip())] if own else []))]
        files = [("work tree", root, path) for path in going.files_under("work tree", root, apart)]
        for place, top in folders.items():
            files += [(place, top, path) for path in going.files_under(place, top, ())]
        files += [("git files", path.parent, path) for path in git_files(root)]
        away: list[tuple[Store, str]] = []
        for store in stores.remotes:
            if not store.local:
                try:
                    away += [(store, path) for path in files_in(store, store.path)]
                except Exception as error:
                    unreachable.append((store.place, f"its files cannot be listed: {said(error)}"))
        total = len(files) + len(away) + _object_count(root)
        for place, top, path in files:
            _tell(progress, going.files, total)
            going.look(place, path.relative_to(top).as_posix(), partial(_read_local, path, going.needles))
        _look_away(going, away, progress, total)
        objects: dict[str, Found] = {}
        for name, kind, content in git_objects(root):
            _tell(progress, going.files, total)
            going.files += 1
            try:
                found = search_object(content, going.needles)
            except Unreadable as error:
                found = error.found
                going.unread.add(("git objects", f"{kind} {name} {error}"))
            if found:
                objects[f"{kind} {name}"] = found
        known = paths_of(root, {named.split()[1] for named in objects})
        for named, found in objects.items():
            at = known.get(named.split()[1], "")
            going.add("git objects", f"{named} ({at})" if at else named, found)
    return Hits(going.hits, going.unread, unreachable, going.files)


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress:
        progress(done, max(done, total))


def _object_count(root: Path) -> int:
    told = git(root, "count-objects", "-v") or ""
    counts = dict(line.split(": ", 1) for line in told.splitlines() if ": " in line)
    return int(counts.get("count", 0)) + int(counts.get("in-pack", 0))


def _read_local(path: Path, needles: Needles) -> Found:
    with path.open("rb") as file:
        return search(file, needles)


def _read_away(store: Store, path: str, needles: Needles) -> Found:
    with store.fs.open(path, "rb") as file:
        content: Any = file
        stream: BinaryIO = content
        return search_object(stream, needles)


def _look_away(
    going: _Search, away: Sequence[tuple[Store, str]], progress: Progress | None, total: int
) -> None:
    """Search files of remotes, several at a time; whatever error a driver raises is noted."""

    def read(one: tuple[Store, str]) -> tuple[Found, str]:
        store, path = one
        try:
            return _read_away(store, path, going.needles), ""
        except Unreadable as error:
            return error.found, str(error)
        except FileNotFoundError:
            return set(), ""
        except Exception as error:
            return set(), f"cannot be read: {type(error).__name__}"

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for (store, path), (found, why) in zip(away, pool.map(read, away), strict=True):
            _tell(progress, going.files, total)
            going.files += 1
            within = path.removeprefix(store.path).lstrip("/")
            going.add(store.place, within, found)
            if why:
                going.unread.add((store.place, f"{going.needles.masked(within)} {why}"))
