from pathlib import Path

import pytest
import yaml

from curate.errors import AssayError
from curate.params import read_yaml
from curate.task import read_task

CARD = {
    "assay": 1,
    "name": "triage",
    "kind": "classification",
    "behaviour": "route a message",
    "metric": {"name": "macro_f1", "target": 0.8},
}


def write(folder: Path, **changes: object) -> Path:
    card = {key: value for key, value in {**CARD, **changes}.items() if value is not None}
    (folder / "task.yaml").write_text(yaml.safe_dump(card))
    return folder


@pytest.mark.parametrize("metric", [None, {"name": "macro_f1"}, {"target": 0.8}, "macro_f1"])
def test_no_metric_or_no_target_no_run(tmp_path: Path, metric: object) -> None:
    with pytest.raises(AssayError, match="nothing runs without it") as error:
        read_task(write(tmp_path, metric=metric))
    assert "metric:" in error.value.fix


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"kind": "poetry"}, "task.kind"),
        ({"metric": {"name": "chrf", "target": 0.5}}, "does not fit kind classification"),
        ({"metric": {"name": "macro_f1", "target": 1.5}}, "task.metric.target"),
        ({"fresh_facts": True}, "use retrieval"),
        ({"lables": ["a"]}, "task.lables"),
        ({"behaviour": ""}, "task.behaviour"),
    ],
)
def test_a_wrong_card_names_the_field(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(AssayError) as error:
        read_task(write(tmp_path, **changes))
    assert words in error.value.problem and error.value.fix == "edit task.yaml"


def test_yaml_faults_name_the_line(tmp_path: Path) -> None:
    (tmp_path / "task.yaml").write_text("name: x\nkind: [unclosed\n")
    with pytest.raises(AssayError, match="not valid YAML at line"):
        read_task(tmp_path)


def test_a_name_that_stands_twice_is_an_error_not_the_last_one(tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text(
        "redact:\n  actions: {UK_NHS: drop_row}\n  scope: record\n  actions: {}\n"
    )
    with pytest.raises(AssayError, match="line 4: `actions` stands twice"):
        read_yaml(tmp_path / "params.yaml")


def test_labels_may_be_a_list_or_a_mapping(tmp_path: Path) -> None:
    assert read_task(write(tmp_path, labels=["a", "b"])).labels == {"a": None, "b": None}
    assert read_task(write(tmp_path, labels={"a": "first"})).labels == {"a": "first"}


def test_blanks_are_listed(tmp_path: Path) -> None:
    blanks = read_task(write(tmp_path, sources={"web": {"licence": "own data"}})).blanks()
    assert {"owner", "steward", "sources.web.lawful_basis", "review.next"} <= set(blanks)
    assert "sources.web.licence" not in blanks
