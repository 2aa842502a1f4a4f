"""What the commands on plain files share: how a file is read and said to be read, and where results go.

Rows that cannot be read are named on stderr by every command, with their lines, and fail it with `--strict`.
Record numbers are those of the file, unreadable records counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from curate.errors import on_command_line
from governance.cli.rim import Command, say

if TYPE_CHECKING:
    import polars as pl

    from curate.engine import Engine
    from curate.plain.large import LargeFile
    from curate.read import Records


# As curate.read.FORMATS; importing that here would make `--help` slow.
FORMATS = ("csv", "tsv", "jsonl", "json", "parquet", "arrow", "dataset")


@dataclass(frozen=True)
class Reading:
    """How a person said that a file is written, and whether unreadable rows fail the command."""

    format: str = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    strict: bool = False


def reading_options(command: Command) -> Command:
    """The options `--format-in`, `--encoding`, `--delimiter` and `--strict`, handed over as `reading`."""
    from functools import wraps

    @wraps(command)
    def told(
        *arguments: Any, format_in: str, encoding: str, delimiter: str | None, strict: bool, **given: Any
    ) -> Any:
        with on_command_line():
            return command(*arguments, reading=Reading(format_in, encoding, delimiter, strict), **given)

    for option in (
        click.option(
            "--strict", is_flag=True, help="Exit 1 if a row cannot be read; else such rows are only named."
        ),
        click.option(
            "--delimiter",
            metavar="SIGN",
            help="Between the fields of a CSV or TSV file: ';', '|', tab, ...  [default: by its header]",
        ),
        click.option("--encoding", default="utf-8", show_default=True, help="Of a text file."),
        click.option(
            "--format-in",
            type=click.Choice(["auto", *FORMATS]),
            default="auto",
            show_default=True,
            help="Of the file that is read; auto goes by its suffix.",
        ),
    ):
        told = option(told)
    return told  # type: ignore[return-value]


def open_file(file: Path | str, reading: Reading) -> Records:
    """The records of a plain file; what could not be read, or was assumed, is said on stderr.

    Raises
    ------
    AssayError
        If the file cannot be read at all.
    GateFailed
        If a row cannot be read and `--strict` is given.
    """
    from curate.read import read_records
    from curate.read.dialect import delimiter_sign

    sign = None if reading.delimiter is None else delimiter_sign(reading.delimiter)
    records = read_records(file, format=reading.format, encoding=reading.encoding, delimiter=sign)
    report_reading(records, file, reading)
    return records


def report_reading(records: Records, file: Path | str, reading: Reading) -> None:
    """Say what was assumed of a file and which of its rows could not be read; see `open_file`."""
    from curate.errors import GateFailed
    from curate.text import plain

    name = plain(Path(file).name, 80)
    for note in records.notes:
        say(f"note: {name}: {note}")
    for column, line in records.mixed.items():
        where = f"{records.unit} {line}"
        say(f"note: {name}: column {plain(column, 40)!r} holds text, but a list or an object at {where}")
    if lost := records.unreadable():
        if reading.strict:
            raise GateFailed(
                f"{name}: {lost}", fix="correct these rows, or leave out --strict to go on without them"
            )
        say(f"warning: {name}: {lost}; left out{_another_encoding(records)}")


def _another_encoding(records: Records) -> str:
    """What to try where all that could not be read is not UTF-8."""
    from curate.read.formats import guessed_encoding

    rejects = records.rejects
    if set(rejects["reason"]) != {"invalid_utf8"}:
        return ""
    return f" (if the whole file is written so: --encoding {guessed_encoding(b''.join(rejects['raw']))})"


@contextmanager
def plain_engine(engine: str | None, file: Path) -> Iterator[Engine]:
    """The engine that a plain file is worked on: as asked, else by the file's size. What `stream` keeps lies
    in a folder of this user's alone under the system's for temporary files (TMPDIR).
    """
    import getpass
    import tempfile

    from curate.engine.choose import chosen, size_of
    from curate.text import plain

    folder = Path(tempfile.gettempdir()) / f"assay-{plain(getpass.getuser(), 40)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    with chosen(engine or "auto", lambda: size_of(file), folder, say) as running:
        yield running


def large_file(file: Path, reading: Reading, id_column: str | None) -> LargeFile:
    """A plain file that is read in parts."""
    from curate.plain.large import LargeFile
    from curate.read.dialect import delimiter_sign

    sign = None if reading.delimiter is None else delimiter_sign(reading.delimiter)
    return LargeFile(file, reading.format, reading.encoding, sign, id_column)


def report_lost(file: LargeFile, reading: Reading) -> None:
    """Say which rows of a file that was read in parts could not be read, as `open_file` does."""
    from curate.errors import GateFailed
    from curate.text import plain

    name = plain(file.path.name, 80)
    if lost := file.lost():
        if reading.strict:
            raise GateFailed(
                f"{name}: {lost}", fix="correct these rows, or leave out --strict to go on without them"
            )
        say(f"warning: {name}: {lost}; left out")


def row_ids(
    records: Records, id_column: str | None, file: Path | str, *, once: bool = True
) -> str | pl.Series:
    """What names the rows: the column, or the record numbers of the file.

    Raises
    ------
    AssayError
        If the column is missing or, with `once`, does not name each row: with the record numbers of the file.
    """
    if id_column is None:
        return records.numbers
    from curate.plain.frames import row_names

    row_names(records.frame, id_column, str(file), once=once, numbers=records.numbers)
    return id_column


def lost_rows(records: Records) -> str:
    """The rows that could not be read, as the end of a headline; empty if there are none."""
    from curate.text import plural

    lost = records.rejects.height
    return f"; {plural(lost, 'row')} could not be read" if lost else ""


def unreadable(records: Records) -> dict[str, int]:
    """How many rows could not be read, for a JSON document; empty if there are none."""
    return {"unreadable": records.rejects.height} if records.rejects.height else {}


def checked_place(out: Path | None) -> None:
    """Fail before the work, not after it, if the folder of `out` is not there and cannot be made.

    Raises
    ------
    AssayError
        Naming the file that stands where a folder is needed.
    """
    from curate.errors import AssayError

    if out is None:
        return
    there = next(path for path in out.absolute().parents if path.exists())
    if not there.is_dir():
        raise AssayError(
            f"{there} is a file, so {out.name} cannot be written under it", fix="name another file after -o"
        )


def checked_out(out: Path | None, *sources: Path | None) -> None:
    """Fail before the work if `-o` cannot be written: see `checked_place` and `checked_table`.

    Parameters
    ----------
    sources
        Files that are read.
    """
    checked_place(out)
    if out is not None:
        for source in sources or (None,):
            checked_table(out, source)


def write_out(frame: pl.DataFrame, out: Path | None, what: str) -> None:
    """Write the contract's table where `-o` says, as its ending says, whole or not at all, and say so."""
    if out is None:
        return
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    write_table(frame, out, checked_table(out, None), what)


