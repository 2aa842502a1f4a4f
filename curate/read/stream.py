"""A file in parts of so many records, in constant memory: JSON Lines, CSV, TSV (each also `.gz` or `.zst`)
and Parquet.

The records, and the reasons for those that cannot be read, are those of `read_records` (tested); only what
needs the whole file is missing: a type over all rows of a JSON column, and whether most of the file is in
another encoding, which is asked of its first megabyte. JSON, Arrow and saved datasets, and text whose line
ends are carriage returns or that is not UTF-8, are read whole and handed out in parts.
"""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import polars as pl

from curate.bounds import CELL_BYTES
from curate.errors import AssayError, native_errors
from curate.files import space_errors
from curate.read.columnar import columnar_records
from curate.read.delimited import Layout, layout_of, record_end, records_in
from curate.read.formats import as_utf8, detect_format, read_bytes
from curate.read.jsonfile import lines_of
from curate.read.records import NoRows, Records
from curate.read.shards import Shards, find_shards
from curate.read.together import with_folder_columns
from curate.text import plain, shell_word

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """Records of a file in their order.

    Parameters
    ----------
    start
        The number of the first, counted from 0, unreadable ones counted.
    records
        The readable ones and the others, with their lines in the file (the shard, where there are several);
        their numbers count from the part's beginning.
    read, size
        Bytes of the file read so far and in all, for progress.
    """

    start: int
    records: Records
    read: int
    size: int

    @property
    def height(self) -> int:
        """Records, unreadable ones counted."""
        return self.records.frame.height + self.records.rejects.height

    @property
    def numbers(self) -> pl.Series:
        """The number in the file of each readable record."""
        return self.records.numbers + self.start

    @property
    def unreadable(self) -> pl.DataFrame:
        """`row, reason` of the others."""
        mine = set(self.records.numbers.to_list())
        lost = [number + self.start for number in range(self.height) if number not in mine]
        reasons = self.records.rejects["reason"].to_list()
        return pl.DataFrame({"row": lost, "reason": reasons}, schema={"row": pl.Int64, "reason": pl.String})


def parts(
    path: Path | str,
    rows: int,
    *,
    format: str = "auto",
    encoding: str = "utf-8",
    delimiter: str | None = None,
) -> Iterator[Part]:
    """The file's records, `rows` at a time.

    Raises
    ------
    AssayError
        As `curate.read.read_records`, if the file cannot be read, holds no rows or is in another encoding.
    """
    shards = find_shards(path, format)
    if shards is not None:
        return _of_shards(shards, rows, encoding, delimiter)
    path = Path(path)
    kind = detect_format(path, format)
    if kind == "parquet":
        return _of_parquet(path, rows)
    if kind in ("jsonl", "csv", "tsv") and codecs.lookup(_known(encoding, path)).name in _UTF8:
        with _opened(path) as file:
            head = _head(file, path, encoding)
        if kind == "jsonl" and head.lstrip()[:1] != b"[":
            return _numbered(_of_lines(path, rows), path)
        default = {"csv": ",", "tsv": "\t"}.get(kind, "")
        if default and (layout := layout_of(head, path, default=default, delimiter=delimiter)):
            return _numbered(_of_delimited(path, rows, layout), path)
    return _of_whole(path, rows, format, encoding, delimiter)


_UTF8 = ("utf-8", "utf-8-sig")


def _of_shards(shards: Shards, rows: int, encoding: str, delimiter: str | None) -> Iterator[Part]:
    """The parts of one shard after the other, numbered on; each has the columns of its own shard."""
    start, done, size = 0, 0, sum(shard.size for shard in shards.each)
    if shards.format == "dataset":
        with shards.folder() as folder:
            yield from _of_whole(folder, rows, "dataset", encoding, delimiter)
        return
    for shard in shards.each:
        with shards.opened(shard) as path:
            try:
                for part in parts(path, rows, format=shards.format, encoding=encoding, delimiter=delimiter):
                    frame = with_folder_columns(part.records.frame, shard)
                    of = () if shards.alone else ((shard.name, 0),)
                    records = replace(part.records, frame=frame, shards=of)
                    share = part.read / part.size if part.size else 1
                    yield Part(start + part.start, records, done + int(share * shard.size), size)
                    height = part.start + part.height
                start += height
            except NoRows:
                if shards.alone:
                    raise
        done += shard.size
    if not start:
        raise NoRows(f"{plain(shards.path, 300)} holds no rows", fix="export it again with its rows")


