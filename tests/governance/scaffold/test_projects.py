"""`assay init`: every kind and format gives a project that ingests, with the pipeline of the sample."""

from __future__ import annotations

import gzip
import importlib
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
import zstandard

from curate.ingest import IngestParams
from curate.params import parse, read_yaml
from curate.stages import NAMES, TABLE
from curate.task import read_task
from tests.governance.scaffold.conftest import ROWS, assay, init, to_csv, to_jsonl

ROOT = Path(__file__).parents[3]


def to_folder(rows: list[dict[str, Any]], path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.Dataset.from_list(rows).save_to_disk(str(path))


def packed(
    write_plain: Callable[[list[dict[str, Any]], Path], None], pack: Callable[[bytes], bytes]
) -> Callable[[list[dict[str, Any]], Path], None]:
    def write_packed(rows: list[dict[str, Any]], path: Path) -> None:
        write_plain(rows, path)
        path.write_bytes(pack(path.read_bytes()))

    return write_packed


WRITERS: dict[str, Callable[[list[dict[str, Any]], Path], object]] = {
    "d.csv": to_csv,
    "d.tsv": lambda rows, path: to_csv(rows, path, "\t"),
    "d.jsonl": to_jsonl,
    "d.json": lambda rows, path: path.write_text(json.dumps({"data": rows})) and None,
    "d.parquet": lambda rows, path: pl.DataFrame(rows).write_parquet(path),
    "d.arrow": lambda rows, path: pl.DataFrame(rows).write_ipc(path),
    "d.csv.gz": packed(to_csv, gzip.compress),
    "d.jsonl.zst": packed(to_jsonl, zstandard.compress),
    "saved": to_folder,
}


@pytest.mark.parametrize("name", sorted(WRITERS))
@pytest.mark.parametrize("kind", sorted(ROWS))
def test_every_kind_in_every_format_scaffolds_a_project_that_ingests(
    tmp_path: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    WRITERS[name](ROWS[kind], tmp_path / name)
    rejected = ["--rejected", "other"] if kind == "preference" else []
    assert (
        assay(
            "init",
            "p",
            "--kind",
            kind,
            "--data",
            name,
            "--input",
            "text",
            "--output",
            "label",
            "--language",
            "en-GB",
            *rejected,
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert (card.kind, card.name, card.metric.target, card.languages) == (kind, "p", 0.8, ("en",))
    assert {
        "owner",
        "steward",
        "alternative",
        "reviewers",
        "review.next",
        "sources.d.licence" if name != "saved" else "sources.saved.licence",
    } <= set(card.blanks())
    monkeypatch.chdir(tmp_path / "p")
    assert assay("ingest") == 0
    kept = pl.read_parquet("data/ingest/examples.parquet")
    assert kept.height == len(ROWS[kind])
    assert set(kept["input"]) == {row["text"] for row in ROWS[kind]}


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_the_pipeline_has_the_shape_of_the_samples_and_watches_keys_that_exist(
    tmp_path: Path, kind: str
) -> None:
    to_csv(ROWS[kind], tmp_path / "d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            kind,
            "--data",
            "d.csv",
            "--input",
            "text",
            "--output",
            "label",
            *(["--rejected", "other"] if kind == "preference" else []),
        )
        == 0
    )
    made = yaml.safe_load((tmp_path / "p/dvc.yaml").read_text())["stages"]
    sample = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    assert list(made) == list(NAMES)
    card, params = (
        yaml.safe_load((tmp_path / "p" / name).read_text()) for name in ("task.yaml", "params.yaml")
    )
    for name, stage in made.items():
        assert (stage["cmd"], stage["outs"], stage.get("metrics")) == (
            sample[name]["cmd"],
            sample[name]["outs"],
            sample[name].get("metrics"),
        )
        if name != "ingest":
            data = [
                dep
                for dep in sample[name]["deps"]
                if dep.split("/")[0] not in ("curate", "train", "governance")
            ]
            assert stage["deps"] == data
        for watched in stage.get("params", []):
            if isinstance(watched, dict):
                assert set(watched["task.yaml"]) <= set(card)
            else:
                section, _, key = watched.partition(".")
                assert section in params and (not key or key in params[section])
    assert made["ingest"]["deps"] == ["data/raw/d.csv"]


MODELS = {
    **{stage.name: tuple(stage.params.split(":")) for stage in TABLE if stage.params},
    "risk": ("curate.pii.risk.params", "RiskParams"),
    "audit": ("governance.audit.params", "AuditParams"),
    "check": ("governance.params", "CheckParams"),
    "cost": ("train.cost_params", "CostParams"),
    "predict": ("train.guard.params", "PredictParams"),
    "approvals": ("governance.records.policy", "ApprovalParams"),
}


def test_the_params_template_shows_every_stages_defaults_and_nothing_else(tmp_path: Path) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert init("p") == 0
    sections = read_yaml(tmp_path / "p/params.yaml")  # refuses a key that stands twice
    parse(IngestParams, sections.pop("ingest"), "params.ingest")
    for name, section in sections.items():
        module, model = MODELS[name]
        read = getattr(importlib.import_module(module), model)
        assert set(section) == set(read.model_fields), name
        assert read.model_validate(section) == read(), name
