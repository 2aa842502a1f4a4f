"""How a person is named on the command line: values as arguments, or a file with one a line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def person_options(command: Command) -> Command:
    """Arguments `VALUES` and `--from FILE`, handed over as `values` and `source`."""
    from_file = click.option(
        "--from",
        "source",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        help="A file with a value a line (- for stdin), so that none stands in the shell's history.",
    )
    return click.argument("values", nargs=-1)(from_file(command))


def values_given(values: tuple[str, ...], source: Path | None) -> tuple[str, ...]:
    """The values named either way, each once.

    Raises
    ------
    AssayError
        If the file cannot be read as text.
    """
    from curate.errors import AssayError
    from curate.text import plain

    lines = list(values)
    if source is not None:
        try:
            text = sys.stdin.read() if str(source) == "-" else source.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise AssayError(f"{plain(str(source))} cannot be read", fix="name a UTF-8 text file") from error
        lines += text.splitlines()
    return tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
