"""`split.lock`: readable, committed, sealed. It keeps every row on its side as the data grows.

Every unit has a keyed fraction in [0, 1) that never changes. At the first run each stratum's thresholds are
set by rank, so that the wanted share of *its present units* lies below; afterwards the thresholds stand, and
new units fall where they fall.

The lock also keeps a keyed digest of every row held out at the freeze: such a row is held out for good,
whatever its label or group becomes and whatever the thresholds say. The whole is sealed with the project's
key (`curate.seal`), so a threshold edited by hand is refused and not obeyed. 200,000 held-out rows take 4 MB.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from curate.conflicts import refuse_conflict
from curate.errors import AssayError, GateFailed
from curate.files import write_json
from curate.keys import Key
from curate.params import parse
from curate.seal import Standing, problem, seal, standing

LOCK_FILE = "split.lock"
KIND = "split.lock"  # of its seal
FORMAT: Final = "assay.split/2"
OLD_FORMAT: Final = "assay.split/1"  # without digests of the held-out rows, and without a seal
# Two of a million rows share a digest of 8 bytes once in 30 million projects.
ROW_DIGEST = 8
# A stratum with so many units has at least one in test.
ALWAYS_TESTED = 5


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Thresholds(_Entry):
    """A unit whose fraction is below `test` is tested, below `validation` tuned on, else learnt from; `units`
    at the freeze.
    """

    test: float
    validation: float
    units: int


class Frozen(_Entry):
    """The test rows at the freeze: how many, and the keyed digest of their sorted ids."""

    rows: int
    digest: str


class Refrozen(_Entry):
    """A split that was drawn anew on purpose: why, and the keyed digest of the held-out set it replaced."""

    reason: str
    replaced: str


class SplitLock(_Entry):
    """The content of `split.lock`.

    `held_out` holds the keyed digest of each row held out at the freeze, sorted; `refrozen` the earlier
    held-out sets that this one replaced on purpose; `seal` the project's (`curate.seal`).
    """

    format: Literal["assay.split/2", "assay.split/1"] = FORMAT
    seed: int
    shares: dict[str, float]
    key_id: str
    external_held_out: bool
    frozen_test: Frozen
    held_out: tuple[str, ...] = ()
    strata: dict[str, Thresholds]
    refrozen: tuple[Refrozen, ...] = ()
    seal: dict[str, str] = {}

    def sealed(self, key: Key) -> SplitLock:
        """The lock in today's form with the seal of `key`."""
        bare = self.model_copy(update={"format": FORMAT, "key_id": key.key_id})
        return self.model_validate(seal(bare.model_dump(mode="json"), key, KIND))

    def standing(self, key: Key | None) -> Standing:
        """Whether its seal is true."""
        document: dict[str, Any] = self.model_dump(mode="json")
        return standing(document, key, KIND)

    def require_true(self, key: Key) -> None:
        """Fail unless the lock is what was sealed.

        Raises
        ------
        AssayError
            If it is of the old form, naming the command that brings it into today's.
        GateFailed
            If it was changed after it was sealed.
        """
        if self.format == OLD_FORMAT:
            raise AssayError(
                f"{LOCK_FILE} is of the old form, without a seal, and the held-out rows are no longer those "
                "of its freeze: whether somebody edited its thresholds cannot be told",
                fix=f"look at git log -p -- {LOCK_FILE}; if the thresholds are right: assay split --migrate",
            )
        if not (words := problem(self.standing(key), LOCK_FILE)):
            return
        raise GateFailed(
            f"{words}; obeying it could move held-out rows into training",
            fix=f"git checkout -- {LOCK_FILE}; or, to draw a new split on purpose: assay split --refreeze "
            "--reason WHY",
        )


def held_out_digests(ids: Iterable[str], key: Key) -> list[str]:
    """The keyed digests under which held-out rows stand in the lock, in the order of `ids`."""
    return key.digests("held-out-row", ids, length=ROW_DIGEST)


def read_lock(root: Path) -> SplitLock | None:
    """The lock of a project, or None before the first split; whether it is true is for the caller to ask.

    Raises
    ------
    AssayError
        If it is damaged.
    """
    path = root / LOCK_FILE
    if not path.exists():
        return None
    refuse_conflict(path)
    fix = f"bring back the committed one: git checkout -- {LOCK_FILE}"
    try:
        return parse_lock(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise AssayError(f"{path} is not the JSON that `assay split` writes", fix=fix) from None
    except AssayError as error:
        raise AssayError(error.problem, fix=fix) from None


def parse_lock(text: str) -> SplitLock:
    """The lock that a file's text holds.

    Raises
    ------
    ValueError
        If it is not JSON.
    AssayError
        If it is not a lock.
    """
    return parse(SplitLock, json.loads(text), LOCK_FILE)


def write_lock(root: Path, lock: SplitLock) -> None:
    """Write the lock, whole or not at all, unless it says the same already."""
    if read_lock(root) != lock:
        write_json(root / LOCK_FILE, lock.model_dump(mode="json"))


def require_same(
    lock: SplitLock, *, seed: int, shares: dict[str, float], key_id: str, external_held_out: bool
) -> None:
    """Fail if the split asked for is not the frozen one.

    Raises
    ------
    AssayError
        Naming what differs.
    """
    asked = {"seed": seed, "shares": shares, "key_id": key_id, "external_held_out": external_held_out}
    names = {
        "seed": "params.split.seed",
        "shares": "the shares in params.split",
        "key_id": "the secret key",
        "external_held_out": "whether the task card names a held-out file",
    }
    changed = [
        f"{names[field]} ({getattr(lock, field)} frozen, {value} now)"
        for field, value in asked.items()
        if getattr(lock, field) != value
    ]
    if changed:
        raise AssayError(
            f"{LOCK_FILE} froze another split: {'; '.join(changed)}; going on would move rows between "
            f"training and test",
            fix="set it back; or, to start a new split on purpose (earlier scores are then not "
            "comparable): assay split --refreeze --reason WHY",
        )


def freeze(fractions: NDArray[np.float64], test: float, validation: float) -> Thresholds:
    """Thresholds that put the wanted shares of these units on each side.

    Parameters
    ----------
    fractions
        float64 (units,): each unit's fraction in [0, 1).
    test, validation
        Shares of the units; counts are rounded half up, and a stratum of `ALWAYS_TESTED` units has one in
        test.
    """
    ordered = np.sort(fractions)
    count = len(ordered)
    tested = int(np.floor(count * test + 0.5 + 1e-9))
    if test > 0 and count >= ALWAYS_TESTED:
        tested = max(tested, 1)
    held_out = max(tested, int(np.floor(count * (test + validation) + 0.5 + 1e-9)))
    below = _between(ordered, tested, test)
    return Thresholds(
        test=below, validation=max(below, _between(ordered, held_out, test + validation)), units=count
    )


def _between(ordered: NDArray[np.float64], below: int, share: float) -> float:
    """A threshold with exactly `below` of the units under it: the share itself where it serves, else midway
    between neighbours.

    The share is what later units should meet, so it is better than midway wherever it parts the present units
    rightly.
    """
    low = float(ordered[below - 1]) if below else 0.0
    high = float(ordered[below]) if below < len(ordered) else 1.0
    if (low < share or not below) and share <= high:
        return share
    return (low + high) / 2 if below else high / 2
