import subprocess
import sys

import pytest

from governance.cli.main import COMMANDS, assay, main

HEAVY = (
    "polars",
    "torch",
    "transformers",
    "presidio_analyzer",
    "pandera",
    "dvc",
    "datasets",
    "rich",
    "pydantic",
    "numpy",
)


def test_help_imports_nothing_heavy() -> None:
    code = (
        f"import sys; import governance.cli.main as m\ntry:\n    m.main(['--help'])\nexcept "
        f"SystemExit:\n    pass\nprint([n for n in {HEAVY!r} if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_loads_and_its_help_has_an_example(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    shown = capsys.readouterr().out
    assert stop.value.code == 0
    assert f"assay {name}" in shown and "Example" in shown


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_two_commands_share_a_module_attribute(name: str) -> None:
    command = assay.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None and command.name == name


def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["dedupe"])
    assert stop.value.code == 2
    assert "did you mean `assay dedup`" in capsys.readouterr().err


def test_outside_a_project_a_stage_says_how_to_begin(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["-C", str(tmp_path), "split"])
    shown = capsys.readouterr().err
    assert stop.value.code == 2
    assert "no task.yaml" in shown and "assay init" in shown and "Traceback" not in shown
