"""Which `.dvc` files an erasure writes anew, and which data it leaves to a person's hands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from governance.erasure.places import listed
from governance.erasure.pointers import Pointer, listed_in
from governance.erasure.raw_plan import RawPlan


@dataclass(frozen=True)
class Tracked:
    """See the module.

    Parameters
    ----------
    rewritten
        `.dvc` files' outputs, each with the files that it keeps.
    by_hand
        What somebody has to edit: path and why.
    kept
        Objects that stay until then.
    """

    rewritten: tuple[tuple[Pointer, tuple[str, ...]], ...]
    by_hand: tuple[tuple[str, str], ...]
    kept: frozenset[str]


def track(
    root: Path,
    by_dvc: Sequence[Pointer],
    raw: Sequence[RawPlan],
    gone: Collection[str],
    stored: Mapping[str, Path],
    holds: Callable[[Path], bool | None],
) -> Tracked:
    """Decide on each output.

    Parameters
    ----------
    gone
        Objects that hold the person.
    stored
        Those of the cache, by digest.
    holds
        Whether a file does.
    """
    rewritten: list[tuple[Pointer, tuple[str, ...]]] = []
    by_hand: list[tuple[str, str]] = []
    kept: set[str] = set()
    for pointer in by_dvc:
        theirs = [one for one in raw if pointer.covers(one.path)]
        files = listed_in(root, pointer, listed(stored[pointer.digest]) if pointer.digest in stored else ())
        if any(one.edited is not None for one in theirs):
            rewritten.append((pointer, tuple(files)))
            continue
        if pointer.digest not in gone:
            continue
        # What somebody has edited already, and not yet told DVC.
        if not theirs and files and all(holds(root / file) is False for file in files):
            rewritten.append((pointer, tuple(files)))
            continue
        kept.update(_named(pointer, stored))
        if not theirs:
            by_hand.append((pointer.out, _why(pointer, bool(files))))
    return Tracked(tuple(rewritten), tuple(by_hand), frozenset(kept))


def _named(pointer: Pointer, stored: Mapping[str, Path]) -> Iterator[str]:
    yield pointer.digest
    if pointer.digest in stored and pointer.digest.endswith(".dir"):
        yield from listed(stored[pointer.digest]).values()


def _why(pointer: Pointer, here: bool) -> str:
    if not here:
        return f"it is not here: dvc checkout {pointer.file}, then the same command again"
    return f"ingest does not read it: take them out, then: dvc add {pointer.out}"
