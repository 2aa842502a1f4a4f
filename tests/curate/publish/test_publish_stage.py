"""`gold/`: what is in it, that it explains every row, and what it refuses to be made from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.examples import ledger
from curate.publish import stage
from curate.publish.digest import PUBLISHED
from curate.publish.gold import load_gold
from curate.publish.manifest import code_digest, effective_params, task_digest
from curate.publish.stage import publish, run
from curate.publish.upstream import check_tables, check_upstream
from tests.curate.publish.conftest import write_upstream

RAW = "07700 900123"
FRAMES = ("examples", "assignments", "ingested", "edits")
NAMES = {
    "train.parquet",
    "validation.parquet",
    "test.parquet",
    "manifest.json",
    "README.md",
    "fingerprints.parquet",
    "ledger.parquet",
    "edits.parquet",
}


@pytest.fixture
def version(upstream: Any, card: Any, key: Any) -> Any:
    return publish(upstream, card, {"validate": {}}, key)


@pytest.fixture
def few_params(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stages' parameters are theirs to test: publish writes what it is given."""
    monkeypatch.setattr(stage, "effective_params", lambda project: {"validate": {"rules": {}}})


def test_rows_are_published_by_split_sorted_and_without_the_held_out_flag(version: Any) -> None:
    assert {name: frame["example_id"].to_list() for name, frame in version.splits.items()} == {
        "train": ["a", "b", "c"],
        "validation": ["d"],
        "test": ["e", "f"],
    }
    assert all(
        frame.schema == PUBLISHED and "held_out" not in frame.columns for frame in version.splits.values()
    )


def test_groups_and_subjects_are_keyed_digests_that_keep_who_belongs_together(
    version: Any, upstream: Any, card: Any, key: Any
) -> None:
    train = version.splits["train"]
    assert train["group"].n_unique() == 1 and train["group"][0] == key.digest("group", "thread 1")
    assert train["subject"].to_list() == [key.digest("subject", "jane@roe.uk"), None, None]
    assert version.splits["test"]["group"].null_count() == 2


def test_fingerprints_tell_source_row_and_output_apart(
    version: Any, upstream: Any, card: Any, key: Any
) -> None:
    prints = version.fingerprints
    assert prints["example_id"].to_list() == list("abcdef")
    assert (
        prints["source_digest"].n_unique() == 6
        and prints["row_digest"].n_unique() == 6
        and prints["output_digest"].n_unique() == 2
    )

    relabelled = replace(
        upstream,
        examples=upstream.examples.with_columns(
            output=pl.when(pl.col("example_id") == "a").then(pl.lit("other")).otherwise("output")
        ),
    )
    after = publish(relabelled, card, {}, key).fingerprints
    differ = {
        column: prints.filter(prints[column] != after[column])["example_id"].to_list()
        for column in ("source_digest", "row_digest", "output_digest")
    }
    assert differ == {"source_digest": [], "row_digest": ["a"], "output_digest": ["a"]}


def test_source_digests_depend_on_the_key(version: Any, upstream: Any, card: Any) -> None:
    from curate.keys import Key

    other = publish(upstream, card, {}, Key(b"1" * 32, "demo")).fingerprints
    assert not set(other["source_digest"]) & set(version.fingerprints["source_digest"])


def test_gold_alone_explains_every_ingested_row(version: Any, upstream: Any) -> None:
    published = set(pl.concat(version.splits.values())["example_id"])
    assert published | set(version.ledger["example_id"]) == set(upstream.ingested["example_id"])
    assert not published & set(version.ledger["example_id"])
    assert version.ledger.select("example_id", "stage", "reason").rows() == [
        ("x", "redact", "personal_data"),
        ("y", "dedup", "near_duplicate"),
        ("z", "validate", "mojibake"),
        ("z", "validate", "too_short"),
    ]
    assert version.edits.height == 6