def _known(encoding: str, path: Path) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise AssayError(
            f"{path}: unknown encoding {encoding!r}", fix="name one that Python knows: utf-8, latin-1, ..."
        ) from None
    return encoding


def _opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked as they are read, by its first bytes, whatever the suffix."""
    with space_errors(path):
        file = path.open("rb")
    magic = file.read(4)
    file.seek(0)
    if magic[:2] == b"\x1f\x8b":
        file.close()
        return cast(BinaryIO, gzip.open(path, "rb"))
    if magic == b"\x28\xb5\x2f\xfd":
        import zstandard

        reader: Any = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(
            file, read_across_frames=True, closefd=True
        )
        return cast(BinaryIO, reader)
    return file


def _read(file: BinaryIO, path: Path, size: int = _BLOCK) -> bytes:
    try:
        return file.read(size)
    except Exception as error:  # gzip, zlib and zstandard each raise their own of a damaged archive
        raise AssayError(
            f"{path} cannot be read: {type(error).__name__}: it is damaged or cut short",
            fix=f"copy it again, then: file {shell_word(path)}",
        ) from None


def _head(file: BinaryIO, path: Path, encoding: str) -> bytes:
    """The file's first whole lines, if it is text in UTF-8."""
    head = _read(file, path)
    if not head.strip():
        raise NoRows(f"{path} is empty: it holds no rows", fix="export it again with its rows")
    more = len(head) == _BLOCK
    while more and b"\n" not in head and (block := _read(file, path)):
        head += block
        CELL_BYTES.check(len(head), path)
    whole = head[: head.rfind(b"\n") + 1] if more and b"\n" in head else head
    if path.stat().st_size <= _BLOCK:
        read_bytes(path)  # says by its first bytes what a file is that is not text
    return as_utf8(whole, path, encoding)


def _numbered(records: Iterator[tuple[Records, int]], path: Path) -> Iterator[Part]:
    size, start = path.stat().st_size, 0
    for one, read in records:
        part = Part(start, one, min(read, size), size)
        if part.height:
            yield part
        start += part.height
    if not start:
        raise NoRows(f"{path} is empty: it holds no rows", fix="export it again with its rows")


def _of_lines(path: Path, rows: int) -> Iterator[tuple[Records, int]]:
    """JSON Lines: a record a line."""
    with _opened(path) as file:
        held: list[bytes] = []
        numbers: list[int] = []  # the line of each
        rest, read, number = b"", 0, 0
        while block := _read(file, path):
            read += len(block)
            if read == len(block):
                block = block.removeprefix(codecs.BOM_UTF8)
            *lines, rest = (rest + block).split(b"\n")
            CELL_BYTES.check(len(rest), path)
            here = [at for at, line in enumerate(lines, number + 1) if line.strip()]
            held += [lines[at - number - 1] for at in here]
            numbers += here
            number += len(lines)
            while len(held) >= rows:
                yield _at_lines(lines_of(b"\n".join(held[:rows])), numbers[:rows]), read
                del held[:rows], numbers[:rows]
        if rest.strip():
            held.append(rest)
            numbers.append(number + 1)
        for at in range(0, len(held), rows):
            some = slice(at, at + rows)
            yield _at_lines(lines_of(b"\n".join(held[some])), numbers[some]), read


def _at_lines(records: Records, numbers: list[int]) -> Records:
    """Records that count lines from 1, each at the line that it has in the file."""
    places = pl.Series("line", numbers, dtype=pl.Int64)
    return replace(
        records,
        lines=places.gather(records.lines - 1),
        rejects=records.rejects.with_columns(places.gather(records.rejects["line"] - 1).alias("line")),
    )


def _below(records: Records, lines: int) -> Records:
    """Records that count lines from 1, with so many lines before them."""
    return replace(
        records,
        lines=records.lines + lines,
        rejects=records.rejects.with_columns(pl.col("line") + lines),
    )


