"""dvc.yaml is told of a file that a stage begins to depend on, and nothing else of it changes."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from curate.errors import AssayError
from curate.watched import watch

FILE = "decisions/suppressed.jsonl"
ROOT = Path(__file__).resolve().parents[2]
HEAD = "# A comment.\nstages:\n  ingest:\n    cmd: assay ingest\n"
TAIL = "    params:\n      - ingest   # knobs\n    outs: [data/ingest]\n  scan:\n    cmd: x\n    deps: [a]\n"
FORMS = {
    "block": HEAD + "    deps:\n      - a.csv\n      # why\n      - b.csv\n" + TAIL,
    "tight": HEAD + "    deps:\n    - a.csv\n" + TAIL,
    "flow": HEAD + "    deps: [a.csv, 'b c.csv']  # two\n" + TAIL,
    "empty": HEAD + "    deps: []\n" + TAIL,
    "none": HEAD + TAIL,
    "crlf": (HEAD + "    deps:\n      - a.csv\n" + TAIL).replace("\n", "\r\n"),
    "own": (ROOT / "dvc.yaml").read_text(),
    **{path.parent.name: path.read_text() for path in sorted((ROOT / "examples").glob("*/dvc.yaml"))},
}


@pytest.mark.parametrize("form", FORMS)
def test_one_line_more_and_nothing_else_changes(tmp_path: Path, form: str) -> None:
    path = tmp_path / "dvc.yaml"
    path.write_bytes(FORMS[form].encode())
    before = yaml.safe_load(FORMS[form])
    assert watch(tmp_path, "ingest", FILE)
    after = yaml.safe_load(path.read_bytes())
    deps = after["stages"]["ingest"].pop("deps")
    assert deps == [*before["stages"]["ingest"].pop("deps", []), FILE]
    assert after == before
    lines = set(FORMS[form].splitlines())
    assert len([line for line in path.read_bytes().decode().splitlines() if line not in lines]) == 1
    assert path.read_bytes().count(b"\r\n") in (0, path.read_bytes().count(b"\n"))
    assert not watch(tmp_path, "ingest", FILE)


def test_a_project_without_the_stage_is_left_as_it_is(tmp_path: Path) -> None:
    assert not watch(tmp_path, "ingest", FILE)
    (tmp_path / "dvc.yaml").write_text("stages:\n  other: {cmd: x}\n")
    assert not watch(tmp_path, "ingest", FILE)


@pytest.mark.parametrize(
    "text",
    ["stages: {ingest: {cmd: x, deps: [a]}}\n", "stages:\n  ingest:\n    cmd: x\n    deps: [a,\n      b]\n"],
)
def test_what_cannot_be_edited_is_said_with_the_line_to_add(tmp_path: Path, text: str) -> None:
    (tmp_path / "dvc.yaml").write_text(text)
    with pytest.raises(AssayError) as caught:
        watch(tmp_path, "ingest", FILE)
    assert FILE in caught.value.fix and (tmp_path / "dvc.yaml").read_text() == text
