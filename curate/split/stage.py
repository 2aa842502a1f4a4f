"""Stage `split`: train, validation or test for each row, so that a row never changes side when data grows.

The unit is the group where one is declared, else the row. A unit's fraction is a keyed hash of its name and
the seed, and falls under thresholds kept in `split.lock`. Rows without a group are stratified (by label; for
other kinds by language and source), so each stratum's shares are exact at the freeze. Groups share one
stratum, since a group's labels may change.

Rows of one text that stay in spite of it (two outputs of one input) go to one side; see `together`.

Rows of an external held-out file are the whole test set; a training row of a held-out row's group is dropped
as `group_leak`. A row that was held out at the freeze is held out for good, and the rest of its unit with it.
Another row's side can change if its stratum does (its label is corrected) and never otherwise.

Reads `data/validate` and the clusters of `data/dedup`, writes `data/split` with `assignments` (`example_id,
split`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.engine import Part, current, together
from curate.examples import EXAMPLES, conform, ledger
from curate.files import read_stage_frame
from curate.keys import Key
from curate.project import Project
from curate.provenance import begin
from curate.split.lock import (
    OLD_FORMAT,
    Frozen,
    Refrozen,
    SplitLock,
    Thresholds,
    freeze,
    held_out_digests,
    read_lock,
    require_same,
    write_lock,
)
from curate.split.params import SplitParams
from curate.split.together import side_together
from curate.splits import SPLITS
from curate.stage import Progress, StageResult, stage_parts, write_stage
from curate.task import Kind

# The stratum of all groups; row strata carry a prefix, so no label can be taken for it.
GROUPS = "groups"


def run(
    project: Project,
    progress: Progress | None = None,
    refreeze: str | None = None,
    migrate: bool = False,
) -> dict[str, Any]:
    """Run the stage in a project; returns its report.

    Parameters
    ----------
    refreeze
        Why a new split is drawn, whatever `split.lock` says; None: the lock is obeyed.
    migrate
        Whether to take over the thresholds of a lock of the old form, which carries no seal.
    """
    made_from = begin(project, "split")
    parts = stage_parts(project.stage("validate") / "examples.parquet", made_by="validate")
    examples = together(parts, _needed(project.task.kind) if current().name != "local" else None)
    lock = read_lock(project.root)
    refrozen: tuple[Refrozen, ...] = ()
    if lock and refreeze is not None:
        refrozen = (*lock.refrozen, Refrozen(reason=refreeze, replaced=lock.frozen_test.digest))
        lock = None
    params = project.params("split", SplitParams)
    clusters = read_stage_frame(project.stage("dedup") / "clusters.parquet", made_by="dedup")
    result, lock = split(
        examples,
        project.task.kind,
        params,
        project.key,
        lock,
        clusters=clusters,
        refrozen=refrozen,
        migrate=migrate,
    )
    if current().name != "local":
        staying = partial(_staying, leaking=result.dropped.select("example_id"))
        result = replace(result, kept=EXAMPLES.to_frame(), parts=current().store(staying, parts))
    report = write_stage(result, examples["example_id"], project.stage("split"), made_from)
    write_lock(project.root, lock)
    return report


def _needed(kind: Kind) -> tuple[str, ...]:
    """The columns that a split is told from."""
    strata = ("output",) if kind is Kind.CLASSIFICATION else ("language", "source")
    return ("example_id", *strata, "group", "held_out")


def _staying(part: Part, leaking: pl.DataFrame) -> pl.DataFrame:
    """The rows of a partition that stay."""
    rows = part.read().with_columns(pl.col("held_out").fill_null(False))
    return conform(rows.join(leaking, on="example_id", how="anti", maintain_order="left"), EXAMPLES)


def split(
    examples: pl.DataFrame,
    kind: Kind,
    params: SplitParams,
    key: Key,
    lock: SplitLock | None = None,
    *,
    clusters: pl.DataFrame | None = None,
    refrozen: tuple[Refrozen, ...] = (),
    migrate: bool = False,
) -> tuple[StageResult, SplitLock]:
    """Assign every example to a side.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`; texts may be left out, but for labels.
    kind
        Classification is stratified by label.
    params
        Section `split`.
    key
        The project's key: without it nobody can tell a row's side from its id.
    lock
        The thresholds in force and the rows held out at the freeze; None freezes new ones.
    clusters
        `example_id, cluster` of `dedup`: rows of one text, where several stay.
    refrozen
        What a new lock says of the ones that it replaces on purpose.
    migrate
        Whether a lock of the old form is taken over although its held-out rows are no longer those frozen.

    Returns
    -------
    tuple
        The result, with table `assignments`; and the sealed lock with the thresholds of new strata added.

    Raises
    ------
    AssayError
        If shares, seed, key or the presence of a held-out file differ from the lock's, or it is of the old
        form and its held-out rows have changed.
    GateFailed
        If the lock was changed after it was sealed.
    """
    examples = examples.with_columns(pl.col("held_out").fill_null(False))
    external = bool(examples["held_out"].any())
    shares = {"train": params.train, "validation": params.validation, "test": params.test}
    asked: dict[str, Any] = {
        "seed": params.seed,
        "shares": shares,
        "key_id": key.key_id,
        "external_held_out": external,
    }
    if lock is not None:
        require_same(lock, **asked)
        if lock.format != OLD_FORMAT:
            lock.require_true(key)

    held_out = examples.filter("held_out")
    mine = _units(examples.filter(~pl.col("held_out")), kind)
    leaking = mine.filter(
        pl.col("group").is_in(held_out["group"].drop_nulls().unique().implode())
        & (pl.col("stratum") == GROUPS)
    )
    mine = mine.join(leaking.select("example_id"), on="example_id", how="anti").sort("example_id")

    units = mine.select("unit", "stratum").unique().sort("unit")
    units = units.with_columns(
        pl.Series("fraction", fractions(units["unit"], params.seed, key), dtype=pl.Float64)
    )
    # With an external held-out file the rest is divided between training and validation in their own
    # proportion.
    test = 0.0 if external else params.test
    validation = params.validation / (params.train + params.validation) if external else params.validation
    strata: dict[str, Thresholds] = dict(lock.strata) if lock else {}
    for (name,), part in units.sort("stratum").group_by("stratum", maintain_order=True):
        if str(name) not in strata:
            strata[str(name)] = freeze(part["fraction"].to_numpy(), test, validation)
    limits = pl.DataFrame(
        {
            "stratum": list(strata),
            "test": [t.test for t in strata.values()],
            "validation": [t.validation for t in strata.values()],
        },
        schema={"stratum": pl.String, "test": pl.Float64, "validation": pl.Float64},
    )
    below = pl.when(pl.col("fraction") < pl.col("test")).then(pl.lit("test"))
    side = (
        below.when(pl.col("fraction") < pl.col("validation"))
        .then(pl.lit("validation"))
        .otherwise(pl.lit("train"))
    )
    placed = units.join(limits, on="stratum", how="left").select("unit", side.alias("split"))
    frozen = mine.filter(_held_before(mine["example_id"], lock, key))
    pinned = pl.col("unit").is_in(frozen["unit"].unique().implode())
    placed = placed.with_columns(pl.when(pinned).then(pl.lit("test")).otherwise("split").alias("split"))
    if clusters is not None:
        placed = side_together(placed, mine, clusters)
    rows = pl.concat(
        [
            mine.join(placed, on="unit", how="left").select("example_id", "stratum", "split"),
            _units(held_out, kind).select("example_id", "stratum", pl.lit("test").alias("split")),
        ]
    ).sort("example_id")

    tested = rows.filter(pl.col("split") == "test")["example_id"]
    digest = key.digest("held-out", *tested.to_list())
    if lock and lock.format == OLD_FORMAT and digest != lock.frozen_test.digest and not migrate:
        lock.require_true(key)  # says what to run
    frozen_now = tuple(sorted(held_out_digests(tested, key)))
    lock = SplitLock(
        **asked,
        frozen_test=lock.frozen_test if lock else Frozen(rows=len(tested), digest=digest),
        held_out=lock.held_out if lock and lock.format != OLD_FORMAT else frozen_now,
        strata=strata,
        refrozen=lock.refrozen if lock else refrozen,
    ).sealed(key)
    dropped = ledger(leaking, "split", "group_leak", "a row of its group is in the external held-out set")
    kept = examples.join(leaking.select("example_id"), on="example_id", how="anti").sort("example_id")
    report = _report(rows, kind, external, digest, lock)
    return StageResult(
        "split", kept, dropped, report, {"assignments": rows.select("example_id", "split")}
    ), lock


def _units(examples: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """`examples` with `unit` (what moves as one) and `stratum`; rows with an empty group each stand alone."""
    grouped = pl.col("group").is_not_null() & (pl.col("group") != "")
    if kind is Kind.CLASSIFICATION:
        stratum = pl.lit("label: ") + pl.col("output").fill_null("")
    else:
        stratum = (
            pl.lit("rows: ")
            + pl.col("language").fill_null("?")
            + pl.lit(" / ")
            + pl.col("source").fill_null("?")
        )
    return examples.with_columns(
        pl.when(grouped)
        .then(pl.lit("group\x1f") + pl.col("group"))
        .otherwise(pl.lit("row\x1f") + pl.col("example_id"))
        .alias("unit"),
        pl.when(grouped).then(pl.lit(GROUPS)).otherwise(stratum).alias("stratum"),
    )


def _held_before(ids: pl.Series, lock: SplitLock | None, key: Key) -> pl.Series:
    """Which of `ids` the lock holds out."""
    if lock is None or not lock.held_out:
        return pl.repeat(False, len(ids), eager=True)
    held = pl.Series(lock.held_out, dtype=pl.String)
    found = [
        pl.Series(held_out_digests(ids[at : at + _AT_ONCE], key), dtype=pl.String).is_in(held.implode())
        for at in range(0, len(ids), _AT_ONCE)
    ]
    return pl.concat(found) if found else pl.Series([], dtype=pl.Boolean)


# Digests made at a time: each is a hundred bytes as Python holds it.
_AT_ONCE = 500_000


def fractions(units: pl.Series, seed: int, key: Key) -> NDArray[np.float64]:
    """Each unit's fraction in [0, 1): 53 bits of its keyed digest, exact as a float and in JSON."""
    found = [np.empty(0, np.float64)]
    for at in range(0, len(units), _AT_ONCE):
        some = units[at : at + _AT_ONCE].to_list()
        digests = key.digests("split", [f"{seed}\x1f{unit}" for unit in some], length=8)
        whole = np.frombuffer(bytes.fromhex("".join(digests)), dtype=">u8").astype(np.uint64)
        found.append((whole >> np.uint64(11)).astype(np.float64) * 2.0**-53)
    return np.concatenate(found)


def _report(rows: pl.DataFrame, kind: Kind, external: bool, digest: str, lock: SplitLock) -> dict[str, Any]:
    """Counts for people and the manifest."""
    table = rows.group_by("stratum", "split").len("rows").sort("stratum", "split")
    strata: dict[str, dict[str, int]] = {}
    for stratum, side, count in table.iter_rows():
        strata.setdefault(stratum, {})[side] = count
    return {
        "rows": {side: rows.filter(pl.col("split") == side).height for side in SPLITS},
        "strata": strata,
        "stratified_by": "label" if kind is Kind.CLASSIFICATION else "language and source",
        "external_held_out": external,
        "held_out_digest": digest,
        "frozen_test": lock.frozen_test.model_dump(),
        "key_id": lock.key_id,
    }
