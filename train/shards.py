"""Trained shards, kept so that an erasure trains only the shard that held the person.

`.assay/shards/<digest>/` holds one shard's adapter under the digest of everything that its training follows:
its rows, parameters, base weights and tokenizer, the code of this package, versions of libraries, the
processor. The same digest gives the same bytes, so what is taken from the store is what training anew would
have made. Nothing else may reach a shard's training: no row of another shard, no validation row.

The store holds weights that learned from people. It is therefore as small as it can be: each run removes
every entry that it did not use, and `forget` removes those that learned from given rows.

Cost: a LoRA of the bundled encoder is 3 MB a shard, of the language model 20 MB.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from curate.files import canonical_json, replacing_folder, write_json
from curate.keys import Key
from curate.project import Project
from curate.sealed_folder import folder_problem, seal_folder
from train.pretrained import versions

SCHEMA = "assay.shard/1"
FILE = "shard.json"
# Folders of a project's `.assay`: the store, and unfinished work of `assay train` with its checkpoints.
FOLDER, UNFINISHED = "shards", "train"
_KIND = "shard"
# Rooms of this package that no training runs through.
_ASIDE = ("judge", "export", "guard")
# Files beside the weights that decide how a model reads and computes.
_BESIDE = ("*.json", "*.txt", "*.model", "*.jinja")


@dataclass(frozen=True)
class Kept:
    """One trained shard: its folder, and what was noted of it beside its weights."""

    folder: Path
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class ShardStore:
    """Trained shards under `folder`, sealed with the project's key where there is one."""

    folder: Path
    key: Key | None = None

    def find(self, digest: str) -> Kept | None:
        """The shard of this digest; None if there is none, or it is not as it was sealed."""
        place = self.folder / digest
        facts = _facts(place)
        if facts is None or folder_problem(place, self.key, _KIND):
            return None
        return Kept(place, facts)

    def keep(
        self, digest: str, rows: Iterable[str], facts: Mapping[str, Any], write: Callable[[Path], None]
    ) -> Kept:
        """Keep a shard, whole or not at all.

        Parameters
        ----------
        rows
            Ids of the rows that it learned from.
        facts
            What is noted of it, JSON-safe.
        write
            Writes its weights into a folder.
        """
        whole = {"schema": SCHEMA, "rows": sorted(rows), **facts}
        place = self.folder / digest
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing_folder(place) as fresh:
            write(fresh)
            write_json(fresh / FILE, whole)
            seal_folder(fresh, self.key, _KIND)
        return Kept(place, whole)

    def keep_only(self, used: Collection[str]) -> None:
        """Remove every shard but these."""
        for place in self._entries():
            if place.name not in used:
                _remove(place)

    def forget(self, rows: Collection[str]) -> list[str]:
        """Remove every shard that learned from one of these rows, and every one that does not say what it
        learned from; returns their digests.
        """
        wanted, gone = set(rows), []
        for place in self._entries():
            facts = _facts(place)
            if facts is None or not wanted.isdisjoint(facts["rows"]):
                _remove(place)
                gone.append(place.name)
        return gone

    def _entries(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.is_dir() else []


@dataclass(frozen=True)
class Forgotten:
    """What `forget` removed: paths in the project."""

    shards: tuple[str, ...]
    unfinished: tuple[str, ...]


def store_of(project: Project, key: Key | None) -> ShardStore:
    """The project's store."""
    return ShardStore(project.root / ".assay" / FOLDER, key)


def forget(project: Project, row_ids: Collection[str]) -> Forgotten:
    """Remove what training left outside `models/` that learned from these rows: kept shards, and the
    checkpoints of a training run that was killed, whatever rows it had.

    The caller holds the project's lock. Done again it removes nothing, and a call that was killed is
    completed by the next.
    """
    home = project.root / ".assay"
    shards = store_of(project, None).forget(row_ids)
    begun = home / UNFINISHED
    unfinished = sorted(path.name for path in begun.iterdir()) if row_ids and begun.is_dir() else []
    for name in unfinished:
        _remove(begun / name)
    return Forgotten(
        tuple(f".assay/{FOLDER}/{name}" for name in shards),
        tuple(f".assay/{UNFINISHED}/{name}" for name in unfinished),
    )


def _facts(place: Path) -> dict[str, Any] | None:
    """What is noted of the shard in a folder; None if nothing whole is there."""
    try:
        facts: Any = json.loads((place / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(facts, dict) and facts.get("schema") == SCHEMA and isinstance(facts.get("rows"), list)
    return facts if whole else None


def _remove(place: Path) -> None:
    """Remove a file or folder; what says whose weights a shard holds goes last, so that a removal that was
    killed is taken up again.
    """
    if place.is_symlink() or not place.is_dir():
        place.unlink(missing_ok=True)
        return
    for path in sorted(place.iterdir()):
        if path.name != FILE:
            _remove(path)
    shutil.rmtree(place)


def digest_of(follows: Mapping[str, Any]) -> str:
    """Digest of what a shard's training follows, together with what every training does."""
    whole = {
        "schema": SCHEMA,
        **follows,
        "versions": _versions(),
        "code": _code(),
        "machine": _machine(),
    }
    return hashlib.sha256(canonical_json(whole).encode("utf-8", "surrogatepass")).hexdigest()


def beside_weights(folder: Path) -> str:
    """Digest of a pretrained model's configuration and tokenizer, which its weights' digest leaves out."""
    paths = sorted({path for pattern in _BESIDE for path in folder.glob(pattern) if path.is_file()})
    return _tree_digest(folder, paths)


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {**versions(), **{name: version(name) for name in ("tokenizers", "safetensors")}}


@cache
def _code() -> str:
    """Digest of this package's code, but for what no training runs through."""
    root = Path(__file__).parent
    paths = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] not in _ASIDE]
    return _tree_digest(root, sorted(paths))


def _machine() -> list[str]:
    """The processor as far as results follow it: its kind, and the instructions that torch uses."""
    import torch

    return [platform.machine(), torch.backends.cpu.get_cpu_capability()]


def _tree_digest(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(f"{path.relative_to(root).as_posix()}\x1f".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