def test_the_manifest_holds_counts_digests_and_what_it_was_made_with(version: Any, card: Any) -> None:
    manifest = version.manifest
    assert manifest["schema"] == "assay.manifest/1" and manifest["rows"] == 6
    assert [(step["stage"], step["in"], step["kept"]) for step in manifest["funnel"]] == [
        ("ingest", 9, 9),
        ("redact", 9, 8),
        ("dedup", 8, 7),
        ("validate", 7, 6),
        ("split", 6, 6),
    ]
    assert manifest["labels"] == {
        "train": {"billing": 2, "delivery": 1},
        "validation": {"delivery": 1},
        "test": {"billing": 1, "delivery": 1},
    }
    assert manifest["held_out"] == {**manifest["splits"]["test"], "external": True}
    assert manifest["task_digest"] == task_digest(card) and manifest["code"]["curate_digest"] == code_digest()
    assert manifest["versions"]["polars"] == pl.__version__
    assert manifest["pii"]["entities"] == {"PHONE_NUMBER": 9} and manifest["redaction"]["scope"] == "record"


def test_the_manifest_names_no_person_and_no_place_on_this_machine(version: Any) -> None:
    text = json.dumps(version.manifest)
    assert "Jane" not in text and "/home" not in text
    assert version.manifest["task"]["held_out"]["path"] == "test.csv"


def test_no_raw_value_of_a_redacted_or_dropped_row_is_published(project: Any, few_params: Any) -> None:
    run(project)
    for path in project.gold.iterdir():
        assert RAW.encode() not in path.read_bytes(), path.name
    everything = pl.concat(
        [
            pl.read_parquet(path).select(pl.all().cast(pl.String)).unpivot()["value"]
            for path in sorted(project.gold.glob("*.parquet"))
        ]
    )
    assert (
        not everything.str.contains(RAW, literal=True).any()
        and not everything.str.contains("jane@roe.uk", literal=True).any()
    )


def test_run_writes_the_whole_folder_and_says_what_it_holds(project: Any, few_params: Any) -> None:
    report = run(project)
    assert {path.name for path in project.gold.iterdir()} == NAMES
    assert report["summary"].startswith(f"gold version {report['version']}: train 3, validation 1, test 2")
    assert load_gold(project.gold).manifest["content_digest"] == report["content_digest"]


def test_publishing_twice_or_from_shuffled_inputs_gives_the_same_bytes(
    project: Any, upstream: Any, few_params: Any
) -> None:
    run(project)
    first = {path.name: path.read_bytes() for path in project.gold.iterdir()}
    run(project)
    assert {path.name: path.read_bytes() for path in project.gold.iterdir()} == first
    turned = replace(
        upstream,
        **{
            name: getattr(upstream, name).reverse()
            for name in ("examples", "assignments", "ingested", "edits")
        },
        drops={name: drops.reverse() for name, drops in upstream.drops.items()},
    )
    write_upstream(turned, project)
    run(project)
    again = {path.name: path.read_bytes() for path in project.gold.iterdir()}
    assert {name for name in first if first[name] != again[name]} <= {"manifest.json"}


def test_a_failed_publication_leaves_the_last_version(
    project: Any, upstream: Any, few_params: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(project)
    before = (project.gold / "manifest.json").read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stage, "write_parts", full)
    with pytest.raises(AssayError, match="no space left"):
        run(project)
    assert (project.gold / "manifest.json").read_bytes() == before
    assert {path.name for path in project.root.iterdir()} & {".gold"} == set()


