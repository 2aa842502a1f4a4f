"""`assay init`: every kind and format gives a project that ingests; a failed init leaves nothing; nothing is
overwritten.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import importlib.util
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
import zstandard

from curate.errors import AssayError
from curate.ingest import IngestParams
from curate.params import parse, read_yaml
from curate.stages import NAMES, TABLE
from curate.task import BLANK, read_task
from governance.cli.main import main
from governance.scaffold import infer, setup, write

ROOT = Path(__file__).parents[2]
TURNS = [{"role": "user", "content": "Hi, where is it?"}, {"role": "assistant", "content": "On its way."}]
ROWS: dict[str, list[dict[str, Any]]] = {
    "classification": [{"text": f"question {n}", "label": "abc"[n % 3]} for n in range(9)],
    "extraction": [
        {"text": f"letter {n}", "label": json.dumps({"total": n, "date": "May"} if n else {"total": n})}
        for n in range(4)
    ],
    "rewriting": [{"text": f"plz {n}", "label": f"Please, {n}."} for n in range(4)],
    "summary": [{"text": f"case {n}", "label": f"Facts: {n}\n\nOutcome: none {n}"} for n in range(4)],
    "preference": [{"text": f"q {n}", "label": f"good {n}", "other": f"bad {n}"} for n in range(4)],
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key from outside, a working folder of our own, and git and DVC (seconds each) only where a test asks
    for them.
    """
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(setup, "start_git_and_dvc", lambda root: [])


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def assay(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def to_csv(rows: list[dict[str, Any]], path: Path, delimiter: str = ",") -> None:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)


def to_jsonl(rows: list[dict[str, Any]], path: Path) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


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
    trains = kind == "classification"
    assert list(made) == [stage for stage in NAMES if trains or stage not in ("train", "evaluate")]
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
                and (trains or dep != "reports/evaluation")
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
}


def test_the_params_template_shows_every_stages_defaults_and_nothing_else(tmp_path: Path) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert (
        assay(
            "init", "p", "--kind", "classification", "--data", "d.csv", "--input", "text", "--output", "label"
        )
        == 0
    )
    sections = read_yaml(tmp_path / "p/params.yaml")  # refuses a key that stands twice
    parse(IngestParams, sections.pop("ingest"), "params.ingest")
    for name, section in sections.items():
        module, model = MODELS[name]
        read = getattr(importlib.import_module(module), model)
        assert set(section) == set(read.model_fields), name
        assert read.model_validate(section) == read(), name


def test_what_the_data_says_is_filled_in(tmp_path: Path) -> None:
    for kind in ("classification", "extraction", "summary"):
        to_csv(ROWS[kind], tmp_path / f"{kind}.csv")
        assert (
            assay(
                "init", kind, "--kind", kind, "--data", f"{kind}.csv", "--input", "text", "--output", "label"
            )
            == 0
        )
    assert read_task(tmp_path / "classification").labels == {"a": None, "b": None, "c": None}
    assert read_task(tmp_path / "summary").sections == ("Facts", "Outcome")
    assert read_task(tmp_path / "extraction").output_schema == {
        "type": "object",
        "properties": {"date": {"type": "string"}, "total": {"type": "integer"}},
        "required": ["total"],
        "additionalProperties": False,
    }


def test_chat_messages_several_outputs_and_nested_paths_scaffold_too(tmp_path: Path) -> None:
    to_jsonl([{"messages": TURNS}, {"messages": TURNS}], tmp_path / "chat.jsonl")
    assert assay("init", "a", "--kind", "rewriting", "--data", "chat.jsonl", "--messages", "messages") == 0
    to_csv([{"body": "b", "company": "Acme", "date": "May"}], tmp_path / "flat.csv")
    assert (
        assay(
            "init",
            "b",
            "--kind",
            "extraction",
            "--data",
            "flat.csv",
            "--input",
            "body",
            "--output",
            "company",
            "--output",
            "date",
        )
        == 0
    )
    to_jsonl([{"user": {"text": "b"}, "label": "x"}], tmp_path / "nested.jsonl")
    assert (
        assay(
            "init",
            "c",
            "--kind",
            "classification",
            "--data",
            "nested.jsonl",
            "--input",
            "user.text",
            "--output",
            "label",
        )
        == 0
    )
    for name in "abc":
        assert assay("-C", str(tmp_path / name), "ingest") == 0


