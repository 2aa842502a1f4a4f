"""Nothing stale goes on: every way to leave a stage out, and what is said of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from curate import stages
from curate.errors import AssayError, GateFailed
from curate.project import Project
from curate.provenance import find_stale, read_report, refuse_stale_gold
from curate.publish.gold import load_manifest
from curate.stages import CURATION, TABLE, stage

ROWS = [
    ("1", "my parcel has not arrived", "delivery"),
    ("2", "I was charged twice for one order", "billing"),
    ("3", "please send it to jo@example.org instead", "delivery"),
    ("4", "where can I see last month's invoice", "billing"),
]
PARAMS: dict[str, Any] = {
    "ingest": {"path": "raw.csv", "columns": {"id": "id", "input": "text", "output": "label"}},
    "scan": {"ner": None},
    "redact": {"actions": {"EMAIL_ADDRESS": "keep"}},
}
CARD: dict[str, Any] = {
    "name": "t",
    "kind": "classification",
    "behaviour": "b",
    "metric": {"name": "macro_f1", "target": 0.5},
    "labels": ["delivery", "billing"],
    "sources": {"desk": {"licence": "CC-BY-4.0", "lawful_basis": "contract", "description": "?"}},
}
NAMES = [stage.name for stage in CURATION]


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_KEY", "ab" * 32)


def write(root: Path, rows: list[tuple[str, str, str]], params: dict[str, Any], card: dict[str, Any]) -> None:
    pl.DataFrame(rows, schema=["id", "text", "label"], orient="row").write_csv(root / "raw.csv")
    (root / "params.yaml").write_text(yaml.safe_dump(params))
    (root / "task.yaml").write_text(yaml.safe_dump(card))


def run(root: Path, *names: str) -> None:
    for name in names:
        stage(name).runner().run(Project(root))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project whose stages have all run."""
    root = tmp_path_factory.mktemp("finished")
    write(root, ROWS, PARAMS, CARD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSAY_KEY", "ab" * 32)
        run(root, *NAMES, "publish")
    return root


@pytest.fixture
def root(finished: Path, tmp_path: Path) -> Path:
    shutil.copytree(finished, tmp_path / "p")
    return tmp_path / "p"


def test_a_project_whose_stages_ran_in_order_is_fresh_and_runs_again_to_the_same_bytes(root: Path) -> None:
    before = {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
    assert list(find_stale(Project(root))) == []
    run(root, *NAMES, "publish")
    assert {path: path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()} == before


def add_a_row(root: Path) -> None:
    write(root, [*ROWS, ("5", "call me on 07700 900123 about it", "delivery")], PARAMS, CARD)


def edit_under_its_id(root: Path) -> None:
    write(root, [("1", "my number is 07700 900123, still no parcel", "delivery"), *ROWS[1:]], PARAMS, CARD)


@pytest.mark.parametrize("change", [add_a_row, edit_under_its_id])
@pytest.mark.parametrize("name", [*NAMES[2:], "publish"])
def test_no_stage_goes_past_a_scan_that_has_not_seen_the_new_rows(
    root: Path, change: Callable[[Path], None], name: str
) -> None:
    change(root)
    run(root, "ingest")
    with pytest.raises(AssayError, match="data/scan was made from another data/ingest") as error:
        run(root, name)
    assert error.value.exit_code == 2 and "assay scan, assay redact" in error.value.fix
    assert f"dvc repro {name}" in error.value.fix
    run(root, *NAMES[1:], "publish")  # what the error says to do
    assert "07700" not in "".join(pl.read_parquet(root / "gold" / "train.parquet")["input"])


@pytest.mark.parametrize("change", [add_a_row, edit_under_its_id])
@pytest.mark.parametrize("name", [*NAMES[1:], "publish"])
def test_no_stage_goes_on_from_raw_files_that_were_edited_since(
    root: Path, change: Callable[[Path], None], name: str
) -> None:
    change(root)
    with pytest.raises(AssayError, match=r"raw\.csv changed since `ingest` read it"):
        run(root, name)


@pytest.mark.parametrize("name", ["dedup", "validate", "split", "publish"])
def test_a_new_policy_reaches_gold_through_every_stage_or_not_at_all(root: Path, name: str) -> None:
    write(root, ROWS, PARAMS | {"redact": {"actions": {"EMAIL_ADDRESS": "replace"}}}, CARD)
    with pytest.raises(AssayError, match=r"other parameters than params.yaml has now: redact\.actions"):
        run(root, name)
    run(root, "redact")
    if name != "dedup":
        with pytest.raises(AssayError, match="data/dedup was made from another data/redact"):
            run(root, name)


# section -> a value other than its default for one parameter
OTHER: dict[str, dict[str, Any]] = {
    "ingest": {"on_duplicate_id": "number"},
    "scan": {"threshold": 0.5},
    "redact": {"scope": "dataset"},
    "dedup": {"threshold": 0.9},
    "validate": {"max_dropped": 0.9},
    "split": {"seed": 1},
}


@pytest.mark.parametrize("section", NAMES)
def test_any_parameter_that_changed_is_named(root: Path, section: str) -> None:
    params = {**PARAMS, section: {**PARAMS.get(section, {}), **OTHER[section]}}
    write(root, ROWS, params, CARD)
    with pytest.raises(AssayError, match=f"{section}.{next(iter(OTHER[section]))}") as error:
        run(root, "publish")
    assert f"assay {section}" in error.value.fix


def test_comments_defaults_written_out_and_the_number_of_processes_change_nothing(root: Path) -> None:
    text = yaml.safe_dump({**PARAMS, "scan": {"ner": None, "processes": 2}, "dedup": {"threshold": 0.8}})
    (root / "params.yaml").write_text("# a comment\n" + text)
    assert list(find_stale(Project(root))) == []
    run(root, "publish")


def test_what_only_people_read_in_the_card_makes_nothing_stale_and_what_rows_hold_does(root: Path) -> None:
    source = {**CARD["sources"]["desk"], "description": "help desk"}
    write(root, ROWS, PARAMS, {**CARD, "owner": "jo", "sources": {"desk": source}})
    assert list(find_stale(Project(root))) == []
    write(root, ROWS, PARAMS, {**CARD, "sources": {"desk": {**source, "licence": "MIT"}}})
    [stale] = find_stale(Project(root))
    assert stale.stage == "ingest" and "sources of task.yaml" in stale.problem
    write(root, ROWS, PARAMS, {**CARD, "labels": ["delivery", "billing", "other"]})
    assert [one.stage for one in find_stale(Project(root))] == ["validate"]


def test_a_verdict_given_since_and_another_key_are_seen(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "decisions").mkdir()
    (root / "decisions" / "pii.jsonl").write_text("\n{}\n")
    with pytest.raises(AssayError, match=r"decisions/pii\.jsonl changed since `redact` read it"):
        run(root, "publish")
    (root / "decisions" / "pii.jsonl").unlink()
    monkeypatch.setenv("ASSAY_KEY", "cd" * 32)
    with pytest.raises(AssayError, match="another secret key"):
        run(root, "publish")


@pytest.mark.parametrize(
    ("name", "file"), [("redact", "examples"), ("scan", "findings"), ("split", "assignments")]
)
def test_an_output_changed_by_hand_is_refused(root: Path, name: str, file: str) -> None:
    path = root / "data" / name / f"{file}.parquet"
    pl.read_parquet(path).head(0).write_parquet(path)
    with pytest.raises(AssayError, match=f"data/{name} is not what stage `{name}` wrote"):
        run(root, "publish")


def test_a_report_without_its_origin_is_refused_and_one_that_is_absent_says_whether_dvc_has_it(
    root: Path,
) -> None:
    path = root / "data" / "dedup" / "report.json"
    report = json.loads(path.read_text())
    path.write_text(json.dumps({name: report[name] for name in report if name != "made_from"}))
    with pytest.raises(AssayError, match="does not say what it was made from"):
        run(root, "publish")
    path.unlink()
    with pytest.raises(AssayError, match="`dedup` has not run"):
        run(root, "publish")
    (root / "dvc.lock").write_text("stages:\n  dedup:\n    outs:\n    - path: data/dedup\n      md5: 0.dir\n")
    with pytest.raises(AssayError, match="has not been fetched") as error:
        run(root, "publish")
    assert "dvc pull" in error.value.fix


def test_a_stage_that_drops_most_of_its_rows_fails_but_shows_them_and_none_goes_on(root: Path) -> None:
    copies = [(str(number), ROWS[0][1], ROWS[0][2]) for number in range(9)]
    write(root, copies, PARAMS, CARD)
    run(root, "ingest", "scan", "redact")
    with pytest.raises(GateFailed, match="dedup dropped 8 of 9 rows") as error:
        run(root, "dedup")
    assert error.value.exit_code == 1 and "`dedup.max_dropped: 0.89`" in error.value.fix
    assert pl.read_parquet(root / "data" / "dedup" / "drops.parquet").height == 8
    with pytest.raises(AssayError, match="dropped 89% of its rows"):
        run(root, "validate")
    write(root, copies, {**PARAMS, "dedup": {"max_dropped": 0.89}}, CARD)
    run(root, "dedup", "validate")


def test_reports_hold_digests_parameters_and_no_raw_value(root: Path) -> None:
    for name in NAMES:
        report = read_report(Project(root), name)
        assert set(report["made_from"]["stages"]) == set(stage(name).reads)
        assert report["outputs"] and str(root) not in json.dumps(report)
    text = "".join((root / "data" / name / "report.json").read_text() for name in NAMES)
    assert "jo@example" not in text and "parcel" not in text


def test_every_stage_of_the_table_can_run_and_has_the_parameters_that_it_names() -> None:
    assert [stage.name for stage in TABLE] == list(stages.NAMES)
    for each in TABLE:
        assert callable(each.runner().run), each.name
        if each.params:
            assert set(each.only_speed) <= set(each.model().model_fields), each.name
        assert set(each.reads) <= set(stages.NAMES[: stages.NAMES.index(each.name)])


@pytest.mark.parametrize("name", ["train", "evaluate", "report"])
def test_no_reader_of_gold_goes_on_from_a_stale_one(root: Path, name: str) -> None:
    (root / "params.yaml").write_text(yaml.safe_dump(PARAMS | {"redact": {"default": "mask"}}))
    with pytest.raises(AssayError, match=rf"{name} refuses to go on: .*redact") as error:
        run(root, name)
    assert error.value.exit_code == 2 and error.value.fix.startswith(f"dvc repro {name}")


@pytest.mark.parametrize("name", ["train", "evaluate", "report"])
def test_gold_that_was_not_published_again_is_named(root: Path, name: str) -> None:
    add_a_row(root)
    run(root, *NAMES)
    with pytest.raises(AssayError, match="gold/ was published from another data/ingest"):
        run(root, name)


def test_a_fresh_gold_and_one_without_the_stages_outputs_go_on(root: Path) -> None:
    run(root, "report")
    shutil.rmtree(root / "data" / "scan")
    add_a_row(root)
    refuse_stale_gold(Project(root), "train", load_manifest(root / "gold"))
