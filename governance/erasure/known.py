"""Which objects an erasure may remove: those that something here names, so that it is known what they are of,
but none of a gold version that has no rewritten form.

Whatever else holds the person is left and told: another branch, clone or project may have no other copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from curate.versions.revisions import cache_folder
from curate.versions.twins import Erasures
from governance.erasure.past import Past, digests_named, is_gold, named_as_gold
from governance.erasure.places import listed
from governance.erasure.pointers import Pointer
from governance.erasure.stores import OID, open_stores

Listing = Callable[[str], Mapping[str, str]]


@dataclass(frozen=True)
class Known:
    """See the module.

    Parameters
    ----------
    named
        Every object that something names, by itself or in a folder's list.
    spared
        Gold folders without a rewritten form, and their files.
    safe
        Gold folders with one, and their files.
    """

    named: frozenset[str]
    spared: frozenset[str]
    safe: frozenset[str]

    def may_go(self, digest: str) -> bool:
        """Whether an object that holds the person may be removed."""
        return digest in self.safe or (digest in self.named and digest not in self.spared)


def known_objects(
    root: Path,
    erasures: Erasures,
    listing: Listing,
    rewritten: Callable[[str], bool],
    further: Iterable[str] = (),
) -> Known:
    """Follow all names.

    Parameters
    ----------
    listing
        The files of a folder's list, by name; empty where it is nowhere.
    rewritten
        Whether a gold folder has a rewritten form that can be read.
    further
        Objects of which it is known what they are of: gold folders by their list, others by a pointer.
    """
    golds = {
        *named_as_gold(root),
        *erasures.twins,
        *(one for all_ in erasures.twins.values() for one in all_),
    }
    digests = {*digests_named(root), *_here(root), *golds, *further}
    named, spared, safe = set(digests), set[str](), set[str]()
    for digest in digests:
        if not digest.endswith(".dir"):
            continue
        files = listing(digest)
        named.update(files.values())
        if digest in golds or is_gold(files):
            (safe if rewritten(digest) else spared).update((digest, *files.values()))
    return Known(frozenset(named), frozenset(spared), frozenset(safe))


def planned(
    root: Path,
    erasures: Erasures,
    past: Past,
    stored: Mapping[str, Path],
    versions: Collection[str],
    pointers: Iterable[Pointer],
) -> Known:
    """What may go when the gold folders `versions` are rewritten, and lists lie in `stored`."""

    def listing(digest: str) -> Mapping[str, str]:
        return listed(stored[digest]) if digest in stored else {}

    def rewritten(digest: str) -> bool:
        old = digest in erasures.twins and all(end in past.gold for end in erasures.ends(digest))
        return old or digest in versions

    golds = [digest for digest in stored if digest.endswith(".dir") and is_gold(listing(digest))]
    return known_objects(root, erasures, listing, rewritten, [*golds, *(one.digest for one in pointers)])


def _here(root: Path) -> set[str]:
    """What dvc.lock of the work tree and DVC's run cache name."""
    runs = cache_folder(root) / "runs"
    paths = [root / "dvc.lock", *(path for path in sorted(runs.rglob("*")) if path.is_file())]
    found: set[str] = set()
    for path in paths:
        if path.is_file():
            found.update(OID.findall(path.read_text(encoding="utf-8", errors="replace")))
    return found


def bring(root: Path, erasures: Erasures, stored: Mapping[str, Path], into: Path) -> dict[str, Path]:
    """Copy what is named here and remotes alone have, to be looked into: digest -> copy."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    old = [*erasures.twins, *(one for all_ in erasures.twins.values() for one in all_)]
    waiting = sorted({*digests_named(root), *old})
    brought: dict[str, Path] = {}
    seen: set[str] = set()
    with open_stores(root) as stores:
        while waiting:
            digest = waiting.pop()
            if digest in seen:
                continue
            seen.add(digest)
            path = stored.get(digest)
            if path is None:
                for store in stores.remotes:
                    found = next((one for one in store.paths(digest)[:2] if store.fs.exists(one)), None)
                    if found is not None:
                        path = brought[digest] = into / digest
                        with store.fs.open(found, "rb") as source, path.open("wb") as target:
                            shutil.copyfileobj(source, target)
                        break
            if path is not None and digest.endswith(".dir"):
                waiting += listed(path).values()
    return brought
