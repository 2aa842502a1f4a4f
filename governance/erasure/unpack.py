"""Search one file for bytes, through every wrapping that the tool writes or reads: gzip, zstd, bzip2, xz, zip
(NumPy's `.npz` and office files among them), Parquet, Arrow and SQLite, one in another up to four deep.

A file is read in pieces of 4 MB whatever its size; only a wrapped file that needs random access is laid down
on disk first. The file itself is always searched too: footers, statistics, names. safetensors, GGUF, tar and
pickles hold text as it is and need no unwrapping.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO, cast

from curate.errors import AssayError, native_errors
from governance.erasure.forms import Needles
from governance.erasure.parquet_pages import MAGIC, layout, pages

Found = set[tuple[int, str]]

_PIECE = 4 << 20
_DEEPEST = 4
# Bytes of a wrapped file kept in memory before it goes to disk, and beyond which it is not looked into.
_IN_MEMORY, _ON_DISK = 64 << 20, 64 << 30
_ROWS = 20_000
_ZSTD, _LZ4 = b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"


class Unreadable(ValueError):
    """A file that cannot be looked into to its end; in words that follow its name."""

    def __init__(self, why: str, found: Found) -> None:
        super().__init__(why)
        self.found = found


def search(file: BinaryIO, needles: Needles, depth: int = 0) -> Found:
    """Which values stand in a file that can be sought in, with the encoding.

    Raises
    ------
    Unreadable
        If it is damaged, encrypted or wrapped too deep; `found` is what was found all the same.
    """
    head = file.read(16)
    file.seek(0)
    found = _pieces(file, needles)
    size = file.tell()
    for name, begins, look in _WRAPPINGS:
        if not begins(head):
            continue
        if depth == _DEEPEST:
            raise Unreadable(f"is wrapped more than {_DEEPEST} times", found)
        file.seek(0)
        inner: Found = set()
        try:
            look(file, size, needles, depth + 1, inner)
        except Unreadable as error:
            inner |= error.found
            raise Unreadable(f"as {name} {error}", found | _within(name, inner)) from None
        except (OSError, EOFError, ValueError, AssayError, zlib.error, lzma.LZMAError, zipfile.BadZipFile,
                sqlite3.Error, RuntimeError, NotImplementedError) as error:  # fmt: skip
            if isinstance(error, OSError) and error.errno is not None:
                raise
            why = f"begins as {name} and cannot be read as such"
            raise Unreadable(why, found | _within(name, inner)) from None
        found |= _within(name, inner)
    return found


def _within(name: str, found: Found) -> Found:
    return {(value, f"{name}: {encoding}") for value, encoding in found}


def _pieces(file: Any, needles: Needles) -> Found:
    """Search a stream in pieces that overlap by the longest form."""
    found: Found = set()
    kept = b""
    while piece := file.read(_PIECE):
        found |= needles.find(kept + piece)
        kept = (kept + piece)[-(needles.longest - 1) :]
    return found


def _stream(stream: Any, needles: Needles, depth: int, found: Found) -> None:
    """Search what a wrapping holds: as it comes, unless it is itself wrapped."""
    first = stream.read(_PIECE)
    if not any(begins(first[:16]) for _, begins, _ in _WRAPPINGS):
        found |= needles.find(first)
        kept = first[-(needles.longest - 1) :]
        while piece := stream.read(_PIECE):
            found |= needles.find(kept + piece)
            kept = (kept + piece)[-(needles.longest - 1) :]
        return
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as laid:
        while first:
            laid.write(first)
            if laid.tell() > _ON_DISK:
                raise Unreadable("holds more than can be unpacked here", set())
            first = stream.read(_PIECE)
        laid.seek(0)
        found |= search(cast(BinaryIO, laid), needles, depth)


def _gzip(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    with gzip.GzipFile(fileobj=file) as stream:
        _stream(stream, needles, depth, found)


def _zstd(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    _stream(_Frames(file), needles, depth, found)


class _Frames:
    """What the zstd frames of a file hold, one after another. The library's own reader takes a frame that
    ends early for its end.
    """

    def __init__(self, file: BinaryIO) -> None:
        import zstandard

        self._file, self._library = file, zstandard
        self._frame: Any = None
        self._packed, self._ready = b"", b""

    def read(self, size: int) -> bytes:
        """At most `size` bytes; none at the end.

        Raises
        ------
        ValueError
            If a frame is damaged or ends early.
        """
        while not self._ready:
            self._packed = self._packed or self._file.read(_PIECE >> 4)
            if not self._packed:
                if self._frame is not None and not self._frame.eof:
                    raise ValueError("ends early")
                return b""
            if self._frame is None or self._frame.eof:
                self._frame = self._library.ZstdDecompressor().decompressobj()
            try:
                self._ready = self._frame.decompress(self._packed)
            except self._library.ZstdError as error:
                raise ValueError("is damaged") from error
            self._packed = self._frame.unused_data if self._frame.eof else b""
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


def _bzip2(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    with bz2.BZ2File(file) as stream:
        _stream(stream, needles, depth, found)


def _xz(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    with lzma.LZMAFile(file) as stream:
        _stream(stream, needles, depth, found)


def _zip(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if member.flag_bits & 1:
                raise Unreadable("is encrypted", set())
            with archive.open(member) as stream:
                _stream(stream, needles, depth, found)


def _parquet(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    shape = layout(file, size)
    for page in pages(file, shape):
        found |= needles.find(page)
    if shape.by_value:
        import polars as pl

        _values(file, pl.scan_parquet, needles, found)


def _arrow(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    """Buffers that are compressed are each a frame of zstd, or of LZ4, for which the values are read."""
    import zstandard

    by_value = False
    for place in _places(file, _ZSTD):
        file.seek(place)
        try:
            with zstandard.ZstdDecompressor().stream_reader(file, closefd=False) as stream:
                while piece := stream.read(_PIECE):
                    found |= needles.find(piece)
        except zstandard.ZstdError:  # four bytes that happen to be the same
            by_value = True
    by_value |= any(True for _ in _places(file, _LZ4))
    if by_value:
        import polars as pl

        file.seek(0)
        whole = file.read(6) == b"ARROW1"
        _values(file, pl.scan_ipc if whole else lambda path: pl.read_ipc_stream(path).lazy(), needles, found)


def _places(file: BinaryIO, mark: bytes) -> Iterator[int]:
    """Where a mark stands in a file."""
    start, kept = 0, b""
    while True:
        file.seek(start + len(kept))
        piece = file.read(_PIECE)
        if not piece:
            return
        whole = kept + piece
        at = whole.find(mark)
        while at >= 0:
            yield start + at
            at = whole.find(mark, at + 1)
        kept = whole[-(len(mark) - 1) :]
        start += len(whole) - len(kept)


def _values(file: BinaryIO, scan: Callable[[Any], Any], needles: Needles, found: Found) -> None:
    """Search a table's values as JSON, some rows at a time."""
    import polars as pl

    with _on_disk(file) as path, native_errors("a table cannot be read", ""):
        table = scan(path)
        binary = [name for name, dtype in table.collect_schema().items() if dtype == pl.Binary]
        table = table.with_columns(pl.col(binary).bin.encode("base64")) if binary else table
        start = 0
        while True:
            rows = table.slice(start, _ROWS).collect()
            if not rows.height:
                return
            found |= needles.find(rows.write_ndjson().encode())
            start += rows.height


