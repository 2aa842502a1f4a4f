"""A small pipeline's leavings, in memory and on disk."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from curate import stages
from curate.examples import EDITS, EXAMPLES, conform, ledger
from curate.keys import Key
from curate.project import Project
from curate.provenance import begin
from curate.publish.upstream import Upstream
from curate.stage import write_outputs
from curate.stages import DROPPING
from curate.task import HeldOut, Kind, Metric, Source, TaskCard

RAW = "my number is 07700 900123"


@pytest.fixture
def key() -> Key:
    return Key(b"0" * 32, "demo")


@pytest.fixture
def card() -> TaskCard:
    return TaskCard(
        name="Triage | <b>x</b>",
        kind=Kind.CLASSIFICATION,
        behaviour="Route a ticket to its queue.",
        metric=Metric(name="macro_f1", target=0.9),
        owner="Jane Roe",
        labels={"billing": "money", "delivery": "parcels", "other": None},
        sources={
            "desk": Source(
                description="help desk",
                licence="CC BY 4.0",
                lawful_basis="legitimate interests",
                purpose="routing",
                retention="2 years",
            )
        },
        held_out=HeldOut(path="/home/jane/test.csv"),
    )


@pytest.fixture
def upstream() -> Upstream:
    """Nine ingested rows: a to f published, one dropped by each of redact, dedup and validate."""
    ids = list("abcdefxyz")
    ingested = conform(
        pl.DataFrame(
            {
                "example_id": ids,
                "input": [f"{RAW}, row {name}" for name in ids],
                "output": ["billing", "delivery"] * 4 + ["billing"],
                "language": ["en"] * 8 + [None],
                "source": "desk",
                "group": ["thread 1"] * 3 + [None] * 6,
                "subject": ["jane@roe.uk"] + [None] * 8,
                "licence": "CC BY 4.0",
                "held_out": [False] * 4 + [True] * 2 + [False] * 3,
            }
        ),
        EXAMPLES,
    )
    examples = ingested.filter(pl.col("example_id").is_in(list("abcdef"))).with_columns(
        input=pl.col("input").str.replace("07700 900123", "<PHONE_NUMBER_1>")
    )
    drops = {stage: ledger(EXAMPLES.to_frame(), stage, "none") for stage in DROPPING}
    drops["redact"] = ledger(
        ingested.filter(pl.col("example_id") == "x"), "redact", "personal_data", "policy"
    )
    drops["dedup"] = ledger(
        ingested.filter(pl.col("example_id") == "y"),
        "dedup",
        "near_duplicate",
        "Jaccard 0.9",
        kept_id=pl.lit("a"),
        score=pl.lit(0.9),
    )
    two = pl.concat([ingested.filter(pl.col("example_id") == "z")] * 2).with_columns(
        reason=pl.Series(["too_short", "mojibake"])
    )
    drops["validate"] = ledger(two, "validate", pl.col("reason"))
    left = {"ingest": 9, "redact": 8, "dedup": 7, "validate": 6, "split": 6}
    funnel = {}
    rows = 9
    for stage, kept in left.items():
        reasons = dict(drops[stage].group_by("reason").len().sort("reason").iter_rows())
        funnel[stage] = {"funnel": {"in": rows, "kept": kept, "dropped": rows - kept, "reasons": reasons}}
        rows = kept
    reports = {
        **funnel,
        "scan": {
            "stage": "scan",
            "inventory": [
                {"entity": "PHONE_NUMBER", "field": field, "findings": count}
                for field, count in (("input", 8), ("output", 1))
            ],
            "detectors": {"entities": ["PHONE_NUMBER"]},
        },
        "redact": {
            **funnel["redact"],
            "scope": "record",
            "actions": [{"entity": "PHONE_NUMBER", "action": "replace", "findings": 9, "rows": 8}],
        },
        "validate": {**funnel["validate"], "warnings": {"markup_left": 1}},
    }
    edits = pl.DataFrame(
        {
            "example_id": list("abcdef"),
            "field": "input",
            "entity": "PHONE_NUMBER",
            "value_id": "9f",
            "action": "replace",
            "verdict": None,
        },
        schema=EDITS,
    )
    assignments = pl.DataFrame(
        {"example_id": list("abcdef"), "split": ["train", "train", "train", "validation", "test", "test"]}
    )
    return Upstream(
        examples=examples,
        assignments=assignments,
        ingested=ingested,
        drops=drops,
        edits=edits,
        reports=reports,
    )


def write_upstream(upstream: Upstream, project: Project) -> None:
    """Put the stages' outputs where `publish` reads them."""
    frames = {stage: {"drops": upstream.drops[stage]} for stage in DROPPING}
    frames["ingest"]["examples"] = upstream.ingested
    frames["redact"]["edits"] = upstream.edits
    frames["split"] |= {"examples": upstream.examples, "assignments": upstream.assignments}
    frames["scan"] = {}
    for stage in stages.REPORTING:
        write_outputs(project.stage(stage), frames[stage], upstream.reports[stage], begin(project, stage))


@pytest.fixture
def project(tmp_path: Path, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project on disk whose stages up to `split` have run; its raw file lies outside, by consent."""
    monkeypatch.setenv("ASSAY_OUTSIDE", "/data")
    (tmp_path / "params.yaml").write_text(
        "ingest: {path: /data/export.csv}\nvalidate: {input: {min_chars: 3, max_chars: 90}}\n"
    )
    (tmp_path / "task.yaml").write_text(
        "name: triage\nkind: classification\nbehaviour: route\nmetric: {name: macro_f1, target: 0.9}\n"
        "labels: [billing, delivery]\ndemo_key: 0123456789abcdef0123456789abcdef\n"
    )
    project = Project(tmp_path)
    write_upstream(upstream, project)
    return project
