"""Versions that were rewritten without somebody: which digest stands for which, and what was taken out.

An erasure leaves one committed file under `decisions/erasures/`, named by the SHA-256 of its canonical JSON.
It maps DVC's digest of each gold folder that held the person to that of its twin: the same version without
their rows. A commit of the past names the old digest in its dvc.lock for ever, so whoever reads an old
version asks here first, in the files of today. Two branches that erase the same person write the same file;
two that erase different ones leave two twins of one version, which `assay erase --again` makes one.

The files hold digests alone: of rows keyed ones, which nobody without the project's key can look up.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from curate.keys import Key

FOLDER = "decisions/erasures"
SCHEMA = "assay.erasure/1"
_STORED = re.compile(r"[0-9a-f]{32}\.dir")
_NAME = re.compile(r"[0-9a-f]{64}\.json")
# Bytes of the keyed digest of an erased row's id; two of a million share one once in 10^17 projects.
_ROW = 12


@dataclass(frozen=True)
class Erasures:
    """All erasures of a project.

    Parameters
    ----------
    names
        Of the files, sorted.
    twins
        DVC's digest of a gold folder -> the digests of its twins.
    learned
        Content digests of versions out of whose training or validation rows somebody was taken: whatever
        learned from one of them has seen that person.
    rows
        Keyed digests (`row_digests_of`) of the ids of all rows taken out.
    changed
        The same of rows that stayed without a value.
    contents
        Content digest of a version -> that of its twin.
    """

    names: tuple[str, ...] = ()
    twins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    learned: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    contents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ends(self, stored: str) -> tuple[str, ...]:
        """What stands for `stored` today, sorted: itself where it was never rewritten."""
        waiting, seen, ends = [stored], {stored}, set()
        while waiting:
            one = waiting.pop()
            further = [twin for twin in self.twins.get(one, ()) if twin not in seen]
            if one not in self.twins:
                ends.add(one)
            seen.update(further)
            waiting += further
        return tuple(sorted(ends or {stored}))

    def before(self, content: str) -> tuple[str, ...]:
        """Content digests of the versions that the one called `content` stands for, sorted."""
        found: set[str] = set()
        waiting = [content]
        while waiting:
            one = waiting.pop()
            olds = [old for old, news in self.contents.items() if one in news and old not in found]
            found.update(olds)
            waiting += olds
        return tuple(sorted(found - {content}))

    @property
    def parted(self) -> tuple[str, ...]:
        """Versions with more than one twin, each of which lacks what another erasure took out."""
        return tuple(sorted(stored for stored in self.twins if len(self.ends(stored)) > 1))


def row_digests_of(ids: Sequence[str], key: Key) -> list[str]:
    """The keyed digests under which erased rows are remembered, in the order of `ids`."""
    return key.digests("erased-row", ids, length=_ROW)


def read_erasures(root: Path) -> Erasures:
    """The erasures of the project at `root`; none if there is no folder.

    Raises
    ------
    AssayError
        Naming the first file that is not what its name says, or not an erasure.
    """
    twins: dict[str, set[str]] = {}
    contents: dict[str, set[str]] = {}
    learned: set[str] = set()
    rows: set[str] = set()
    changed: set[str] = set()
    names = []
    for name, document in _documents(root):
        names.append(name)
        learned |= set(document["learned"])
        rows |= set(document["rows"])
        changed |= set(document["changed"])
        for into, entries in ((twins, document["twins"]), (contents, document["contents"])):
            for before, after in entries.items():
                into.setdefault(before, set()).add(after)
    return Erasures(
        tuple(names),
        {before: tuple(sorted(after)) for before, after in twins.items()},
        frozenset(learned),
        frozenset(rows),
        frozenset(changed),
        {before: tuple(sorted(after)) for before, after in contents.items()},
    )


@dataclass(frozen=True)
class Gone:
    """Which rows erasures took out of a project, or changed; a project's key tells.

    Parameters
    ----------
    erasures
        Of the project as it stands today.
    key
        None where it is not here: then nothing is known.
    """

    erasures: Erasures = field(default_factory=Erasures)
    key: Key | None = None

    def out(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that were taken out."""
        return self._among(ids, self.erasures.rows)

    def changed(self, ids: Sequence[str]) -> list[str]:
        """Those of `ids` that lost a value."""
        return self._among(ids, self.erasures.changed)

    def _among(self, ids: Sequence[str], digests: frozenset[str]) -> list[str]:
        if not digests or self.key is None:
            return []
        made = row_digests_of(ids, self.key)
        return [one for one, digest in zip(ids, made, strict=True) if digest in digests]


def standing_for(root: Path, stored: str, store: Path) -> str:
    """DVC's digest of what stands for the gold folder `stored` today: its twin where it has one.

    Where two branches made different twins, one whose list of files lies in `store` goes before.
    """
    ends = read_erasures(root).ends(stored)
    here = [end for end in ends if (store / end[:2] / end[2:]).exists()]
    return (here or list(ends))[0]


def _documents(root: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    folder = root / FOLDER
    if not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        content = b"" if path.is_symlink() else path.read_bytes()
        if not _NAME.fullmatch(path.name) or hashlib.sha256(content).hexdigest() != path.stem:
            raise AssayError(
                f"{FOLDER}/{path.name} is not what its name says: it was changed, renamed, or is a link",
                fix=f"git checkout -- {FOLDER}",
            )
        try:
            document = json.loads(content)
        except (ValueError, RecursionError):
            document = None
        if not _fits(document):
            raise AssayError(
                f"{FOLDER}/{path.name} is not an erasure of schema {SCHEMA}",
                fix="update assay; or see who wrote it: git log -- " + FOLDER,
            )
        yield path.stem, document


def _fits(document: Any) -> bool:
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        return False
    maps = [document.get("twins"), document.get("contents")]
    lists = [document.get(name) for name in ("learned", "rows", "changed")]
    return (
        all(isinstance(one, dict) and all(isinstance(part, str) for part in one.values()) for one in maps)
        and all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in lists)
        and all(_STORED.fullmatch(part) for pair in document["twins"].items() for part in pair)
    )


def document_of(
    twins: Mapping[str, str],
    contents: Mapping[str, str],
    learned: Iterable[str],
    rows: Iterable[str],
    changed: Iterable[str],
) -> tuple[str, bytes]:
    """The file of an erasure: its name without suffix, and its bytes."""
    from curate.files import canonical_json  # which loads polars; whoever reads a version does without

    document = {
        "schema": SCHEMA,
        "twins": dict(twins),
        "contents": dict(contents),
        "learned": sorted(set(learned)),
        "rows": sorted(set(rows)),
        "changed": sorted(set(changed)),
    }
    content = canonical_json(document).encode()
    return hashlib.sha256(content).hexdigest(), content