def test_sources_and_languages_come_from_columns_where_such_columns_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"text": "a", "label": "x", "src": "web", "lang": "cy-GB"},
        {"text": "b", "label": "x", "src": "", "lang": "en"},
    ]
    to_csv(rows, tmp_path / "d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "classification",
            "--data",
            "d.csv",
            "--input",
            "text",
            "--output",
            "label",
            "--source",
            "src",
            "--language",
            "lang",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert (list(card.sources), card.languages) == (["d", "web"], ("cy", "en"))
    assert "stops at rows in cy" in capsys.readouterr().err
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert sorted(pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet")["source"]) == ["d", "web"]


def test_a_held_out_file_is_copied_named_in_the_card_and_watched(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    to_csv(ROWS["classification"][:3], tmp_path / "test/d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "classification",
            "--data",
            "d.csv",
            "--held-out",
            "test/d.csv",
            "--input",
            "text",
            "--output",
            "label",
        )
        == 0
    )
    held_out = read_task(tmp_path / "p").held_out
    assert held_out is not None and held_out.path == "data/raw/held-out-d.csv"
    assert held_out.path in yaml.safe_load((tmp_path / "p/dvc.yaml").read_text())["stages"]["ingest"]["deps"]
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet")["held_out"].sum() == 3


HOSTILE = [
    "yes",
    "no: 1",
    "# a",
    "{{ 7 * 7 }}",
    "null",
    "1",
    "é\u2028x",
    "line\nbreak",
    "end\u0085x",
    "[a]",
    "'\"\\",
    "- a",
    "😀",
    "<b>",
    "2024-01-01",
    "!!python/object:os.system",
]


def test_hostile_labels_and_names_stay_what_they_are(tmp_path: Path) -> None:
    to_jsonl([{"text": f"t{n}", "label": label} for n, label in enumerate(HOSTILE)], tmp_path / "d.jsonl")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "classification",
            "--data",
            "d.jsonl",
            "--input",
            "text",
            "--output",
            "label",
            "--name",
            "a: {{ b }}\n# c",
            "--source",
            "d: #1",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert set(card.labels) == set(HOSTILE)
    assert (card.name, list(card.sources)) == ("a: {{ b }}\n# c", ["d: #1"])
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "d.csv", "--input", "txt", "--output", "label"], "did you mean 'text'"),
        (["--data", "absent.csv", "--input", "text", "--output", "label"], "does not exist"),
        (
            ["--data", "d.csv", "--input", "label", "--output", "text", "--metric", "chrf"],
            "choose --metric from macro_f1, accuracy",
        ),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--id", "label"],
            "ids are then made from the content",
        ),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--language", "English please"],
            "neither a column",
        ),
        (["--data", "latin.csv", "--input", "text", "--output", "label"], "fix: --encoding cp1252"),
        (["--data", "d.csv"], "name the columns with --input and --output"),
        (["--data", "many.csv", "--input", "text", "--output", "text"], "text, not labels"),
        (
            ["--data", "d.csv", "--input", "text", "--output", "label", "--held-out", "d2.csv"],
            "d2.csv has no column 'label'",
        ),
    ],
)
def test_a_fault_is_told_in_words_of_the_command_line_and_leaves_nothing(
    tmp_path: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    to_csv([{"text": "a", "tag": "x"}], tmp_path / "d2.csv")
    to_csv([{"text": f"t{n}", "label": "x"} for n in range(60)], tmp_path / "many.csv")
    (tmp_path / "latin.csv").write_bytes("text,label\ncafé,x\n".encode("latin-1"))
    before = names(tmp_path)
    assert assay("init", "p", "--kind", "classification", *arguments) == 2
    assert words in capsys.readouterr().err
    assert names(tmp_path) == before


def test_unknown_kind_and_missing_options_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert assay("init", "p", "--kind", "regression", "--data", "d.csv") == 2
    assert "'classification', 'extraction'" in capsys.readouterr().err
    assert assay("init") == 2
    assert "missing DIR, --kind, --data" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_refused_and_says_what(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "p").mkdir()
    (tmp_path / "p/notes.txt").write_text("mine")
    assert (
        assay(
            "init", "p", "--kind", "classification", "--data", "d.csv", "--input", "text", "--output", "label"
        )
        == 2
    )
    assert "holds notes.txt" in capsys.readouterr().err
    assert names(tmp_path / "p") == ["notes.txt"]


def test_an_empty_folder_or_a_fresh_clone_is_filled_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "p/.git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "p")
    assert (
        assay(
            "init",
            ".",
            "--kind",
            "classification",
            "--data",
            "../d.csv",
            "--input",
            "text",
            "--output",
            "label",
        )
        == 0
    )
    assert assay("ingest") == 0
    assert read_task(tmp_path / "p").name == "p"


def test_a_failure_half_way_leaves_the_folder_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    (tmp_path / "empty").mkdir()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write, "write_key", full)
    for name in ("new", "empty"):
        assert (
            assay(
                "init",
                name,
                "--kind",
                "classification",
                "--data",
                "d.csv",
                "--input",
                "text",
                "--output",
                "label",
            )
            == 2
        )
    assert names(tmp_path) == ["d.csv", "empty"]
    assert names(tmp_path / "empty") == []