def _of_delimited(path: Path, rows: int, layout: Layout) -> Iterator[tuple[Records, int]]:
    """CSV and TSV: a record may hold line ends in quotes. Where a quote is astray only that line is lost."""
    with _opened(path) as file:
        buffer, read, ended = bytearray(), 0, False
        at, held, begun, lines = 0, 0, False, 0
        start = 0
        while not ended:
            block = _read(file, path)
            ended, read = not block, read + len(block)
            if ended and buffer and buffer[-1:] != b"\n":
                block = b"\n"
            buffer += block
            if not begun:
                buffer = bytearray(bytes(buffer).removeprefix(codecs.BOM_UTF8))
                if len(buffer) < layout.start and not ended:
                    continue
                at = start = layout.start
                begun, lines = True, buffer.count(b"\n", 0, start)
            while at < len(buffer):
                end, count = _unquoted_records(buffer, at, rows - held)
                if not count:
                    end, count = _next_record(buffer, at, layout, path, ended), 1
                    if not end:
                        break
                    count = int(bool(bytes(buffer[at:end]).strip(b"\r\n")))
                held += count
                at = end
                if held == rows:
                    data = bytes(buffer[start:at])
                    yield _below(records_in(data, layout), lines), read
                    start, held, lines = at, 0, lines + data.count(b"\n")
            del buffer[:start]
            at, start = at - start, 0
        if held:
            yield _below(records_in(bytes(buffer[:at]), layout), lines), read


def _next_record(buffer: bytearray, at: int, layout: Layout, path: Path, ended: bool) -> int:
    """Where the record at `at` ends; 0 if that is not yet known."""
    end = record_end(buffer, at, layout)
    if end is None:
        # Not yet whole, or astray: what is longer than any cell may be is astray.
        line = buffer.find(b"\n", at) + 1
        if not line or not (ended or len(buffer) - at > CELL_BYTES.limit):
            CELL_BYTES.check(len(buffer) - at if not line else 0, path)
            return 0
        end = line
    return end


def _unquoted_records(buffer: bytearray, at: int, most: int) -> tuple[int, int]:
    """Where the lines from `at` on end before which no quote stands, and how many of them are records, which
    is no more than `most`: all at once, for most files have a quote in few of their records.
    """
    quote = buffer.find(b'"', at)
    last = buffer.rfind(b"\n", at, len(buffer) if quote < 0 else quote) + 1
    if not last:
        return at, 0
    view = np.frombuffer(buffer, dtype=np.uint8, count=last - at, offset=at)
    ends = np.flatnonzero(view == ord("\n"))
    starts = np.concatenate(([0], ends[:-1] + 1))
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (view[starts] == ord("\r")))
    del view  # a view of it forbids to lengthen the buffer
    records = np.cumsum(~blank)
    if records[-1] > most:
        here = int(np.searchsorted(records, most))
        return at + int(ends[here]) + 1, most
    return last, int(records[-1])


def _of_parquet(path: Path, rows: int) -> Iterator[Part]:
    """Parquet: only the row groups that a part lies in are read."""
    problem = f"{path} is not a readable Parquet file: damaged, cut short, or another format"
    fix = f"copy it again, then: file {shell_word(path)}"
    with native_errors(problem, fix):
        table = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        height = table.select(pl.len()).collect().item()
    if not height:
        raise NoRows(f"{path} holds no rows", fix="export it again with its rows")
    for start in range(0, height, rows):
        with native_errors(problem, fix):
            frame = table.slice(start, rows).collect()
        records = columnar_records(frame, str(path))
        records = replace(records, lines=records.lines + start)
        yield Part(start, records, min(start + rows, height), height)


def _of_whole(path: Path, rows: int, format: str, encoding: str, delimiter: str | None) -> Iterator[Part]:
    """A format that must be read whole, in parts."""
    from curate.read import read_records

    records = read_records(path, format=format, encoding=encoding, delimiter=delimiter)
    numbers, lost = records.numbers.to_list(), records.rejects
    places = sorted(set(range(len(numbers) + lost.height)) - set(numbers))
    height = len(numbers) + lost.height
    for start in range(0, height, rows):
        end = start + rows
        mine = pl.Series([start <= number < end for number in numbers], dtype=pl.Boolean)
        theirs = pl.Series([start <= number < end for number in places], dtype=pl.Boolean)
        some = Records(
            records.frame.filter(mine),
            records.lines.filter(mine),
            lost.filter(theirs) if lost.height else lost,
            records.unit,
            records.nested,
        )
        yield Part(start, some, min(end, height), height)
