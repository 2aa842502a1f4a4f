"""This repository's `dvc.yaml`: each stage watches the code it imports, what it reads, nothing else.

python -m tests.test_dvc_yaml      # rewrites the lists of code after an import has changed
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from curate.stages import CURATION, NAMES, TABLE, Stage

ROOT = Path(__file__).resolve().parents[1]
FLOORS = ("curate", "train", "governance")
# Folders whose rooms are watched one by one; of any other folder the whole.
SPLIT = ("curate", "curate/pii", "train", "governance")
DVC: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]


def source_of(module: str) -> Path | None:
    """The file of a module of this repository."""
    place = ROOT / module.replace(".", "/")
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.exists():
            return path
    return None


@cache
def imported_by(path: Path) -> frozenset[str]:
    """The modules of this repository that a file imports, at its top or in a function, but for types only."""
    names: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            return
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text()))
    return frozenset(name for name in names if name.split(".")[0] in FLOORS and source_of(name))


def needed(modules: list[str]) -> set[Path]:
    """Every file of this repository that importing and running `modules` may read."""
    files: set[Path] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        parents = [".".join(module.split(".")[:depth]) for depth in range(1, module.count(".") + 1)]
        for name in (module, *parents):
            path = source_of(name)
            if path and path not in files:
                files.add(path)
                waiting += imported_by(path)
    return files


def watched(files: set[Path]) -> list[str]:
    """The folders, and files between them, that hold `files`."""
    places = set()
    for path in files:
        parts = path.relative_to(ROOT).parts
        depth = next(depth for depth in range(1, len(parts) + 1) if "/".join(parts[:depth]) not in SPLIT)
        if parts[depth - 1] != "__init__.py":  # of FLOORS and of `pii`: a docstring
            places.add("/".join(parts[:depth]))
    return sorted(places)


def code_of(stage: Stage) -> list[str]:
    modules = [stage.module]
    if stage.name == "publish":  # the manifest holds every stage's parameters, by the models of the table
        modules += [each.params.partition(":")[0] for each in CURATION]
    files = needed(modules)
    if stage.module.startswith("train."):  # minutes of work: what the ground floor does reaches them as data
        files = {path for path in files if path.relative_to(ROOT).parts[0] == "train"}
    return watched(files)


@pytest.mark.parametrize("stage", TABLE, ids=NAMES)
def test_each_stage_watches_the_code_that_it_imports(stage: Stage) -> None:
    deps = [dep for dep in DVC[stage.name]["deps"] if dep.split("/")[0] in FLOORS]
    assert deps == code_of(stage), "dvc.yaml is behind the imports: python -m tests.test_dvc_yaml"


@pytest.mark.parametrize("stage", TABLE, ids=NAMES)
def test_each_stage_watches_what_it_reads_and_its_own_parameters(stage: Stage) -> None:
    entry = DVC[stage.name]
    data = {dep for dep in entry["deps"] if dep.split("/")[0] not in FLOORS}
    for read in stage.reads:
        output = next(each.output for each in TABLE if each.name == read)
        assert any(dep == output or dep.startswith(f"{output}/") for dep in data), (stage.name, read)
    for file in stage.files:
        assert any(dep == file or file.startswith(f"{dep}/") for dep in data), (stage.name, file)
    params = [one for one in entry.get("params", []) if isinstance(one, str)]
    if stage.params:
        assert stage.name in params
    card = {field for one in entry.get("params", []) if isinstance(one, dict) for field in one["task.yaml"]}
    # The demo key stands for the secret one; a field that only other kinds have is absent from this card.
    optional = {"held_out", "output_schema", "sections", "style"}
    if "task.yaml" not in data and stage.card:
        assert set(stage.card) - optional <= card <= {*stage.card, "demo_key"}
        assert ("demo_key" in card) == (stage.keyed), stage.name


def test_publish_watches_sections_of_params_yaml_so_that_a_comment_does_not_run_it_again() -> None:
    assert "params.yaml" not in DVC["publish"]["deps"]
    assert DVC["publish"]["params"] == [*(stage.name for stage in CURATION), "publish"]


def with_code(text: str) -> str:
    """The text of a `dvc.yaml` (one dependency a line) with each stage's code as it is imported now."""
    stages = {stage.name: stage for stage in TABLE}
    lines: list[str] = []
    stage: Stage | None = None
    among_deps = False
    for line in text.splitlines():
        if line.startswith("  ") and line[2] not in " #":
            stage = stages.get(line.strip(" :"))
        if line.startswith("    ") and line[4] != " ":
            among_deps = line == "    deps:"
        if stage and among_deps and line.strip(" -").split("/")[0] in FLOORS:
            continue
        lines.append(line)
        if line == "    deps:" and stage:
            lines += [f"      - {place}" for place in code_of(stage)]
    return "\n".join(lines) + "\n"


def test_writing_the_lists_anew_changes_nothing() -> None:
    text = (ROOT / "dvc.yaml").read_text()
    assert with_code(text) == text


if __name__ == "__main__":
    (ROOT / "dvc.yaml").write_text(with_code((ROOT / "dvc.yaml").read_text()))
