"""Raw files without somebody: their records cut out, every other byte as it was.

A text file is cut at the lines where the reader says that records begin, in its own encoding; blank lines,
line ends, a byte order mark and the order stay. JSON that is one array is cut at its elements. Parquet and
Arrow are filtered and written with the compression that they had. What was written is read again: as many
rows as there should be, and none that holds the person.
"""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.ingest.params import Columns, RawFile
from curate.read import Records, read_records
from curate.read.formats import detect_format, read_bytes
from governance.erasure.person import Person, cell_text, holds, without_values
from governance.subjects.wanted import hits

# Rows of a raw frame that go for a reason of their own, such as their age.
Also = Callable[[pl.DataFrame], pl.Series]


@dataclass(frozen=True)
class Theirs:
    """What of a raw file goes.

    Parameters
    ----------
    person
        Whose rows.
    ids
        Values of the id column that say so too.
    columns
        Which columns ingest reads.
    redact
        Whether rows that merely mention the person stay, without the value.
    also
        Further rows.
    """

    person: Person
    ids: Collection[str]
    columns: Columns
    redact: bool = False
    also: Also | None = None


@dataclass(frozen=True)
class Edited:
    """A raw file without the person: its bytes, and how many records were cut out and redacted."""

    content: bytes
    dropped: int
    redacted: int


def without_person(
    path: Path,
    file: RawFile,
    theirs: Theirs,
    work: Path,
    delimiter: str | None = None,
    encoding: str = "utf-8",
) -> Edited | None:
    """The file without the person; None if it holds nothing of them.

    Parameters
    ----------
    work
        A folder of the project that neither git nor DVC sees, in which the outcome is read again.

    Raises
    ------
    AssayError
        If it cannot be read, or is of a form that is not edited (a folder of `datasets`).
    """
    form = detect_format(path, file.format)
    if form == "dataset":
        raise AssayError(
            f"{path} is a folder of `datasets`, which is not edited", fix="write it anew without them"
        )
    records = read_records(path, format=file.format, encoding=encoding, delimiter=delimiter)
    drop, redact = _marked(records.frame, theirs)
    lost = [holds([raw.decode("utf-8", "replace")], theirs.person) for raw in records.rejects["raw"]]
    if not (drop.any() or redact.any() or any(lost)):
        return None
    if form in ("parquet", "arrow"):
        edited = _columnar(path, form, drop, redact, theirs)
    else:
        packed = path.read_bytes()
        data = read_bytes(path)
        cut = _array if form == "json" else _lines
        content, dropped, redacted = cut(
            data, encoding, records, drop.to_list(), redact.to_list(), lost, theirs.person
        )
        edited = Edited(_packed(content, packed), dropped, redacted)
    _check(path, file, edited, records, theirs, work, delimiter, encoding)
    return edited


def _marked(frame: pl.DataFrame, theirs: Theirs) -> tuple[pl.Series, pl.Series]:
    """Rows that go, and rows in which a value is replaced."""
    person, columns = theirs.person, theirs.columns
    own = pl.Series([False] * frame.height, dtype=pl.Boolean)
    spoken = own
    for name in filter(None, (columns.id, columns.subject, columns.group)):
        if name in frame.columns:
            texts = frame[name].cast(pl.String, strict=False)
            wanted = sorted({*person.own, *(theirs.ids if name == columns.id else ())})
            own |= texts.is_in(wanted).fill_null(False)
    if person.sought:
        asked = [
            hits(
                pl.col(name).map_elements(cell_text, return_dtype=pl.String)
                if dtype.is_nested()
                else pl.col(name).cast(pl.String, strict=False),
                person.sought,
            )
            for name, dtype in frame.schema.items()
            if dtype != pl.Binary
        ]
        spoken = frame.select(pl.any_horizontal(asked).alias("spoken"))["spoken"] if asked else spoken
    if theirs.also is not None:
        own |= theirs.also(frame)
    return (own, spoken & ~own) if theirs.redact else (own | spoken, spoken & False)


