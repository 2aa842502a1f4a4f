"""The dataset card: metadata that the hub takes, honest words, and files that `datasets` reads."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate.engine.local import InMemory
from curate.publish import stage
from curate.publish.card import metadata, size_category
from curate.publish.counts import COUNTED, Counting, counted
from curate.publish.licences import HUB_LICENCES, hub_licence
from curate.publish.stage import publish, run
from curate.task import Kind, Metric, TaskCard
from tests.curate.publish.conftest import write_upstream


@pytest.fixture
def version(upstream: Any, card: Any, key: Any) -> Any:
    return publish(upstream, card, {}, key)


def head(text: str) -> dict:
    return yaml.safe_load(text.split("---\n")[1])


def test_metadata_is_what_the_hub_asks_for(version: Any) -> None:
    assert head(version.card) == {
        "pretty_name": "Triage | <b>x</b>",
        "language": ["en"],
        "license": "cc-by-4.0",
        "task_categories": ["text-classification"],
        "size_categories": ["n<1K"],
        "tags": ["assay"],
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": name, "path": f"{name}.parquet"} for name in ("train", "validation", "test")
                ],
            }
        ],
    }


def test_text_of_card_and_labels_is_escaped(upstream: Any, card: Any, key: Any) -> None:
    hostile = "<script>alert(1)</script>|x"
    renamed = replace(upstream, examples=upstream.examples.with_columns(output=pl.lit(hostile)))
    text = publish(renamed, card, {}, key).card.split("---\n", 2)[2]
    assert "<script>" not in text and "<b>" not in text
    row = next(line for line in text.splitlines() if "script" in line and line.startswith("|"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 6


def test_the_card_tells_composition_funnel_personal_data_and_limits(version: Any) -> None:
    for words in (
        "| train | 3 |",
        "| dedup | 8 | 7 | 1 | near\\_duplicate 1 |",
        "| PHONE\\_NUMBER | 9 | 8 | replace |",
        "| desk | help desk | CC BY 4.0 | legitimate interests | routing | 2 years |",
        "not a proof that nothing is left",
        "Looked for: PHONE\\_NUMBER.",
        "Names of people were not looked for",
        "3 of 3 labels have fewer than 10 training rows",
        "1 of 3 labels have no test row",
        "Rows with the quality warning `markup_left`: 1.",
        "It comes from a file of its own",
        version.manifest["held_out"]["digest"],
    ):
        assert words in version.card, words
    assert "Jane" not in version.card


def test_a_card_without_findings_or_sources_says_so(upstream: Any, key: Any) -> None:
    bare = TaskCard(name="t", kind=Kind.SUMMARY, behaviour="b", metric=Metric(name="chrf", target=0.5))
    silent = replace(upstream, reports={**upstream.reports, "scan": {}, "redact": {}})
    text = publish(silent, bare, {}, key).card
    assert "found none." in text and "no lawful basis" in text and "leaves open: alternative" in text


@pytest.mark.parametrize(
    ("stated", "licence"),
    [
        ("CC BY 4.0", "cc-by-4.0"),
        ("cc-by-sa-4.0", "cc-by-sa-4.0"),
        ("MIT", "mit"),
        ("Apache 2.0", "apache-2.0"),
        ("Apache License 2.0", "apache-2.0"),
        ("CDLA-Sharing 1.0", "cdla-sharing-1.0"),
        ("CC0", "cc0-1.0"),
        ("our own terms", "other"),
        ("", "other"),
    ],
)
def test_licences_are_mapped_to_the_hubs_names(stated: Any, licence: Any) -> None:
    assert hub_licence(stated) == licence
    assert licence == "other" or licence in HUB_LICENCES


def test_several_licences_are_other_and_named(version: Any, card: Any) -> None:
    mixed = {**version.splits, "test": version.splits["test"].with_columns(licence=pl.lit("MIT"))}
    tables = [Counting(name, COUNTED)(InMemory(frame)) for name, frame in mixed.items()]
    found = metadata(counted({name: frame.height for name, frame in mixed.items()}, tables), card)
    assert found["license"] == "other" and found["license_name"] == "CC BY 4.0; MIT"


@pytest.mark.parametrize(
    ("rows", "size"),
    [(0, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10**6, "1M<n<10M"), (10**9, "100M<n<1B")],
)
def test_size_categories(rows: Any, size: Any) -> None:
    assert size_category(rows) == size


@pytest.mark.parametrize("empty", [(), ("validation",), ("validation", "test")])
def test_datasets_reads_the_splits_and_nothing_else(
    project: Any, upstream: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: Any
) -> None:
    datasets = pytest.importorskip("datasets")
    monkeypatch.setattr(stage, "effective_params", lambda project: {})
    moved = upstream.assignments.with_columns(
        split=pl.when(pl.col("split").is_in(empty)).then(pl.lit("train")).otherwise("split")
    )
    write_upstream(replace(upstream, assignments=moved), project)
    run(project)
    splits = {
        name: pl.read_parquet(project.gold / f"{name}.parquet") for name in ("train", "validation", "test")
    }
    filled = {name: frame for name, frame in splits.items() if frame.height}

    cache = str(tmp_path / "cache")
    by_folder = datasets.load_dataset(str(project.gold), cache_dir=cache)
    by_file = datasets.load_dataset(
        "parquet",
        data_files={name: str(project.gold / f"{name}.parquet") for name in filled},
        cache_dir=cache,
    )
    assert {name: len(rows) for name, rows in by_folder.items()} == {
        name: frame.height for name, frame in filled.items()
    }
    assert {name: len(rows) for name, rows in by_file.items()} == {
        name: frame.height for name, frame in filled.items()
    }
    assert by_folder["train"]["example_id"][:] == splits["train"]["example_id"].to_list()
    assert by_folder["train"].column_names == splits["train"].columns
