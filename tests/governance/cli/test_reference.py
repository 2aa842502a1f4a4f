"""The page of commands says what the commands say."""

from __future__ import annotations

from pathlib import Path

from governance.cli.reference import reference

PAGE = Path(__file__).resolve().parents[3] / "docs" / "commands.md"


def test_the_page_of_commands_is_what_they_say_of_themselves_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), (
        "run: python -m governance.cli.reference > docs/commands.md"
    )


def test_every_command_has_an_example_with_its_own_name() -> None:
    text = reference()
    for section in text.split("\n## assay ")[1:]:
        name = section.split("\n", 1)[0]
        assert f"\n    assay {name}" in section or f"assay {name}" in section.split("Options:")[0], name
