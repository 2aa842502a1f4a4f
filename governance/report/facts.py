"""What the stages left on disk, read once for the report. Reading only: nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_json, load_parquet
from curate.errors import AssayError
from curate.params import read_yaml
from curate.project import Project
from curate.splits import SPLITS
from curate.task import TaskCard
from curate.validate.clean import EDITS
from governance.erasure.retrain import all_that_must
from governance.report.looks import Looked
from train.cost import read_costs, read_samples
from train.cost_params import CostParams, Price
from train.params import EndpointParams

WARNINGS = pl.Schema({"example_id": pl.String, "rule": pl.String, "evidence": pl.String})


@dataclass(frozen=True)
class Measured:
    """What was measured on this machine, and what params say that it costs."""

    samples: dict[str, dict[str, list[float]]]
    prices: CostParams
    endpoint: Price | None


@dataclass(frozen=True)
class Facts:
    """The gold version's manifest, rows and ledger, stage reports, and the evaluation where there is one.

    `gold` holds every published row with its `split`; `warnings` and `validate_edits` are what stage
    `validate` wrote of the rows that it kept.
    """

    task: TaskCard
    manifest: dict[str, Any]
    ledger: pl.DataFrame
    edits: pl.DataFrame
    reports: dict[str, dict[str, Any]]
    comparison: dict[str, Any] | None
    cost: dict[str, Any]
    gold: pl.DataFrame
    warnings: pl.DataFrame
    validate_edits: pl.DataFrame
    tables: dict[str, pl.DataFrame]
    measured: Measured | None = None
    must_retrain: tuple[str, ...] = ()
    looked: Looked | None = None


def gather(project: Project, *, costs: bool = False) -> Facts:
    """Everything the report tells.

    Parameters
    ----------
    costs
        Whether to tell seconds and latencies too, which differ on every run; a tracked page leaves them out.

    Raises
    ------
    AssayError
        If there is no gold version, or the evaluation is of another one.
    """
    from curate.publish.gold import load_manifest

    manifest = load_manifest(project.gold)
    evaluation = project.reports / "evaluation"
    comparison = _json(evaluation / "comparison.json")
    if comparison and comparison["gold"] != manifest["content_digest"]:
        raise AssayError(
            "reports/evaluation judges another gold version than gold/ holds",
            fix="assay train && assay evaluate   (or: dvc repro)",
        )
    names = (
        *("comparison", "per_class", "confusion", "learning_curve", "calibration", "training_curves"),
        *("per_field", "per_language", "per_section", "rules_broken", "slices"),
    )
    tables = {
        name: pl.read_csv(evaluation / f"{name}.csv", infer_schema_length=None)
        for name in names
        if (evaluation / f"{name}.csv").exists()
    }
    for name in ("label_suspects", "predictions"):
        if (evaluation / f"{name}.parquet").exists():
            tables[name] = load_parquet(evaluation / f"{name}.parquet")
    for name in ("contradictions", "semantic"):
        if (project.stage("dedup") / f"{name}.parquet").exists():
            tables[name] = load_parquet(project.stage("dedup") / f"{name}.parquet")
    return Facts(
        task=project.task,
        manifest=manifest,
        ledger=load_parquet(project.gold / "ledger.parquet"),
        edits=load_parquet(project.gold / "edits.parquet"),
        reports={
            stage: _json(project.stage(stage) / "report.json") or {}
            for stage in ("ingest", "scan", "redact", "dedup", "validate", "split")
        },
        comparison=comparison,
        gold=pl.concat(
            load_parquet(project.gold / f"{split}.parquet").with_columns(pl.lit(split).alias("split"))
            for split in SPLITS
        ),
        warnings=_table(project, "warnings", WARNINGS),
        validate_edits=_table(project, "edits", EDITS),
        cost=read_costs(project.reports, "evaluate") if costs else {},
        tables=tables,
        measured=_measured(project) if costs else None,
        must_retrain=tuple(all_that_must(project)),
    )


def _measured(project: Project) -> Measured:
    """Samples and prices."""
    stated = read_yaml(project.root / "params.yaml").get("train") or {}
    server = EndpointParams.model_validate(stated.get("endpoint") or {})
    price = Price(tokens_in=server.price_in, tokens_out=server.price_out)
    return Measured(
        read_samples(project.reports, "evaluate"),
        project.params("cost", CostParams),
        price if server.price_in or server.price_out else None,
    )


def _table(project: Project, name: str, schema: pl.Schema) -> pl.DataFrame:
    """A table of stage `validate`; empty where an older version left none."""
    path = project.stage("validate") / f"{name}.parquet"
    return load_parquet(path) if path.exists() else schema.to_frame()


def _json(path: Path) -> dict[str, Any] | None:
    return load_json(path) if path.exists() else None