def test_each_project_gets_a_key_of_its_own_that_others_cannot_read_and_git_ignores(tmp_path: Path) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    for name in ("a", "b"):
        assert (
            assay(
                "init",
                name,
                "--kind",
                "classification",
                "--data",
                "d.csv",
                "--input",
                "text",
                "--output",
                "label",
            )
            == 0
        )
    keys = [tmp_path / name / ".assay/key" for name in ("a", "b")]
    assert keys[0].read_text() != keys[1].read_text()
    assert all(stat.S_IMODE(key.stat().st_mode) == 0o600 for key in keys)
    ignored = (tmp_path / "a/.gitignore").read_text().splitlines()
    assert {"/.assay/", *(f"/data/{name}" for name in ("ingest", "scan", "redact", "split"))} <= set(ignored)


def test_new_key_writes_a_key_only_and_never_over_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert (
        assay(
            "init", "p", "--kind", "classification", "--data", "d.csv", "--input", "text", "--output", "label"
        )
        == 0
    )
    assert assay("init", "--new-key", "p") == 2
    assert "would change every digest" in capsys.readouterr().err
    (tmp_path / "p/.assay/key").unlink()
    monkeypatch.chdir(tmp_path / "p/data")
    assert assay("init", "--new-key") == 0
    assert len((tmp_path / "p/.assay/key").read_text().strip()) == 64
    monkeypatch.chdir(tmp_path)
    assert assay("init", "--new-key") == 2


@pytest.mark.slow
def test_git_and_dvc_are_set_up_and_dvc_runs_the_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dvc")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ASSAY_KEY", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    to_csv(ROWS["classification"], tmp_path / "d.csv")
    assert (
        assay(
            "init", "p", "--kind", "classification", "--data", "d.csv", "--input", "text", "--output", "label"
        )
        == 0
    )
    project = tmp_path / "p"
    assert "analytics = false" in (project / ".dvc/config").read_text()
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "repro", "ingest"], cwd=project, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    again = subprocess.run(
        [sys.executable, "-m", "dvc", "status", "ingest"], cwd=project, capture_output=True, text=True
    )
    assert "up to date" in again.stdout
    subprocess.run(["git", "add", "."], cwd=project, check=True)
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=project, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {
        "task.yaml",
        "params.yaml",
        "dvc.yaml",
        "dvc.lock",
        "decisions/.gitkeep",
        "records/.gitkeep",
    } <= set(tracked)
    held = [name for name in tracked if name.startswith(("data", ".assay"))]
    assert held == ["data/raw/.gitignore", "data/raw/d.csv.dvc"]  # the pointer, not the rows


def test_inside_a_repository_no_second_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dvc")
    monkeypatch.undo()
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / "p").mkdir()
    (tmp_path / "p/.dvcignore").write_text("mine\n")
    assert setup.start_git_and_dvc(tmp_path / "p") == []
    assert not (tmp_path / "p/.git").exists()
    assert (tmp_path / "p/.dvc/config").read_text().count("analytics = false") == 1
    assert (tmp_path / "p/.dvcignore").read_text() == "mine\n"


