"""What lies in the past beside gold versions: every object that a commit's dvc.lock or .dvc file names, as
input or output, and every state of the raw files that git itself keeps.

Read from git without a checkout: two calls list the states, one reads them. Only what DVC's cache holds can
be searched; of the rest it is counted how many lie in a remote that is a folder here, since other remotes are
not asked without need.
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.strict_yaml import NotYaml, parse_yaml
from curate.versions.revisions import cache_folder, git
from curate.versions.twins import read_erasures
from governance.records.kinds import Erasure
from governance.records.store import read_journal

_MD5 = re.compile(r"[0-9a-f]{32}")
_DIRECTORY = re.compile(r"[0-9a-f]{32}\.dir")
_RAW = "data/raw"


@dataclass(frozen=True)
class Stored:
    """An object of DVC's cache.

    Parameters
    ----------
    oid
        Its digest.
    name
        Path in the project under which a commit names it, of a folder's file with its name there.
    path
        Where it lies.
    """

    oid: str
    name: str
    path: Path


@dataclass(frozen=True)
class Objects:
    """Objects that commits name: those that the cache holds, and how many it lacks, here or in a remote; none
    that an erasure removed everywhere.
    """

    here: tuple[Stored, ...]
    absent: int
    in_remote: int


@dataclass(frozen=True)
class Blob:
    """A state of a raw file that git keeps: its digest there and its path."""

    oid: str
    name: str


def objects(root: Path) -> Objects:
    """Every object that a commit names, each once."""
    named = named_at_all(root)
    try:
        stores = _stores(cache_folder(root))
    except AssayError:
        return Objects((), 0, 0)
    here: list[Stored] = []
    absent: list[str] = []
    for oid, name in sorted(named.items()):
        for one, inner in _files_of(oid, name, stores):
            place = _place(one, stores)
            if place is None:
                absent.append(one)
            elif not one.endswith(".dir"):
                here.append(Stored(one, inner, place))
    remotes = [store for folder in _folder_remotes(root) for store in _stores(folder)]
    gone = _taken_out(root)
    in_remote = {one for one in absent if _place(one, remotes) is not None}
    unique = {one for one in absent if one in in_remote or one not in gone}
    found = {one.oid: one for one in reversed(here)}
    return Objects(
        tuple(sorted(found.values(), key=lambda one: (one.name, one.oid))),
        len(unique),
        len(in_remote),
    )


def _taken_out(root: Path) -> frozenset[str]:
    """Objects that erasures removed: nobody is to fetch them."""
    records = [record.predicate for _, record in read_journal(root).of(Erasure)]
    removed = {
        oid for said in records if isinstance(said, Erasure) for oids in said.removed.values() for oid in oids
    }
    return frozenset(removed | set(read_erasures(root).twins))


def named_at_all(root: Path, *files: str) -> dict[str, str]:
    """Digest -> path of every object that a commit's dvc.lock or .dvc file names.

    Parameters
    ----------
    files
        Other files than these two to read, as git's patterns.
    """
    named: dict[str, str] = {}
    for text, path in _texts(root, *files):
        for oid, name in _named(text, path):
            named.setdefault(oid, name)
    return named


def raw_blobs(root: Path) -> list[Blob]:
    """Every state of files under data/raw in git's history."""
    found = {
        oid: path for oid, path in _states(root, f"./{_RAW}") if not path.endswith((".gitignore", ".dvc"))
    }
    return [Blob(oid, path) for oid, path in sorted(found.items(), key=lambda one: (one[1], one[0]))]


def blob(root: Path, oid: str) -> bytes:
    """The bytes of a state."""
    done = subprocess.run(["git", "cat-file", "blob", oid], cwd=root, capture_output=True, check=False)
    return done.stdout


def _states(root: Path, *paths: str) -> Iterator[tuple[str, str]]:
    """Blob and path of every state of files in all of git's history."""
    told = git(
        root, "log", "--all", "-m", "--root", "--raw", "--no-abbrev", "--no-renames", "--relative", "-z",
        "--format=", "--", *paths,
    )  # fmt: skip
    parts = (told or "").split("\0")
    for head, path in pairwise(parts):
        fields = head.lstrip("\n").split(" ")
        if len(fields) == 5 and head.lstrip("\n").startswith(":") and fields[1].startswith("100"):
            yield fields[3], path


def _texts(root: Path, *files: str) -> Iterator[tuple[str, str]]:
    """Texts of every state of dvc.lock and .dvc files, with their paths."""
    states = dict(_states(root, *(files or ("./dvc.lock", "*.dvc"))))
    if not states:
        return
    asked = "".join(f"{oid}\n" for oid in states).encode()
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=asked, capture_output=True, check=False
    )
    data, place = done.stdout, 0
    for path in states.values():
        end = data.index(b"\n", place)
        size = int(data[place:end].split()[-1])
        yield data[end + 1 : end + 1 + size].decode("utf-8", "replace"), path
        place = end + size + 2


def _named(text: str, path: str) -> Iterator[tuple[str, str]]:
    """Digests that a lock or .dvc file names, with the path of each in the project."""
    try:
        given: Any = parse_yaml(text)
    except NotYaml:
        return
    if not isinstance(given, dict):
        return
    stages = given.get("stages")
    parts = list(stages.values()) if isinstance(stages, dict) else [given]
    folder = "" if isinstance(stages, dict) or "/" not in path else path.rsplit("/", 1)[0] + "/"
    for part in parts:
        for side in ("deps", "outs"):
            entries = part.get(side) if isinstance(part, dict) else None
            for entry in entries if isinstance(entries, list) else []:
                oid = str(entry.get("md5")) if isinstance(entry, dict) else ""
                if _MD5.fullmatch(oid) or _DIRECTORY.fullmatch(oid):
                    yield oid, folder + str(entry.get("path"))


def _files_of(oid: str, name: str, stores: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """The object and, of a folder, its files."""
    yield oid, name
    listing = _place(oid, stores) if oid.endswith(".dir") else None
    if listing is None:
        return
    try:
        entries: list[Mapping[str, Any]] = json.loads(listing.read_text(encoding="utf-8"))
        files = [(str(entry["md5"]), str(entry["relpath"])) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return
    yield from ((md5, f"{name}/{inner}") for md5, inner in files if _MD5.fullmatch(md5))


def _stores(folder: Path) -> list[Path]:
    return [folder / "files" / "md5", folder]  # DVC 2 kept objects at the top


def _place(oid: str, stores: Sequence[Path]) -> Path | None:
    return next((path for store in stores if (path := store / oid[:2] / oid[2:]).exists()), None)


def _folder_remotes(root: Path) -> Iterator[Path]:
    """Remotes that are folders of this machine."""
    home = next((folder / ".dvc" for folder in (root, *root.parents) if (folder / ".dvc").is_dir()), None)
    for name in ("config", "config.local"):
        config = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            config.read(home / name if home else [], encoding="utf-8")
        except configparser.Error:
            continue
        for section in config.sections():
            url = config.get(section, "url", fallback="") if "remote" in section else ""
            if url and "://" not in url and home is not None:
                yield (home / url).resolve()