# The forms a table can be written in, by the end of its name.
_FORMS = {".parquet": "parquet", ".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl"}


def checked_table(out: Path, source: Path | None, option: str = "-o", word: str = "new") -> str:
    """The form of a table to be written to `out`; fail before the work if it cannot be, or if it is `source`.

    Parameters
    ----------
    option
        The option that names `out`.
    word
        Stands in the name that is suggested in place of the source's.

    Raises
    ------
    AssayError
        If the name ends in no known form, or the input would be overwritten.
    """
    from curate.errors import AssayError

    if source is not None and out.resolve() == source.resolve():
        raise AssayError(
            f"{out} is the file that is read: it would be overwritten",
            fix=f"give {option} another name, such as {out.stem}.{word}.parquet",
        )
    form = _FORMS.get(out.suffix.lower())
    if form is None:
        raise AssayError(
            f"{out.name} does not end in one of {', '.join(_FORMS)}", fix=f"{option} {out.stem}.parquet"
        )
    return form


def write_table(
    frame: pl.DataFrame, out: Path, form: str, what: str, *, nested: frozenset[str] = frozenset()
) -> None:
    """Write a whole table as `form` says, whole or not at all, and say so.

    Parameters
    ----------
    nested
        Columns that a JSON reader made text of: objects and lists again where JSON Lines are written.

    Raises
    ------
    AssayError
        If CSV or TSV cannot hold a nested column.
    """
    import io

    import polars as pl

    from curate.errors import AssayError
    from curate.files import write_parquet, write_text

    if form == "parquet":
        write_parquet(frame, out)
    elif form == "jsonl":
        write_text(out, _json_lines(frame, nested))
    else:
        no_text = [name for name, dtype in frame.schema.items() if dtype.is_nested() or dtype == pl.Binary]
        if no_text:
            raise AssayError(
                f"{out.suffix} cannot hold the nested columns {', '.join(no_text)}",
                fix=f"-o {out.stem}.jsonl",
            )
        buffer = io.BytesIO()
        frame.write_csv(buffer, separator="\t" if form == "tsv" else ",")
        write_text(out, buffer.getvalue().decode("utf-8"))
    say(f"{what} written to {out}")


def _json_lines(frame: pl.DataFrame, nested: frozenset[str]) -> str:
    """One JSON object a row; of the columns `nested`, texts that are objects or lists as such."""
    import json

    lines = frame.write_ndjson()
    inside = [name for name in frame.columns if name in nested]
    if not inside:
        return lines
    made = []
    for line in lines.splitlines():  # row by row: no two values of a nested column need have one shape
        row = json.loads(line)
        for name in inside:
            row[name] = _unfolded(row[name])
        made.append(json.dumps(row, ensure_ascii=False, separators=(",", ":")))
    return "\n".join(made) + "\n"


def _unfolded(cell: Any) -> Any:
    """The object or list whose JSON a cell is; anything else as it is."""
    import json

    if not isinstance(cell, str) or cell[:1] not in ("{", "["):
        return cell
    try:
        return json.loads(cell)
    except ValueError:
        return cell


def id_option(command: Command) -> Command:
    """`--id COLUMN`, handed over as `id_column`."""
    return click.option(
        "--id",
        "id_column",
        metavar="COLUMN",
        help="Column that names a row.  [default: the 0-based record number]",
    )(command)


def out_option(columns: str, *spellings: str) -> Callable[[Command], Command]:
    """`-o FILE` or `--out FILE`, handed over as `out`; `spellings` are others that it always had."""
    return click.option(
        "-o",
        "--out",
        *spellings,
        "out",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help=f"Write `{columns}`; FILE ends in .parquet, .csv, .tsv or .jsonl.",
    )
