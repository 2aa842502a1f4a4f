"""The pages of a Parquet file, decompressed: dictionaries and values as bytes, unreferenced ones too.

Reading columns shows what rows hold; a dictionary may hold more (a value that no row refers to any longer),
and a proof by bytes must see it. The footer and each page's header are Thrift in the compact protocol, parsed
here in the few types that it has: `pyarrow` is not a dependency of the core, and shows no page. Statistics
and key-value metadata are not compressed and stand in the file as they are.
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

MAGIC = b"PAR1"
_PLAIN_CODEC, _SNAPPY, _GZIP, _BROTLI, _ZSTD, _LZ4_RAW = 0, 1, 2, 4, 6, 7
_BY_ARROW = {_SNAPPY: "snappy", _BROTLI: "brotli", _LZ4_RAW: "lz4_raw"}
# Encodings in which a text does not stand as it is: prefixes are shared, or its bytes are spread.
_SPREAD = {7, 9}
# A footer or page header beyond this is damage.
_MOST = 1 << 30


class NotParquet(ValueError):
    """A file that begins as Parquet and is not, or a page that cannot be decompressed."""


@dataclass(frozen=True)
class Layout:
    """Column chunks as (offset, length, codec), and whether a column must be read by value instead: its codec
    has no library here, or its encoding spreads a text.
    """

    chunks: tuple[tuple[int, int, int], ...]
    by_value: bool


def layout(file: BinaryIO, size: int) -> Layout:
    """What the footer says.

    Raises
    ------
    NotParquet
        If it cannot be read, as that of an encrypted file.
    """
    file.seek(max(0, size - 8))
    tail = file.read(8)
    if len(tail) < 8 or tail[4:] != MAGIC:
        raise NotParquet("no footer")
    length = struct.unpack("<I", tail[:4])[0]
    if length > min(size, _MOST):
        raise NotParquet("the footer's length is beyond the file")
    file.seek(size - 8 - length)
    try:
        footer, _ = _struct(file.read(length), 0)
        chunks, by_value = [], False
        for group in footer.get(4, ()):
            for column in group[1]:
                meta = column[3]
                start = min(offset for offset in (meta.get(9), meta.get(11)) if offset)
                chunks.append((int(start), int(meta[7]), int(meta[4])))
                by_value |= bool(_SPREAD.intersection(meta.get(2, ()))) or not _can_unpack(meta[4])
    except (KeyError, IndexError, ValueError, TypeError, RecursionError) as error:
        raise NotParquet("the footer cannot be read") from error
    return Layout(tuple(chunks), by_value)


def pages(file: BinaryIO, found: Layout) -> Iterator[bytes]:
    """Each compressed page, decompressed; those that are not compressed are left out.

    Raises
    ------
    NotParquet
        If a page is damaged.
    """
    for start, length, codec in found.chunks:
        if codec == _PLAIN_CODEC or not _can_unpack(codec):
            continue
        place = start
        while place < start + length:
            try:
                header, body = _page(file, place, start + length)
                levels = 0
                if 8 in header:  # a page of version 2: levels before the values are not compressed
                    levels = int(header[8].get(5, 0)) + int(header[8].get(6, 0))
                packed = int(header[3])
                file.seek(body)
                data = file.read(packed)
                place = body + packed
                if len(data) < packed or packed < 0:
                    raise NotParquet("a page ends early")
                if 8 in header and not header[8].get(7, True):
                    continue
                yield _unpacked(data[levels:], int(header[2]) - levels, codec)
            except (KeyError, IndexError, TypeError, zlib.error, RecursionError) as error:
                raise NotParquet("a page cannot be read") from error


def _page(file: BinaryIO, place: int, end: int) -> tuple[dict[int, Any], int]:
    """A page's header, and where its body begins."""
    size = 1 << 12  # statistics may make a header longer
    while True:
        file.seek(place)
        head = file.read(min(size, end - place))
        try:
            header, used = _struct(head, 0)
            return header, place + used
        except IndexError:
            if len(head) < size:
                raise
            size *= 16


def _can_unpack(codec: int) -> bool:
    if codec in (_PLAIN_CODEC, _GZIP, _ZSTD):
        return True
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return False
    return codec in _BY_ARROW


def _unpacked(data: bytes, size: int, codec: int) -> bytes:
    if not data or size <= 0:
        return b""
    if codec == _GZIP:
        return zlib.decompress(data, wbits=47)
    if codec == _ZSTD:
        import zstandard

        try:
            return zstandard.ZstdDecompressor().decompress(data, max_output_size=size)
        except zstandard.ZstdError as error:
            raise NotParquet("a page cannot be decompressed") from error
    import pyarrow

    try:
        return bytes(pyarrow.decompress(data, size, _BY_ARROW[codec], asbytes=True))
    except (pyarrow.ArrowException, OSError) as error:
        raise NotParquet("a page cannot be decompressed") from error


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if not byte & 0x80:
            return value, place
        shift += 7
        if shift > 70:
            raise ValueError("a number is too long")


def _zigzag(data: bytes, place: int) -> tuple[int, int]:
    value, place = _varint(data, place)
    return (value >> 1) ^ -(value & 1), place


def _struct(data: bytes, place: int) -> tuple[dict[int, Any], int]:
    """A struct of Thrift's compact protocol as values by field number."""
    fields: dict[int, Any] = {}
    number = 0
    while True:
        head = data[place]
        place += 1
        if head == 0:
            return fields, place
        kind, step = head & 0x0F, head >> 4
        if step:
            number += step
        else:
            number, place = _zigzag(data, place)
        if kind in (1, 2):  # the type itself says true or false
            fields[number] = kind == 1
        else:
            fields[number], place = _value(data, place, kind)


def _value(data: bytes, place: int, kind: int) -> tuple[Any, int]:
    if kind in (1, 2, 3):
        return data[place] == 1 if kind < 3 else data[place], place + 1
    if kind in (4, 5, 6):
        return _zigzag(data, place)
    if kind == 7:
        return data[place + 7], place + 8  # stands nowhere; raises where the data ends
    if kind == 8:
        length, place = _varint(data, place)
        if place + length > len(data):
            raise IndexError
        return data[place : place + length], place + length
    if kind in (9, 10):
        head = data[place]
        place += 1
        length, inner = head >> 4, head & 0x0F
        if length == 15:
            length, place = _varint(data, place)
        items = []
        for _ in range(length):
            item, place = _value(data, place, inner)
            items.append(item)
        return items, place
    if kind == 12:
        return _struct(data, place)
    raise ValueError(f"unknown type {kind}")  # a map stands nowhere in Parquet's structs
