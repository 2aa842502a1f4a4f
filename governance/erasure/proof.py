"""The proof of an erasure: every byte in reach is read, in work tree, cache, remotes and git, and what the
tool wrote holds neither a value nor a text of the person.

What git's objects hold is not ours to rewrite, nor are files that the tool never wrote, nor those that the
plan left to a person's hands, nor objects of a shared remote that no commit here names: another branch or
project put them there. They are named in the certificate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from curate.project import Project
from governance.erasure.bytes import scan_bytes
from governance.erasure.everywhere import all_erasures, erasures_elsewhere
from governance.erasure.journal import Journal
from governance.erasure.known import Known, known_objects
from governance.erasure.places import listed
from governance.erasure.stores import Store, open_stores

# What the tool writes in a work tree.
_OURS = (
    "data/",
    "gold/",
    "models/",
    ".models.work/",
    "reports/",
    ".assay/",
    "decisions/",
    "records/",
    ".dvc/",
)
_LOCKS = ("split.lock", "dvc.lock", "dvc.yaml")
_OBJECT = re.compile(r"(?:^|/)([0-9a-f]{2})/([0-9a-f]{30}(?:\.dir)?)$")


@dataclass(frozen=True)
class Left:
    """Where the person still stands: place, path and form of each hit.

    Parameters
    ----------
    ours
        What the tool wrote: the erasure is not done.
    others
        What it has no say in, and what could not be read.
    remote
        Digests of objects that remotes alone have and commits here name: they can still be removed.
    """

    ours: tuple[tuple[str, str, str], ...] = ()
    others: tuple[tuple[str, str, str], ...] = ()
    remote: tuple[str, ...] = ()


def prove(project: Project, values: Sequence[str], journal: Journal) -> Left:
    """Read every byte."""
    if not values:
        return Left()
    by_hand = {place for place, _ in journal.unreachable}
    found = scan_bytes(project.root, values)
    away = {digest for hit in found if hit.place.startswith("remote ") and (digest := _digest(hit.path))}
    known = _known(project.root) if away else Known(frozenset(), frozenset(), frozenset())
    removable = {digest for digest in away if known.may_go(digest)}
    ours, others = [], []
    for hit in found:
        line = (hit.place, hit.path, hit.encoding)
        strange = hit.place.startswith("remote ") and _digest(hit.path) not in removable
        if strange:
            why = "of a gold version that is not whole, so that it could not be rewritten"
            if _digest(hit.path) not in known.named:
                why = "an object that no commit here names: merge, then --again"
            others.append((hit.place, hit.path, why))
        elif _is_ours(hit.place, hit.path, by_hand, journal.kept):
            ours.append(line)
        else:
            others.append(line)
    others += [(place, path, "not read") for place, path in found.unread]
    others += [(place, why, "not reached") for place, why in found.unreachable if place not in by_hand]
    return Left(tuple(ours), tuple(others), tuple(sorted(removable - set(journal.kept))))


def _digest(path: str) -> str:
    match = _OBJECT.search(path)
    return match[1] + match[2] if match else ""


def _is_ours(place: str, path: str, by_hand: set[str], kept: Sequence[str]) -> bool:
    if place.startswith("git") or _digest(path) in kept:
        return False
    if place != "work tree":
        return True
    left = any(path == one or path.startswith(f"{one}/") for one in by_hand)
    return (path.startswith(_OURS) or path in _LOCKS) and not left


def _known(root: Path) -> Known:
    """What may go of remotes; of lists that the cache lacks the remotes are asked."""
    erasures = all_erasures(root, erasures_elsewhere(root))
    with open_stores(root) as stores:

        @cache
        def listing(digest: str) -> dict[str, str]:
            return _entries(stores.every, digest)

        def rewritten(digest: str) -> bool:
            return digest in erasures.twins and all(
                _whole(stores.every, listing(end)) for end in erasures.ends(digest)
            )

        return known_objects(root, erasures, listing, rewritten)


def _whole(stores: Sequence[Store], files: Mapping[str, str]) -> bool:
    return bool(files) and all(
        any(store.fs.exists(path) for store in stores for path in store.paths(digest))
        for digest in files.values()
    )


def _entries(stores: Sequence[Store], digest: str) -> dict[str, str]:
    for store in stores:
        for path in store.paths(digest):
            if store.local and Path(path).is_file():
                return listed(Path(path))
            if not store.local and store.fs.exists(path):
                entries = json.loads(store.fs.cat_file(path))
                return {str(one["relpath"]): str(one["md5"]) for one in entries}
    return {}