def _lines(
    data: bytes,
    encoding: str,
    records: Records,
    drop: Sequence[bool],
    redact: Sequence[bool],
    lost: Sequence[bool],
    person: Person,
) -> tuple[bytes, int, int]:
    text, codec = _decoded(data, encoding)
    end = "\n" if "\n" in text else "\r"
    lines = text.split(end)
    marks = [(line, kind) for line, kind in zip(records.lines, map(_kind, drop, redact), strict=True)]
    marks += [
        (line, "drop" if gone else "") for line, gone in zip(records.rejects["line"], lost, strict=True)
    ]
    marks.sort()
    fresh = lines[: marks[0][0] - 1]
    dropped = redacted = 0
    for number, (line, kind) in enumerate(marks):
        until = marks[number + 1][0] - 1 if number + 1 < len(marks) else len(lines)
        record = lines[line - 1 : until]
        if not kind:
            fresh += record
            continue
        last = max((at for at, one in enumerate(record) if one.strip()), default=0)
        body, blank = record[: last + 1], record[last + 1 :]
        if kind == "redact":
            changed = _redacted(end.join(body), person)
            if changed is not None:
                fresh += [changed]
                redacted += 1
            else:
                dropped += 1
        else:
            dropped += 1
        fresh += blank
    return end.join(fresh).encode(codec, "surrogateescape"), dropped, redacted


def _kind(drop: bool, redact: bool) -> str:
    return "drop" if drop else "redact" if redact else ""


def _redacted(record: str, person: Person) -> str | None:
    """A record's text without the values; None if one still stands there in another form."""
    changed = without_values(record, person)
    if record.lstrip().startswith("{"):
        try:
            value = json.loads(changed)
        except ValueError:
            return None
        if holds(_strings(value), person):
            changed = json.dumps(_mapped(value, person), ensure_ascii=False)
            return None if holds(_strings(json.loads(changed)), person) else changed
        return changed
    return None if holds([changed], person) else changed


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for name, part in value.items() for text in (name, *_strings(part))]
    if isinstance(value, list):
        return [text for part in value for text in _strings(part)]
    return [value] if isinstance(value, str) else [] if value is None else [str(value)]


def _mapped(value: Any, person: Person) -> Any:
    if isinstance(value, dict):
        return {name: _mapped(part, person) for name, part in value.items()}
    if isinstance(value, list):
        return [_mapped(part, person) for part in value]
    return without_values(value, person) if isinstance(value, str) else value


def _array(
    data: bytes,
    encoding: str,
    records: Records,
    drop: Sequence[bool],
    redact: Sequence[bool],
    lost: Sequence[bool],
    person: Person,
) -> tuple[bytes, int, int]:
    text, codec = _decoded(data, encoding)
    spans = _elements(text)
    kinds = {
        int(at): _kind(*one) for at, one in zip(records.lines, zip(drop, redact, strict=True), strict=True)
    }
    kinds |= {int(at): "drop" for at, gone in zip(records.rejects["line"], lost, strict=True) if gone}
    pieces: list[str] = []
    dropped = redacted = 0
    for number, (start, stop) in enumerate(spans):
        element, kind = text[start:stop], kinds.get(number, "")
        changed = element if not kind else _redacted(element, person) if kind == "redact" else None
        redacted += kind == "redact" and changed is not None
        dropped += bool(kind) and changed is None
        before = text[spans[number - 1][1] if number else 0 : start]
        if changed is None:
            continue
        # The first that stays follows the opening bracket; each other one keeps what parted it.
        pieces.append((text[: spans[0][0]] if not pieces else before if number else "") + changed)
    head = "".join(pieces) if pieces else text[: spans[0][0]]
    return (head + text[spans[-1][1] :]).encode(codec, "surrogateescape"), dropped, redacted


def _elements(text: str) -> list[tuple[int, int]]:
    """Where each element of the array that a text is begins and ends."""
    decoder = json.JSONDecoder()
    spans: list[tuple[int, int]] = []
    at = text.find("[") + 1
    if not at or text[: at - 1].strip("\ufeff \t\r\n"):
        raise AssayError(
            "the JSON file is not one array", fix="take the rows out by hand: params erasure.raw: ask"
        )
    while True:
        while text[at] in " \t\r\n,":
            at += 1
        if text[at] == "]":
            return spans
        _, stop = decoder.raw_decode(text, at)
        spans.append((at, stop))
        at = stop