def test_empty_splits_are_published_as_empty_files(upstream: Any, card: Any, key: Any) -> None:
    all_train = upstream.assignments.with_columns(split=pl.lit("train"))
    version = publish(replace(upstream, assignments=all_train), card, {}, key)
    assert [frame.height for frame in version.splits.values()] == [6, 0, 0]
    assert version.splits["test"].schema == PUBLISHED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda up: {"assignments": pl.concat([up.assignments, up.assignments.head(1)])},
            "1 row in more than one split, e.g. a",
        ),
        (lambda up: {"assignments": up.assignments[1:]}, "1 row in no split, e.g. a"),
        (lambda up: {"examples": up.examples[:-1]}, "assigned to a split but not among the examples, e.g. f"),
        (
            lambda up: {"assignments": up.assignments.with_columns(split=pl.lit("dev"))},
            "6 rows in a split other than train, validation, test",
        ),
        (
            lambda up: {"assignments": up.assignments.with_columns(split=pl.lit(None, dtype=pl.String))},
            "6 rows in a split other than",
        ),
        (
            lambda up: {"examples": pl.concat([up.examples, up.examples[:1]])},
            "1 row kept twice, e.g. a",
        ),
        (
            lambda up: {"drops": {**up.drops, "dedup": up.drops["dedup"].head(0)}},
            "1 row neither kept nor dropped, e.g. y",
        ),
        (lambda up: {"ingested": up.ingested[1:]}, "1 row not in the input, e.g. a"),
        (
            lambda up: {
                "drops": {**up.drops, "split": up.drops["dedup"].with_columns(example_id=pl.lit("a"))}
            },
            "1 row both kept and dropped, e.g. a",
        ),
    ],
)
def test_stages_that_do_not_fit_together_are_an_error_that_names_the_rows(
    upstream: Any, change: Any, words: str
) -> None:
    check_upstream(upstream)
    with pytest.raises(AssayError) as error:
        check_upstream(replace(upstream, **change(upstream)))
    assert words in error.value.problem and "dvc repro" in error.value.fix


def test_a_row_that_ingest_could_not_read_never_came_in(upstream: Any) -> None:
    unread = ledger(pl.DataFrame({"example_id": ["unreadable-1"]}), "ingest", "unreadable")
    check_upstream(replace(upstream, drops={**upstream.drops, "ingest": unread}))


@pytest.mark.parametrize(
    ("path", "made_by"),
    [
        ("split/assignments.parquet", "split"),
        ("split/examples.parquet", "split"),
        ("ingest/examples.parquet", "ingest"),
        ("redact/edits.parquet", "redact"),
        ("validate/drops.parquet", "validate"),
        ("scan/report.json", "scan"),
    ],
)
def test_a_missing_output_is_an_error_that_names_the_stage_to_run(
    project: Any, path: Path, made_by: Any
) -> None:
    (project.root / "data" / path).unlink()
    with pytest.raises(AssayError, match="has not run") as error:
        check_tables(project)
    assert f"assay {made_by}" in error.value.fix


@pytest.mark.parametrize("content", ["not json", "[1]"])
def test_a_report_that_is_no_json_object_is_an_error(project: Any, content: Any) -> None:
    (project.stage("scan") / "report.json").write_text(content)
    with pytest.raises(AssayError, match="not a JSON object"):
        check_tables(project)


def test_an_output_without_a_column_is_an_error_that_names_it(project: Any, upstream: Any) -> None:
    upstream.assignments.rename({"split": "side"}).write_parquet(
        project.stage("split") / "assignments.parquet"
    )
    with pytest.raises(AssayError, match=r"assignments.parquet has no column split"):
        check_tables(project)


def test_code_digest_sees_names_and_bytes_of_sources_only(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n")
    before = code_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "b.py").write_text("ignored")
    (tmp_path / "notes.md").write_text("ignored")
    assert code_digest(tmp_path) == before
    (tmp_path / "a.py").write_text("x = 2\n")
    changed = code_digest(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({before, changed, code_digest(tmp_path)}) == 3


def test_task_digest_sees_any_field(card: Any) -> None:
    assert task_digest(card) == task_digest(card.model_copy())
    assert task_digest(card) != task_digest(card.model_copy(update={"behaviour": "Route it elsewhere."}))


def test_effective_params_have_every_default_and_every_curation_section(project: Any) -> None:
    params = effective_params(project)
    assert list(params) == ["ingest", "scan", "redact", "dedup", "validate", "split"]
    assert params["ingest"]["path"] == "export.csv"
    assert params["validate"]["input"] == {"min_chars": 3, "max_chars": 90}
    assert params["validate"]["output"]["max_chars"] == 20_000
