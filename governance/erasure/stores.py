"""Every store in which DVC keeps a project's objects: its cache and the remotes that can be reached.

A remote that cannot be reached, has no driver installed or keeps files in a way that DVC itself cannot remove
from is named with the reason; none is passed over. DVC's own configuration and drivers are used, so that
whatever `dvc push` can write to can be removed from. Opening DVC takes a second; a remote is asked once
whether it answers.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from curate.errors import AssayError
from curate.text import plain
from curate.versions.revisions import git

# What DVC calls an object: an MD5, with `.dir` for the list of a folder's files.
OID = re.compile(r"[0-9a-f]{32}(?:\.dir)?")
# Seconds after which a remote that does not answer counts as out of reach: a connection that a firewall
# swallows would else be tried for many minutes.
PATIENCE = 60.0
# Name and password in an address.
_LOGIN = re.compile(r"(?<=//)[^/@\s]*@")
# Object stores that may keep what was deleted (soft delete, generations), which their drivers do not show.
_MAY_KEEP = {"gs", "azure", "oss", "gdrive"}

T = TypeVar("T")


@dataclass(frozen=True)
class Store:
    """A place where DVC keeps objects.

    Parameters
    ----------
    place
        What a report calls it: `cache` or `remote NAME`.
    fs
        DVC's file system over it.
    path
        Its top folder; objects lie in `files/md5`, those of DVC 2 at the top, the run cache in `runs`.
    odb
        DVC's object database over `files/md5`.
    keeps_versions
        Whether it is an S3 bucket that keeps the versions of what is deleted.
    """

    place: str
    fs: Any
    path: str
    odb: Any
    keeps_versions: bool = False

    @property
    def local(self) -> bool:
        """Whether it is a folder of this machine."""
        return bool(self.fs.protocol == "local")

    @property
    def runs(self) -> str:
        """The run cache's folder."""
        return str(self.fs.join(self.path, "runs"))

    def paths(self, oid: str) -> tuple[str, ...]:
        """Where an object lies if it is here: by DVC 3, by DVC 2, and unpacked by DVC 0 and 1."""
        modern = self.fs.join(self.path, "files", "md5", oid[:2], oid[2:])
        legacy = self.fs.join(self.path, oid[:2], oid[2:])
        return (modern, legacy, f"{legacy}.unpacked") if oid.endswith(".dir") else (modern, legacy)


