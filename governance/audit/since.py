"""What is new, gone or still there since a git revision or since the committed baseline, by keyed ids alone.

The baseline, `decisions/pii-baseline.json`, lists the ids of every value found when it was written, and of
those that stood over policy then: the latter no longer fail the audit, so that only new findings block, as
with secret scanners. A value that policy took out then and keeps now is not excused.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.files import write_json
from curate.pii.decisions import FOLDER
from curate.text import plain

BASELINE = Path(FOLDER) / "pii-baseline.json"
SCHEMA = "assay.pii-baseline/1"
_ID = re.compile(r"[0-9a-f]{24}")


@dataclass(frozen=True)
class Change:
    """Findings (or, against the baseline, values) by what became of them.

    Parameters
    ----------
    than
        What was compared with: a revision's name, or the baseline.
    unit
        `findings` or `values`.
    lines
        `entity, new, gone, persisting`, sorted by entity.
    new
        Ids (finding or value, by `unit`) that were not there before.
    """

    than: str
    unit: str
    lines: pl.DataFrame
    new: frozenset[str]

    @property
    def column(self) -> str:
        """The id column that `new` speaks of."""
        return "finding_id" if self.unit == "findings" else "value_id"

    def totals(self) -> dict[str, int]:
        """`new`, `gone` and `persisting` over all entities."""
        return {name: int(self.lines[name].sum()) for name in ("new", "gone", "persisting")}


@dataclass(frozen=True)
class Baseline:
    """The committed baseline: ids by entity, and the ids that stood over policy."""

    values: pl.DataFrame
    accepted: frozenset[str]


def compare(before: pl.DataFrame, now: pl.DataFrame, than: str, unit: str) -> Change:
    """What changed between two frames with `entity` and the id column of `unit`; repeats of an id count
    once.
    """
    column = "finding_id" if unit == "findings" else "value_id"
    old = before.select(column, "entity").unique(column).with_columns(pl.lit(True).alias("old"))
    new = now.select(column, "entity").unique(column).with_columns(pl.lit(True).alias("now"))
    both = old.join(new, on=[column, "entity"], how="full", coalesce=True).with_columns(
        pl.col("old", "now").fill_null(False)
    )
    lines = (
        both.group_by("entity")
        .agg(
            (pl.col("now") & ~pl.col("old")).sum().cast(pl.Int64).alias("new"),
            (pl.col("old") & ~pl.col("now")).sum().cast(pl.Int64).alias("gone"),
            (pl.col("old") & pl.col("now")).sum().cast(pl.Int64).alias("persisting"),
        )
        .sort("entity")
    )
    return Change(than, unit, lines, frozenset(both.filter(pl.col("now") & ~pl.col("old"))[column]))


def at_revision(root: Path, name: str, now: pl.DataFrame, key_id: str) -> Change:
    """Findings since the commit that `name` means: `data/scan` as `dvc.lock` has it there, from DVC's cache.

    Raises
    ------
    AssayError
        If there is no such revision, its scan is not in the cache, or it was made with another key.
    """
    from curate.versions.revisions import output_files, revision

    at = revision(root, name)
    if at is None:
        raise AssayError(
            f"{plain(name)} is not a git revision of this project",
            fix="git tag; git branch -a; git log --oneline -- dvc.lock",
        )
    files = output_files(root, at, "data/scan", "scan")
    try:
        made_with = json.loads(files["report.json"].read_text(encoding="utf-8")).get("key_id")
        before = pl.read_parquet(files["findings.parquet"], columns=["finding_id", "entity"])
    except (KeyError, ValueError, pl.exceptions.PolarsError) as error:
        raise AssayError(
            f"the scan of {plain(name)} cannot be read: it is of another version of assay",
            fix="choose a later revision",
        ) from error
    if made_with != key_id:
        raise AssayError(
            f"the scan of {plain(name)} was made with key {plain(str(made_with), 16)}, the key now is "
            f"{key_id}: their ids cannot be compared",
            fix="set ASSAY_KEY to the key of that time, or choose a later revision",
        )
    return compare(before, now, plain(name, 60), "findings")


def read_baseline(root: Path, key_id: str) -> Baseline | None:
    """The committed baseline, None if there is none.

    Raises
    ------
    AssayError
        If it cannot be read or was made with another key.
    """
    path = root / BASELINE
    if not path.exists():
        return None
    renew = "assay audit --write-baseline   (accepts what stands now), or: git checkout -- " + str(BASELINE)
    try:
        given: Any = json.loads(path.read_text(encoding="utf-8"))
        ids = [(entity, value) for entity, values in given["values"].items() for value in values]
        accepted = frozenset(given["accepted"])
        sound = (
            given["schema"] == SCHEMA
            and all(_ID.fullmatch(value) for _, value in ids)
            and all(map(_ID.fullmatch, accepted))
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AssayError(f"{BASELINE} is not a baseline (merge conflict?)", fix=renew) from error
    if not sound:
        raise AssayError(f"{BASELINE} is not a baseline of this version of assay", fix=renew)
    if given.get("key_id") != key_id:
        raise AssayError(
            f"{BASELINE} was made with another key than the one now ({key_id}): its ids match nothing",
            fix=renew,
        )
    return Baseline(
        pl.DataFrame(ids, schema={"entity": pl.String, "value_id": pl.String}, orient="row"), accepted
    )


def write_baseline(root: Path, findings: pl.DataFrame, accepted: pl.Series, key_id: str) -> None:
    """Write the baseline: ids of all values in `findings` by entity, and the ids of those that stand over
    policy.
    """
    values = (
        findings.select("entity", "value_id")
        .unique()
        .sort("entity", "value_id")
        .group_by("entity", maintain_order=True)
        .all()
    )
    write_json(
        root / BASELINE,
        {
            "schema": SCHEMA,
            "key_id": key_id,
            "values": dict(values.iter_rows()),
            "accepted": sorted(set(accepted)),
        },
    )