def test_without_dvc_init_says_so_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    notes = setup.start_git_and_dvc(tmp_path)
    assert len(notes) == 1 and "pip install 'assay[pipeline]'" in notes[0]
    assert (tmp_path / ".git").exists()


def test_schema_inference_fits_every_document_it_saw() -> None:
    from jsonschema import Draft202012Validator

    documents: list[Any] = [
        {"a": 1, "b": [1, "x", None]},
        {"a": 1.5, "c": {"d": True}},
        {"a": None, "b": []},
        [{"e": 1}],
        {str(n): n for n in range(100)},
    ]
    schema = infer.output_schema(pl.Series([*map(json.dumps, documents), "not json", "7"]))
    assert schema is not None
    Draft202012Validator.check_schema(schema)
    for document in documents:
        Draft202012Validator(schema).validate(document)
    assert infer.output_schema(pl.Series(["text"])) is None


def test_headings_are_sections_only_if_nearly_all_outputs_have_them() -> None:
    same = [f"## Background\nText {n}: more.\n\n**Outcome**\nDone {n}" for n in range(30)]
    assert infer.sections(pl.Series(same)) == ["Background", "Outcome"]
    assert infer.sections(pl.Series([*same[:15], *["## Other\nText"] * 15])) == []
    assert infer.sections(pl.Series(["Facts: one"])) == []


def test_blank_marks_are_what_the_card_counts_as_blank(tmp_path: Path) -> None:
    to_csv(ROWS["rewriting"], tmp_path / "d.csv")
    assert (
        assay(
            "init",
            "p",
            "--kind",
            "rewriting",
            "--data",
            "d.csv",
            "--input",
            "text",
            "--output",
            "label",
            "--target",
            "0.6",
            "--metric",
            "chrf",
        )
        == 0
    )
    card = read_task(tmp_path / "p")
    assert card.owner == BLANK and card.sources["d"].licence == BLANK
    assert card.metric.target == 0.6
    assert card.guessed == () and "metric.target" not in card.blanks()
    assert "guess of `assay init`" not in (tmp_path / "p/task.yaml").read_text()


def test_a_target_that_nobody_named_is_marked_as_a_guess_until_it_is_confirmed(tmp_path: Path) -> None:
    to_csv(ROWS["rewriting"], tmp_path / "d.csv")
    columns = ["--input", "text", "--output", "label"]
    assert assay("init", "p", "--kind", "rewriting", "--data", "d.csv", *columns) == 0
    card = read_task(tmp_path / "p")
    assert "metric.target" in card.blanks() and card.target_said() == "0.8 (a guess of `assay init`)"
    page = tmp_path / "p/task.yaml"
    page.write_text(page.read_text().replace("guessed: [metric.target]", "guessed: []"))
    assert "metric.target" not in read_task(tmp_path / "p").blanks()


def test_a_summary_without_sections_is_refused_unless_they_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to_csv([{"text": f"case {n}", "label": f"All went well, {n}."} for n in range(4)], tmp_path / "d.csv")
    command = ["init", "p", "--kind", "summary", "--data", "d.csv", "--input", "text", "--output", "label"]
    assert assay(*command) == 2
    assert "kind summary needs sections" in capsys.readouterr().err
    assert not (tmp_path / "p").exists()
    assert assay(*command, "--section", "Facts", "--section", "Outcome") == 0
    assert read_task(tmp_path / "p").sections == ("Facts", "Outcome")


