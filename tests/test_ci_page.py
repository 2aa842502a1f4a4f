"""The workflows of `docs/ci.md` are YAML, and every `assay` line in them is one that the command line
takes.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from governance.cli.main import assay

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "ci.md").read_text(encoding="utf-8")
WORKFLOWS = [yaml.load(block, yaml.BaseLoader) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]


def scripts(value: Any) -> list[str]:
    """The lines that a workflow runs."""
    if isinstance(value, dict):
        return [
            line
            for name, part in value.items()
            for line in (scripts(part) if name not in ("run", "script") else lines(part))
        ]
    return [line for part in value for line in scripts(part)] if isinstance(value, list) else []


def lines(part: str | list[str]) -> list[str]:
    return [line for text in ([part] if isinstance(part, str) else part) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("workflow", "commands"),
    zip(WORKFLOWS, [{"check", "diff"}, {"check", "diff"}, {"predict", "monitor"}], strict=True),
    ids=["github", "gitlab", "monitor"],
)
def test_every_assay_line_of_a_workflow_parses(
    workflow: Any, commands: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Files that a line reads must be there.
    monkeypatch.chdir(tmp_path)
    for name in ("live.jsonl", "routed.parquet"):
        Path(name).touch()
    ours = [line for line in scripts(workflow) if line.startswith("assay ")]
    assert {line.split()[1] for line in ours} == commands
    for line in ours:
        name, *arguments = shlex.split(re.split(r" > | \|\| ", line)[0])[1:]
        command = assay.get_command(click.Context(assay), name)
        assert command is not None
        command.make_context(name, arguments)


def test_the_comment_is_found_by_the_line_it_begins_with() -> None:
    from curate.diff.show.comment import MARKER

    assert PAGE.count(f'startswith("{MARKER}")') == len(WORKFLOWS) - 1 == 2


def test_every_script_is_one_that_a_shell_can_read() -> None:
    for workflow in WORKFLOWS:
        whole = "\n".join(scripts(workflow)).replace("${{", "$GITHUB_").replace("}}", "")
        read = subprocess.run(["bash", "-n"], input=whole, capture_output=True, text=True, check=False)
        assert read.returncode == 0, read.stderr


@pytest.mark.parametrize(("at", "job"), [(0, "gold"), (2, "monitor")])
def test_every_step_of_a_github_workflow_uses_an_action_of_a_version_or_runs_a_script(
    at: int, job: str
) -> None:
    steps = WORKFLOWS[at]["jobs"][job]["steps"]
    assert len(steps) > 5
    for step in steps:
        assert ("uses" in step) != ("run" in step)
        assert "run" in step or re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        # An `if` or a `with` misspelt is ignored without a word.
        assert not step.keys() - {"uses", "with", "run", "if", "id", "env"}
