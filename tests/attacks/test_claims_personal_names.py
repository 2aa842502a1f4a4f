"""Personal data in ids, labels, keys, sources and column names reaches neither git nor gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from curate.errors import AssayError
from curate.ids import PRIVATE_PREFIX, private_id
from curate.ingest.personal import personal
from curate.project import Project
from governance.life import resolve
from governance.scaffold.plan import Options, plan
from tests.attacks.project import edit_yaml, red, repro, rows, write_rows

PEOPLE = ("Tessa Quill", "Omar Haddadi", "Priya Raman", "Gareth Pugh", "Chidi Nwosu", "Niamh Doyle")


def mail(at: int) -> str:
    return f"{PEOPLE[at % 6].replace(' ', '.').lower()}{at}@mail.example.org"


def seen(root: Path) -> bytes:
    """Every byte of what leaves the project: gold, and what git holds."""
    kept = [path for path in root.iterdir() if path.is_file() and path.name != "raw.jsonl"]
    return b"".join(path.read_bytes() for path in [*kept, *(root / "gold").iterdir()]) + b"".join(
        pl.read_parquet(path).write_ndjson().encode() for path in (root / "gold").glob("*.parquet")
    )


def test_addresses_as_ids_are_replaced_by_keyed_digests(victim: Path) -> None:
    write_rows(victim, [row | {"id": mail(at)} for at, row in enumerate(rows())])
    (victim / "split.lock").unlink()
    repro(victim)
    assert b"@mail.example.org" not in seen(victim)
    ids = pl.read_parquet(victim / "gold" / "train.parquet")["example_id"]
    assert ids.str.starts_with(PRIVATE_PREFIX).all()
    mapping = pl.read_parquet(victim / "data" / "ingest" / "ids.parquet")
    assert dict(mapping.iter_rows())[private_id([mail(3)], Project(victim).key)[0]] == mail(3)
    assert resolve(Project(victim), mail(3)) == private_id([mail(3)], Project(victim).key)[0]
    assert "data" in (victim / ".gitignore").read_text()


def test_one_address_among_plain_ids_is_replaced_and_the_others_stay(victim: Path) -> None:
    made = rows()
    made[5]["id"] = mail(5)
    write_rows(victim, made)
    repro(victim)
    ids = pl.read_parquet(victim / "data" / "ingest" / "examples.parquet")["example_id"].to_list()
    assert sum(name.startswith(PRIVATE_PREFIX) for name in ids) == 1 and "t004" in ids
    assert red(victim) <= {"held-out"}  # the row may have been held out under its old name


def test_by_policy_personal_ids_stop_the_stage(victim: Path) -> None:
    write_rows(victim, [row | {"id": mail(at)} for at, row in enumerate(rows())])
    params = {"path": "raw.jsonl", "columns": {"id": "id", "input": "text", "output": "queue"}}
    defaults = {"source": "desk", "language": "en"}
    edit_yaml(victim / "params.yaml", ingest={**params, "defaults": defaults, "personal_ids": "refuse"})
    with pytest.raises(AssayError, match="ids look like personal data: 120 of 120 ids") as caught:
        repro(victim)
    assert "@" not in str(caught.value)


def file(tmp_path: Path, made: list[dict[str, Any]]) -> str:
    path = tmp_path / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in made), encoding="utf-8")
    return str(path)


def texts(count: int = 24) -> list[dict[str, Any]]:
    return [{"text": f"message number {at} of the week", "output": "a"} for at in range(count)]


@pytest.mark.parametrize(
    "make",
    [
        lambda at: {"agent": PEOPLE[at % 6]},
        lambda at: {"agent": f"{PEOPLE[at % 6]}, {at % 6 + 1} High Street, Leeds LS1 4AB"},
        lambda at: {"agent": mail(at % 6)},
    ],
    ids=["names", "names and addresses", "e-mail addresses"],
)
def test_init_writes_no_person_into_the_labels_of_the_card(tmp_path: Path, make: Any) -> None:
    data = file(tmp_path, [row | make(at) for at, row in enumerate(texts())])
    options = Options("classification", data, input=("text",), output=("agent",))
    with pytest.raises(AssayError, match="6 of 6 labels") as caught:
        plan(options)
    words = str(caught.value).lower()
    assert "--personal-names warn" in words and not any(name.lower() in words for name in PEOPLE)
    warned = plan(Options("classification", data, input=("text",), output=("agent",), personal_names="warn"))
    assert any("6 of 6 labels" in note for note in warned.notes)
    assert warned.ingest["personal_names"] == "warn"


def test_init_writes_no_key_of_a_persons_json_into_the_card(tmp_path: Path) -> None:
    data = file(tmp_path, [row | {"output": json.dumps({mail(at): at})} for at, row in enumerate(texts())])
    with pytest.raises(AssayError, match="keys of the JSON outputs") as caught:
        plan(Options("extraction", data, input=("text",), output=("output",)))
    assert "@" not in str(caught.value)


def test_a_header_that_is_data_is_refused_without_being_shown(tmp_path: Path) -> None:
    data = file(tmp_path, [{"text": row["text"], mail(1): "a"} for row in texts()])
    with pytest.raises(AssayError, match="column") as caught:
        plan(Options("classification", data, input=("text",), output=(mail(1),)))
    assert "@" not in str(caught.value)


@pytest.mark.parametrize("column", ["source", "language"])
def test_sources_and_languages_are_looked_at(tmp_path: Path, column: str) -> None:
    data = file(tmp_path, [row | {column: mail(at % 4)} for at, row in enumerate(texts())])
    with pytest.raises(AssayError) as caught:
        plan(Options("classification", data, input=("text",), output=("output",), **{column: column}))
    assert "@" not in str(caught.value)


PLAIN = {
    "ticket_id": [f"TK-{at:05d}" for at in range(300)],
    "id": [f"{at * 7_919_317 % 10**10:010d}" for at in range(500)],
    "card": [f"{at * 791_931_731_357_911 % 10**16:016d}" for at in range(500)],
    "uuid": [f"{at * 2654435761 % 2**32:08x}-0000-4000-8000-{at:012x}" for at in range(200)],
    "label": ["billing", "delivery", "may", "april", "Technical Support", "card_arrival", "sci.space"],
    "key": [f"2024-0{at % 9 + 1}-1{at % 9}-{at}" for at in range(100)],
}


@pytest.mark.parametrize("label", PLAIN)
def test_plain_ids_and_labels_are_left_alone(label: str) -> None:
    assert personal(pl.Series(PLAIN[label], dtype=pl.String), label).lines.is_empty()


@pytest.mark.parametrize(
    ("label", "values"),
    [("phone", ["07911 123456", "+44 7911 123457"]), ("nhsNumber", ["9434765919", "9434765870"])],
)
def test_a_column_is_read_by_its_header(label: str, values: list[str]) -> None:
    assert not personal(pl.Series(values), label).lines.is_empty()


def test_many_ids_are_read_by_a_sample_and_the_rest_by_patterns() -> None:
    plain = [f"TK-{at:05d}" for at in range(5_000)]
    looked = personal(pl.Series([*plain, mail(1)]), "ticket")
    assert looked.lines["value"].to_list() == [mail(1)] and not looked.mostly
    assert personal(pl.Series([f"{PEOPLE[at % 6]} {at}" for at in range(5_000)]), "customer name").mostly