def _decoded(data: bytes, encoding: str) -> tuple[str, str]:
    """The text with its byte order mark in it, and the codec that gives the same bytes again."""
    codec = "utf-8" if encoding.lower().replace("_", "-") in ("utf-8", "utf8", "utf-8-sig") else encoding
    for mark, explicit in (
        (b"\xff\xfe\x00\x00", "utf-32-le"),
        (b"\x00\x00\xfe\xff", "utf-32-be"),
        (b"\xff\xfe", "utf-16-le"),
        (b"\xfe\xff", "utf-16-be"),
    ):
        if data.startswith(mark):
            codec = explicit
            break
    return data.decode(codec, "surrogateescape"), codec


def _packed(content: bytes, was: bytes) -> bytes:
    if was[:2] == b"\x1f\x8b":
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as file:
            file.write(content)
        return buffer.getvalue()
    if was[:4] == b"\x28\xb5\x2f\xfd":
        import zstandard

        return bytes(zstandard.ZstdCompressor().compress(content))
    return content


def _columnar(path: Path, form: str, drop: pl.Series, redact: pl.Series, theirs: Theirs) -> Edited:
    """Nested values are not rewritten: a row that mentions the person in one goes."""
    import pyarrow.parquet as parquet

    frame = (
        pl.read_parquet(path, glob=False) if form == "parquet" else pl.read_ipc(io.BytesIO(path.read_bytes()))
    )
    for name in [name for name, dtype in frame.schema.items() if dtype == pl.String and redact.any()]:
        cells = [
            without_values(cell, theirs.person) if cell is not None and mine else cell
            for cell, mine in zip(frame[name].to_list(), redact.to_list(), strict=True)
        ]
        frame = frame.with_columns(pl.Series(name, cells, dtype=pl.String))
    stays = ~drop
    if redact.any():
        stays &= ~_marked(frame, Theirs(theirs.person, (), Columns()))[0]
    buffer = io.BytesIO()
    if form == "parquet":
        # By pyarrow, which keeps what the file says of itself beside its columns.
        table = parquet.read_table(path)
        kept = frame.filter(stays).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(table.schema)
        meta = parquet.ParquetFile(path).metadata
        codec = meta.row_group(0).column(0).compression.lower() if meta.num_row_groups else "snappy"
        written = kept.replace_schema_metadata(table.schema.metadata)
        parquet.write_table(written, buffer, compression="none" if codec == "uncompressed" else codec)
    else:
        frame.filter(stays).write_ipc(buffer)
    return Edited(buffer.getvalue(), int((~stays).sum()), int((redact & stays).sum()))


def _check(
    path: Path,
    file: RawFile,
    edited: Edited,
    before: Records,
    theirs: Theirs,
    work: Path,
    delimiter: str | None,
    encoding: str,
) -> None:
    """Read again what was written: nothing but the person is gone.

    A delimiter that was read off the rows is not asked of fewer rows again: nothing then says the same.
    """
    rows = before.frame.height + before.rejects.height - edited.dropped
    if rows <= 0:
        return
    with TemporaryDirectory(dir=work) as folder:
        fresh = Path(folder) / path.name
        fresh.write_bytes(edited.content)
        try:
            after = read_records(fresh, format=file.format, encoding=encoding, delimiter=delimiter)
        except AssayError:
            after = None
    if after is None and not before.frame.height - edited.dropped > 0:
        return  # rows that cannot be read are all that is left
    fine = (
        after is not None
        and after.frame.height + after.rejects.height == rows
        and after.frame.columns == before.frame.columns
        and not any(one.any() for one in _marked(after.frame, theirs))
    )
    if not fine:
        raise AssayError(
            f"{path.name} could not be edited without touching other rows",
            fix="take the rows out by hand, with params.yaml: erasure: {raw: ask}",
        )
