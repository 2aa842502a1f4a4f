"""`docs/commands.md` from the commands themselves: `python -m governance.cli.reference > docs/commands.md`.

A page written by hand goes stale; `--check`, and a test, compare this one with what the commands say of
themselves now.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from governance.cli.main import COMMANDS, assay

# The help of every command wraps at this width, whatever the terminal.
WIDTH = 100

HEAD = """# Commands

Made by `python -m governance.cli.reference`; change the help texts, not this page.

Everywhere: data on stdout, progress and messages on stderr, `NO_COLOR` honoured; exit code 0 is clean,
1 a finding or a gate that failed, 2 usage or configuration, 70 an error of assay itself (its trace:
`assay --debug COMMAND`). `assay COMMAND --help` prints what stands here.
"""


def reference() -> str:
    """The page, as Markdown: a list by section, then every command's help."""
    lines = [HEAD]
    for section in dict.fromkeys(section for _, _, section in COMMANDS.values()):
        lines += [f"**{section}**", ""]
        lines += [
            f"- [`assay {name}`](#assay-{name}): {words}"
            for name, (_, words, where) in COMMANDS.items()
            if where == section
        ]
        lines.append("")
    for name in COMMANDS:
        lines += [f"## assay {name}", ""]
        for path in [(name,), *_below(name)]:
            lines += ["```text", _help(*path), "```", ""]
    return "\n".join(lines)


def _below(name: str) -> list[tuple[str, str]]:
    """The commands of a group, with its name."""
    command = assay.get_command(click.Context(assay), name)
    return [(name, inner) for inner in sorted(command.commands)] if isinstance(command, click.Group) else []


def _help(*path: str) -> str:
    """What `assay NAME --help` prints on a terminal of `WIDTH` columns; NAME may be that of a group, then of
    its command.
    """
    context, command = click.Context(assay, info_name="assay", terminal_width=WIDTH), None
    for name in path:
        group = command if isinstance(command, click.Group) else assay
        command = group.get_command(context, name)
        assert command is not None
        command._help_option = None  # click keeps the one of an earlier call, by which `-h` may not be named
        context = click.Context(command, info_name=name, parent=context, terminal_width=WIDTH)
    assert command is not None
    with context:
        text = command.get_help(context)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        click.echo(reference(), nl=False)
    elif Path("docs/commands.md").read_text(encoding="utf-8") != reference():
        sys.exit("docs/commands.md is stale: python -m governance.cli.reference > docs/commands.md")