def test_several_inputs_are_joined_by_the_template_and_columns_left_out_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"ask": "Translate.", "given": "pump", "answer": "pompe", "author": "x"},
        {"ask": "Name a fruit.", "given": "", "answer": "Pear", "author": "y"},
    ]
    to_csv(rows, tmp_path / "d.csv")
    command = ["--kind", "rewriting", "--data", "d.csv", "--output", "answer"]
    assert assay("init", "a", *command, "--input", "ask", "--input", "given") == 0
    assert "note: columns of d.csv that are not used: author" in capsys.readouterr().err
    assert assay("init", "b", *command, "--input-template", "{ask}\\nText: {given}") == 0
    for name, joined in (("a", "Translate.\n\npump"), ("b", "Translate.\nText: pump")):
        monkeypatch.chdir(tmp_path / name)
        assert assay("ingest") == 0
        assert "columns not used: author" in capsys.readouterr().err
        kept = pl.read_parquet("data/ingest/examples.parquet")
        assert set(kept["input"]) == {joined, "Name a fruit."}
    monkeypatch.chdir(tmp_path)
    assert assay("init", "c", *command, "--input", "ask", "--input-template", "{given}") == 2
    assert assay("init", "c", *command, "--input-template", "{nothing}") == 2
    assert assay("init", "c", *command, "--input-template", "no column") == 2
    assert assay("init", "c", *command, "--input-template", "{ask") == 2
    assert not (tmp_path / "c").exists()


def test_a_known_format_is_said_kept_in_params_and_can_be_overruled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"instruction": "Translate.", "input": "pump", "output": "pompe"},
        {"instruction": "Name a fruit.", "input": "", "output": "Pear"},
    ]
    (tmp_path / "d.json").write_text(json.dumps(rows))
    command = ["--kind", "rewriting", "--data", "d.json"]
    assert assay("init", "a", *command) == 0
    assert "read d.json as Alpaca: instruction + input -> output" in capsys.readouterr().err
    assert yaml.safe_load((tmp_path / "a/params.yaml").read_text())["ingest"]["layout"] == "alpaca"
    assert assay("init", "b", *command, "--layout", "flat") == 0
    assert "columns of d.json that are not used: instruction" in capsys.readouterr().err
    assert assay("init", "c", *command, "--input", "input", "--output", "output") == 0
    assert "d.json looks like Alpaca, but other columns are named" in capsys.readouterr().err
    assert assay("init", "d", *command, "--layout", "label_studio") == 2
    assert "d.json is not label_studio: that needs a column `data`" in capsys.readouterr().err
    assert assay("init", "d", *command, "--layout", "sharegpt") == 2
    assert "correct --layout" in capsys.readouterr().err
    assert assay("init", "d", "--kind", "preference", "--data", "d.json") == 2
    assert "holds Alpaca, which gives no examples of kind preference" in capsys.readouterr().err


def test_a_fix_for_a_nested_column_names_paths_that_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"text": f"t{n}", "topic": {"choices": ["x", "y"]}, "user": {"name": {"first": "A"}}}
        for n in range(3)
    ]
    to_jsonl([*rows, {"text": "t", "topic": "x", "user": None}], tmp_path / "d.jsonl")
    command = ["init", "p", "--kind", "classification", "--data", "d.jsonl"]
    assert assay(*command, "--input", "text", "--output", "first") == 2
    assert "name its path with --input or --output: user.name.first" in capsys.readouterr().err
    assert assay(*command, "--input", "user", "--output", "topic") == 2
    assert "name a path into it with --input or --output: user.name.first" in capsys.readouterr().err
    assert assay(*command, "--input", "user.name.first", "--output", "topic.choices.1") == 0


def test_a_column_of_truth_that_is_the_label_is_the_label(tmp_path: Path) -> None:
    rows = [{"prompt": f"q {n}", "completion": f"a {n}", "label": bool(n % 2)} for n in range(4)]
    to_jsonl(rows, tmp_path / "d.jsonl")
    command = ["init", "p", "--kind", "classification", "--data", "d.jsonl"]
    assert assay(*command, "--input", "prompt", "--output", "label") == 0
    assert assay("-C", str(tmp_path / "p"), "ingest") == 0
    assert pl.read_parquet(tmp_path / "p/data/ingest/examples.parquet").height == 4


def test_the_layouts_of_the_command_are_those_of_the_parameters() -> None:
    from typing import get_args

    from curate.ingest.params import LayoutName
    from governance.cli.init import LAYOUTS

    assert get_args(LayoutName) == LAYOUTS


def test_a_project_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("x")
    with pytest.raises(AssayError, match="is a file"):
        write.be_free(tmp_path / "p")