def _sqlite(file: BinaryIO, size: int, needles: Needles, depth: int, found: Found) -> None:
    """Values too long for a page are parted in the file; they are read by SQLite."""
    with (
        _on_disk(file) as path,
        closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as database,
    ):
        database.text_factory = bytes
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            name = table.decode("utf-8", "replace").replace('"', '""')
            for row in database.execute(f'SELECT * FROM "{name}"'):
                values = [value for value in row if isinstance(value, bytes)]
                if values:
                    found |= needles.find(b"\0".join(values))


class _on_disk:
    """The path of a file, laid down in a temporary one if it has none."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.laid: Any = None

    def __enter__(self) -> Path:
        name = getattr(self.file, "name", None)
        if isinstance(name, str) and Path(name).is_file():
            return Path(name)
        self.laid = tempfile.NamedTemporaryFile(delete=False)
        self.file.seek(0)
        while piece := self.file.read(_PIECE):
            self.laid.write(piece)
        self.laid.close()
        return Path(self.laid.name)

    def __exit__(self, *_: object) -> None:
        if self.laid is not None:
            Path(self.laid.name).unlink(missing_ok=True)


# Name, how it begins, and how it is looked into.
_Look = Callable[[BinaryIO, int, Needles, int, Found], None]
_WRAPPINGS: tuple[tuple[str, Callable[[bytes], bool], _Look], ...] = (
    ("gzip", lambda head: head[:3] == b"\x1f\x8b\x08", _gzip),
    ("zstd", lambda head: head[:4] == _ZSTD or (head[1:4] == b"\x2a\x4d\x18" and head[0] >> 4 == 5), _zstd),
    ("bzip2", lambda head: head[:3] == b"BZh" and head[4:10] == b"1AY&SY", _bzip2),
    ("xz", lambda head: head[:6] == b"\xfd7zXZ\0", _xz),
    ("zip", lambda head: head[:4] in (b"PK\x03\x04", b"PK\x05\x06"), _zip),
    ("parquet", lambda head: head[:4] in (MAGIC, b"PARE"), _parquet),
    # The stream that `datasets` caches begins with a message's length.
    ("arrow", lambda head: head[:6] == b"ARROW1" or head[:4] == b"\xff\xff\xff\xff", _arrow),
    ("sqlite", lambda head: head[:16] == b"SQLite format 3\0", _sqlite),
)