def exists(store: Store, path: str) -> bool:
    """Whether a file or folder is there. Only the store's own word for absence counts as absence: fsspec's
    `exists` takes any error for it.
    """
    store.fs.fs.invalidate_cache()
    try:
        store.fs.info(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def files_in(store: Store, folder: str) -> list[str]:
    """Every file under a folder of a store, in order; none where the folder is absent.

    A folder that cannot be listed raises: fsspec's `find` passes over it on everything but object stores.
    """
    from dvc_objects.fs.base import ObjectFileSystem

    if isinstance(store.fs, ObjectFileSystem):
        return sorted(store.fs.find(folder))
    if not exists(store, folder):
        return []
    if store.local:  # DVC's walk over a local folder has no word for errors
        walked = os.walk(folder, onerror=_refuse)
    else:
        walked = store.fs.fs.walk(folder, on_error="raise")
    return sorted(store.fs.join(at, name) for at, _, names in walked for name in names)


def _refuse(error: OSError) -> None:
    raise error


@dataclass(frozen=True)
class Stores:
    """What DVC can reach of a project.

    Parameters
    ----------
    repo
        DVC's own `Repo`.
    cache
        The local cache.
    remotes
        Those that answer.
    unreachable
        The others, each with the reason.
    """

    repo: Any
    cache: Store
    remotes: tuple[Store, ...]
    unreachable: tuple[tuple[str, str], ...]

    @property
    def every(self) -> tuple[Store, ...]:
        """The cache, then the remotes."""
        return (self.cache, *self.remotes)


@contextmanager
def open_stores(root: Path, remotes: Sequence[str] | None = None, *, lock: bool = False) -> Iterator[Stores]:
    """The cache and the remotes of the project at `root`, for as long as the block runs.

    Parameters
    ----------
    remotes
        Names of remotes; by default all that DVC's configuration names.
    lock
        Whether DVC's own lock is held meanwhile, so that no `dvc repro` or `dvc push` runs beside.

    Raises
    ------
    AssayError
        If DVC is not installed, `root` is in no DVC repository, a remote has no such name, or DVC is busy.
    """
    with _repo(root) as repo:
        configured = sorted(repo.config["remote"])
        wanted = configured if remotes is None else list(dict.fromkeys(remotes))
        for name in wanted:
            if name not in configured:
                raise AssayError(
                    f"DVC has no remote called {plain(name)}",
                    fix=f"dvc remote list   (there are: {plain(', '.join(configured)) or 'none'})",
                )
        cache = Store("cache", repo.cache.legacy.fs, str(repo.cache.legacy.path), repo.cache.local)
        found: list[Store] = []
        unreachable: list[tuple[str, str]] = []
        for name in wanted:
            store, why = _remote(repo, name)
            if store is not None:
                found.append(store)
            unreachable += [(f"remote {name}", reason) for reason in why]
        if remotes is None:
            unreachable += earlier_remotes(root, repo)
        with _held(repo) if lock else _free():
            yield Stores(repo, cache, tuple(found), tuple(unreachable))


@contextmanager
def _repo(root: Path) -> Iterator[Any]:
    try:
        from dvc.exceptions import NotDvcRepoError
        from dvc.repo import Repo
    except ImportError as error:
        raise AssayError(
            "DVC is not installed, and its objects are asked for", fix="pip install 'assay[pipeline]'"
        ) from error
    try:
        repo = Repo(str(root))
    except NotDvcRepoError as error:
        raise AssayError(f"{root} is in no DVC repository", fix="dvc init") from error
    try:
        yield repo
    finally:
        repo.close()


@contextmanager
def _free() -> Iterator[None]:
    yield


@contextmanager
def _held(repo: Any) -> Iterator[None]:
    from dvc.lock import LockError

    busy = AssayError(
        "another DVC command runs in this project, and might bring back what is removed",
        fix="wait until it ends, then the same command again",
    )
    try:
        repo.lock.lock()
    except LockError as error:
        raise busy from error
    try:
        if _at_work(Path(repo.tmp_dir)):
            raise busy
        yield
    finally:
        repo.lock.unlock()


def _at_work(folder: Path) -> bool:
    """Whether a stage runs: DVC lets its lock go meanwhile, and notes who reads and writes what."""
    psutil: Any = import_module("psutil")  # which DVC brings, without types

    try:
        noted = json.loads((folder / "rwlock").read_text(encoding="utf-8"))
        writing = [one["pid"] for one in noted.get("write", {}).values()]
        reading = [one["pid"] for readers in noted.get("read", {}).values() for one in readers]
    except FileNotFoundError:
        return False
    except (ValueError, KeyError, TypeError, AttributeError):
        return True  # what cannot be read may be a run
    return any(psutil.pid_exists(pid) for pid in (*writing, *reading))


@contextmanager
def dvc_held(root: Path) -> Iterator[None]:
    """Hold DVC's lock, so that no DVC command changes the work tree meanwhile.

    Raises
    ------
    AssayError
        If DVC is busy.
    """
    with _repo(root) as repo, _held(repo):
        yield


def _remote(repo: Any, name: str) -> tuple[Store | None, list[str]]:
    """A remote as a store, None if out of reach; and what of it cannot be reached."""
    try:
        remote = repo.cloud.get_remote(name)
    except ImportError as error:  # says which package to install
        return None, [said(error)]
    except Exception as error:
        return None, [f"DVC cannot open it: {said(error)}"]
    protocol = str(remote.fs.protocol)
    if getattr(remote.fs, "version_aware", False) or remote.worktree:
        return None, ["it keeps files under their own names and versions, from which DVC cannot remove"]
    if protocol in ("http", "https"):
        return None, ["nothing can be removed over HTTP"]
    store = Store(f"remote {name}", remote.fs, str(remote.path), remote.odb)
    try:
        why, versioned = _in_time(lambda: _answers(store))
    except Exception as error:
        return None, [f"it does not answer: {said(error)}"]
    if why:
        return None, [why]
    notes = []
    if protocol in _MAY_KEEP:
        notes.append("the object store may keep what is deleted for a while (soft delete); not looked into")
    return Store(store.place, store.fs, store.path, store.odb, versioned), notes


def _answers(store: Store) -> tuple[str, bool]:
    """Why a remote is out of reach (empty if it is not), and whether it keeps versions of what is deleted."""
    if store.fs.protocol == "s3":
        bucket = store.path.split("/", 1)[0]
        store.fs.fs.call_s3("head_bucket", Bucket=bucket)
        kept = store.fs.fs.call_s3("get_bucket_versioning", Bucket=bucket).get("Status", "")
        return "", kept in ("Enabled", "Suspended")
    try:
        store.fs.info(store.path)
    except FileNotFoundError:
        return "its folder does not exist: not mounted, or never pushed to", False
    return "", False


def _in_time(work: Callable[[], T]) -> T:
    """What `work` returns; `TimeoutError` if it takes longer than `PATIENCE`."""
    outcome: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(work())
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(PATIENCE)
    if failed:
        raise failed[0]
    if not outcome:
        raise TimeoutError(f"no answer within {PATIENCE:g} seconds")
    return outcome[0]


def said(error: BaseException) -> str:
    """An error in one line, without the name and password that an address may hold."""
    return plain(_LOGIN.sub("", str(error) or type(error).__name__), 300)


def earlier_remotes(root: Path, repo: Any) -> list[tuple[str, str]]:
    """Remotes that an earlier commit's `.dvc/config` names and today's configuration does not."""
    home = Path(repo.dvc_dir)
    today = {str(one["url"]).rstrip("/") for one in repo.config["remote"].values()}
    commits = git(home, "log", "--all", "--format=%H", "--", "config") or ""
    lost: dict[str, str] = {}
    for commit in commits.split():
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            parser.read_string(git(home, "show", f"{commit}:./config") or "")
        except configparser.Error:
            continue
        for section in parser.sections():
            name = re.fullmatch(r"""['"]?remote "(.+)"['"]?""", section)
            url = parser.get(section, "url", fallback="").rstrip("/")
            if name is None or not url or url in today or _absolute(home, url) in today:
                continue
            lost.setdefault(_LOGIN.sub("", url), name[1])
    return [
        (
            f"remote {plain(name)} of earlier commits",
            f"today's configuration does not name {plain(url)}: dvc remote add --local NAME URL, then the "
            "same command again",
        )
        for url, name in sorted(lost.items())
    ]


def _absolute(home: Path, url: str) -> str:
    """A relative folder as DVC reads it: from the folder of the configuration."""
    return url if "://" in url else str((home / url).resolve())
