"""Which format a path is in, and its bytes, decompressed and decoded; faults name the file, the cause and the
fix.
"""

from __future__ import annotations

import codecs
import gzip
import io
import unicodedata
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote
from typing import Any

from curate.bounds import HARMLESS, RATIO, UNPACKED_BYTES
from curate.errors import AssayError
from curate.files import space_errors
from curate.text import shell_word

SUFFIXES = {
    "csv": "csv",
    "tsv": "tsv",
    "tab": "tsv",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "json": "json",
    "parquet": "parquet",
    "pq": "parquet",
    "arrow": "arrow",
    "feather": "arrow",
    "ipc": "arrow",
}
FORMATS = ("csv", "tsv", "jsonl", "json", "parquet", "arrow", "dataset")
PACKED = (".gz", ".zst")

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# First bytes of files that are often given a text suffix by mistake.
_MAGIC = {
    b"PK\x03\x04": "a zip or Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"%PDF": "a PDF",
    b"SQLite format 3": "an SQLite database",
}
_BINARY_FIX = {b"PAR1": "--format-in parquet, or rename it", b"ARROW1": "--format-in arrow, or rename it"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
# Bytes that Windows-1252 leaves undefined.
_NOT_CP1252 = (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")
_BLOCK = 1 << 24
# Bytes that unpacking one zstd frame may hold at once (`zstd --long=31` writes 2 GB).
_WINDOW = 1 << 31
# Beside a zero byte these say that a file is not text.
_CONTROLS = b"\x01\x02\x03\x04\x05\x06"
# Control and unassigned characters that text may hold; random bytes read as UTF-16 have a tenth and more.
_ODD_SIGNS = 0.02
# What is looked at to tell an encoding.
_HEAD = 8192
# Latin text in UTF-16 is half zero bytes and in UTF-32 three quarters; a quarter leaves room for other signs.
_UTF16_ZEROS, _UTF32_ZEROS = 0.25, 0.65

# An encoding fault is of the whole file when at least this share of its lines cannot be decoded; fewer are
# bad rows.
WRONG_ENCODING_SHARE = 0.1


def encoding_fix(path: Path, data: bytes) -> str:
    """What to do about a file that begins with `data` and is not UTF-8, with the likeliest encoding named."""
    guess = guessed_encoding(data)
    said = f"--encoding {guess}   (in a project: `ingest.encoding: {guess}` in params.yaml)"
    if path.suffix.lower() in PACKED:
        return said
    converted = path.with_name(f"{path.stem}-utf8{path.suffix}")
    of_iconv = guess.replace("16-", "16").replace("32-", "32")  # it writes UTF-16LE
    return f"{said}, or: iconv -f {of_iconv} -t utf-8 {quote(str(path))} > {quote(str(converted))}"


def guessed_encoding(data: bytes) -> str:
    """The likeliest encoding of bytes that are not UTF-8: UTF-16 or UTF-32 by their marks and zero bytes,
    else Windows-1252 where it has a character for every byte, else Latin-1, which always has.
    """
    if data.startswith(_UTF32):
        return "utf-32"
    if data.startswith(_UTF16):
        return "utf-16"
    head = data[:_HEAD]
    if head.count(0) >= _UTF32_ZEROS * max(1, len(head)):
        return "utf-32-be" if head[:1] == b"\x00" else "utf-32-le"
    if b"\x00" in head:  # Latin letters have a zero byte: the first of two is the high one in big-endian
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if odd > 2 * even:
            return "utf-16-le"
        return "utf-16-be"
    return "latin-1" if any(byte in data for byte in _NOT_CP1252) else "cp1252"


def detect_format(path: Path, declared: str = "auto") -> str:
    """The format of `path`: declared, else by suffix (after `.gz` or `.zst`), else `dataset` for a saved
    datasets folder.

    Raises
    ------
    AssayError
        If the path is missing, is an ordinary folder, or its suffix says nothing.
    """
    if declared != "auto":
        if declared not in FORMATS:
            raise AssayError(
                f"{path}: unknown format {declared!r}", fix=f"choose one of auto, {', '.join(FORMATS)}"
            )
        if declared != "dataset":
            _be_a_file(path)
        return declared
    if path.is_dir():
        if any((path / name).exists() for name in ("state.json", "dataset_dict.json")):
            return "dataset"
        raise AssayError(f"{path} is a folder", fix=f"name a file: ls {shell_word(path)}")
    _be_a_file(path)
    known = format_of_name(path.name)
    if known is None:
        raise AssayError(
            f"{path}: the suffix does not say the format",
            fix=f"rename it to .csv, .tsv, .jsonl, .json, .parquet or .arrow, or name the format: "
            f"--format-in {'|'.join(FORMATS)}   (in a project: `format` beside its path in params.yaml)",
        )
    return known


def format_of_name(name: str) -> str | None:
    """The format that a file's name promises, after `.gz` or `.zst`; None if it says nothing."""
    name = name.lower()
    for suffix in PACKED:
        name = name.removesuffix(suffix)
    return SUFFIXES.get(name.rpartition(".")[2]) if "." in name else None


def _be_a_file(path: Path) -> None:
    if path.is_dir():
        raise AssayError(f"{path} is a folder", fix=f"name a file: ls {shell_word(path)}")
    if not path.exists():
        beside = (
            sorted(entry.name for entry in path.parent.iterdir() if entry.is_file())[:8]
            if path.parent.is_dir()
            else []
        )
        raise AssayError(
            f"{path} does not exist",
            fix=f"correct the path; {path.parent} holds: {', '.join(beside) or 'no files'}",
        )


def read_bytes(path: Path, *, text: bool = True) -> bytes:
    """The file's bytes, decompressed if packed (by their first bytes, whatever the suffix).

    Raises
    ------
    AssayError
        If it cannot be opened, is a broken archive, or (with `text`) is plainly binary.
    """
    try:
        with space_errors(path):
            data = path.read_bytes()
        if data[:2] == _GZIP:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                data = _unpacked(stream, len(data), path)
        elif data[:4] == _ZSTD:
            import zstandard

            try:
                with zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(
                    data, read_across_frames=True
                ) as stream:
                    data = _unpacked(stream, len(data), path)
            except zstandard.ZstdError as error:
                raise OSError(str(error)) from error
    except (OSError, EOFError, zlib.error) as error:
        raise AssayError(
            f"{path} cannot be read: {error.__class__.__name__}: it is damaged or cut short",
            fix=f"copy it again, then: file {shell_word(path)}",
        ) from error
    if text:
        for magic, what in _MAGIC.items():
            if data.startswith(magic):
                raise AssayError(
                    f"{path} is {what}, not text as its name says",
                    fix=_BINARY_FIX.get(magic, "export it as CSV or JSON Lines"),
                )
    return data


def _unpacked(stream: Any, packed: int, path: Path) -> bytes:
    """All of a packed stream, as long as it stays within bounds: it is given up as soon as it does not."""
    blocks, size = [], 0
    while block := stream.read(_BLOCK):
        blocks.append(block)
        size += len(block)
        UNPACKED_BYTES.check(size, path)
        if size > HARMLESS:
            RATIO.check(size // packed, path)
    return b"".join(blocks)


def as_utf8(data: bytes, path: Path, encoding: str, *, mostly: Undecodable | None = None) -> bytes:
    """`data` as UTF-8 bytes without a byte order mark. Lines that are not UTF-8 stay: `bad_lines` finds them.

    Parameters
    ----------
    mostly
        Where `data` is one shard of many: the count that it is added to, which is judged when all are read.

    Raises
    ------
    AssayError
        If the declared encoding is unknown or does not fit, or the file as a whole is not UTF-8.
    """
    try:
        wanted = codecs.lookup(encoding).name
    except LookupError as error:
        raise AssayError(
            f"{path}: unknown encoding {encoding!r}",
            fix="name one that Python knows: utf-8, latin-1, cp1252, utf-16, ...",
        ) from error
    if wanted in ("utf-8", "utf-8-sig"):
        if data.startswith((*_UTF32, *_UTF16)):
            name = guessed_encoding(data).upper()
            raise AssayError(
                f"{path} is {name} (line 1 starts with its byte order mark), not UTF-8",
                fix=encoding_fix(path, data),
            )
        _be_text(data, path)
        data = data.removeprefix(codecs.BOM_UTF8)
        if mostly is not None:
            mostly.count(data, path)
        elif not is_utf8(data):
            alone = Undecodable()
            alone.count(data, path)
            alone.refuse()
        return data
    if wanted.startswith("utf-16") and b"\x00" not in data[:_HEAD] and not data.startswith(_UTF16):
        raise AssayError(
            f"{path} is not {encoding}: its beginning holds neither a byte order mark nor a zero byte",
            fix="name another encoding with --encoding, or leave it out for UTF-8",
        )
    try:
        return data.decode(wanted).removeprefix("\ufeff").encode()
    except UnicodeError as error:
        line = data.count(b"\n", 0, getattr(error, "start", 0)) + 1
        raise AssayError(
            f"{path}: line {line} is not {encoding}: the declared encoding does not fit",
            fix="correct --encoding (in a project: `ingest.encoding` in params.yaml); to see a guess: "
            f"file {quote(str(path))}",
        ) from None


def _be_text(data: bytes, path: Path) -> None:
    """Fail if zero bytes show that this is UTF-16, UTF-32 or no text at all; a stray one in UTF-8 text is a
    control character like others, which the rules find.
    """
    head = data[:_HEAD]
    zeros = head.count(0)
    if not zeros:
        return
    even, odd = head[0::2].count(0), head[1::2].count(0)
    one_sided = max(even, odd) >= 20 * max(1, min(even, odd)) or zeros >= _UTF32_ZEROS * len(head)
    if zeros >= _UTF16_ZEROS * len(head) and one_sided:
        name = guessed_encoding(data).upper()
        raise AssayError(f"{path} looks like {name} without a byte order mark", fix=encoding_fix(path, data))
    if _is_utf8_head(head) and not any(sign in head for sign in _CONTROLS):
        return
    if _reads_as(head, guessed_encoding(data)):  # such as Chinese: its line ends alone have zero bytes
        raise AssayError(
            f"{path} is binary, or text in UTF-16 without a byte order mark", fix=encoding_fix(path, data)
        )
    raise AssayError(
        f"{path} is binary, not text as its name says",
        fix=f"export it as CSV or JSON Lines; what it is says: file {quote(str(path))}",
    )


def _is_utf8_head(head: bytes) -> bool:
    """Whether the beginning of a file is UTF-8, whose last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _reads_as(head: bytes, encoding: str) -> bool:
    """Whether bytes are text in a two-byte encoding: they decode to hardly a control or unknown character."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return False
    odd = sum(unicodedata.category(sign)[0] == "C" for sign in text if sign not in "\r\n\t")
    return odd <= _ODD_SIGNS * len(text)


def is_utf8(data: bytes | memoryview) -> bool:
    """Whether all of `data` is UTF-8, block by block so that memory stays flat."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    view = memoryview(data)
    try:
        for start in range(0, len(view), _BLOCK):
            decoder.decode(bytes(view[start : start + _BLOCK]), final=start + _BLOCK >= len(view))
    except UnicodeDecodeError:
        return False
    return True


def bad_lines(data: bytes | memoryview) -> list[int]:
    """0-based numbers of the lines of `data` that are not UTF-8."""
    if is_utf8(data):
        return []
    return [
        number
        for number, line in enumerate(bytes(data).split(b"\n"))
        if not line.isascii() and not _decodes(line)
    ]


def _decodes(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


@dataclass
class Undecodable:
    """Lines that are not UTF-8, of one file or of all shards: so many that it must be another encoding?

    Parameters
    ----------
    header
        Whether each file begins with a header line; that of the first one only is counted.
    """

    header: bool = False
    bad: int = 0
    total: int = 0
    beyond_ascii: int = 0
    first: str = ""
    path: Path | None = None
    sample: list[bytes] = field(default_factory=list)

    def count(self, data: bytes, path: Path) -> None:
        """Take the lines of one more file into account."""
        bad = bad_lines(data)
        lines = data.split(b"\n")
        if self.header and self.total:
            bad = [number for number in bad if number]
            lines[0] = b""
        self.total += sum(1 for line in lines if line.strip())
        self.beyond_ascii += sum(1 for line in lines if not line.isascii())
        if bad and self.path is None:
            self.first, self.path = f"line {bad[0] + 1}", path
        self.bad += len(bad)
        self.sample += [lines[number] for number in bad[: 1000 - len(self.sample)]]

    def refuse(self) -> None:
        """Fail if so many lines cannot be decoded.

        Raises
        ------
        AssayError
            Naming the first of them and the likeliest encoding.
        """
        if self.path is None or self.bad < WRONG_ENCODING_SHARE * self.total:
            return
        if 2 * self.bad >= self.beyond_ascii:
            raise AssayError(
                f"{self.path} is not UTF-8: {self.first} is the first of {self.bad:,} that cannot be "
                f"decoded, of {self.total:,}",
                fix=encoding_fix(self.path, b"\n".join(self.sample)),
            )
