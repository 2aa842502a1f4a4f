"""Which files one data set is made of: a folder or glob of shards, here or at an address.

Shards are taken in the order of their names, numbers by value (`part-9` before `part-10`). Folders named
`key=value` (Hive) give every row below them a column of text, unless the file has one of that name. Names
that begin with `.` or `_` are markers of the program that wrote the folder. Refused is a folder that means
something else than the rows of its files: a table whose log says which count, several splits, a numbered set
of which one is missing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from curate.errors import AssayError
from curate.read.address import Store, is_address, store
from curate.read.formats import FORMATS, format_of_name
from curate.text import plain, plural, shell_word

_MAGIC = re.compile(r"[*?\[]")
_SAVED = ("state.json", "dataset_dict.json")
# What a folder of a table format holds beside its data: only its log says which of the files count.
_LOGS = {"_delta_log": "a Delta table", ".hoodie": "a Hudi table", "_versions": "a Lance data set"}
_NULL = "__HIVE_DEFAULT_PARTITION__"
_NUMBERED = re.compile(r"(?P<set>.*?)-(?P<at>\d{5,})-of-(?P<of>\d{5,})(?P<end>\..*)?")
_SPLIT = re.compile(r"(?P<split>train|training|test|validation|valid|val|dev|eval)(?=$|[-_.])", re.IGNORECASE)
# Other files named in a note or an error.
_NAMED = 5


@dataclass(frozen=True)
class Shard:
    """One file: its name below the folder, where it lies (a path, or a name in the store), its columns by
    folder name, and its size in bytes.
    """

    name: str
    place: str
    columns: tuple[tuple[str, str | None], ...]
    size: int


@dataclass(frozen=True)
class Shards:
    """The files of one data set.

    Parameters
    ----------
    path
        As a person wrote it.
    each
        The files, in order.
    format
        One of `FORMATS`; `dataset` is a folder of `save_to_disk`, whose files belong together.
    store
        Where they lie; None: on this machine.
    alone
        Whether `path` names this one file, and not a folder or glob.
    notes
        What of the folder is not read.
    """

    path: str
    each: tuple[Shard, ...]
    format: str
    store: Store | None = None
    alone: bool = False
    notes: tuple[str, ...] = ()

    @contextmanager
    def opened(self, shard: Shard) -> Iterator[Path]:
        """A path at which `shard` can be read while the block runs."""
        if self.store is None:
            yield Path(shard.place)
            return
        shown = self.path if self.alone else f"{self.path.rstrip('/')}: {shard.name}"
        with self.store.fetched(shard.place, shown) as copy:
            yield copy

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """All files in one folder, as `save_to_disk` left them."""
        names = {shard.name: shard.place for shard in self.each}
        with (
            nullcontext(Path(self.path))
            if self.store is None
            else self.store.fetched_folder(names, self.path) as folder
        ):
            yield folder


def find_shards(path: Path | str, format: str = "auto") -> Shards | None:
    """The files that `path` means; None for a plain file of this machine, or a folder of `save_to_disk`.

    Raises
    ------
    AssayError
        If there are none, they are of several formats, one of a numbered set is missing, or the folder is a
        table whose log decides which files count.
    """
    if is_address(path):
        return _at_address(str(path), format)
    text = str(path)
    here = Path(path)
    if here.is_dir():
        if format == "dataset" or any((here / name).exists() for name in _SAVED):
            return None
        files = {one: one.stat().st_size for one in sorted(here.rglob("*")) if one.is_file()}
        return _shards(
            text, {one.relative_to(here).as_posix(): (str(one), n) for one, n in files.items()}, format
        )
    if not _MAGIC.search(text) or here.exists():
        return None
    base = Path(base_of(text))
    found = {one.relative_to(base).as_posix(): one for one in _matches(text)}
    if not found:
        raise AssayError(
            f"{plain(text, 300)} matches no file", fix=f"correct it; in {base} lies: ls {shell_word(base)}"
        )
    return _shards(
        text, {name: (str(one), one.stat().st_size) for name, one in found.items()}, format, base=str(base)
    )


def files_of(path: Path) -> dict[str, Path]:
    """Every file of this machine that `path` means, by its name below it, whether or not it can be read;
    none where there is none.
    """
    if path.is_dir():
        return {one.relative_to(path).as_posix(): one for one in sorted(path.rglob("*")) if one.is_file()}
    if path.exists():
        return {path.name: path}
    base = Path(base_of(str(path)))
    return {one.relative_to(base).as_posix(): one for one in _matches(str(path))}


def base_of(path: str) -> str:
    """What stands before the first wildcard: the folder that names of shards count from."""
    if not _MAGIC.search(path):
        return path
    return _MAGIC.split(path)[0].rpartition("/")[0] or ("/" if path.startswith("/") else ".")


def _matches(pattern: str) -> list[Path]:
    """Files that a glob matches, and those below the folders that it matches."""
    if not _MAGIC.search(pattern):
        return []
    found: dict[Path, None] = {}
    base = Path(base_of(pattern))
    for one in base.glob(os.path.relpath(pattern, base)):
        below = sorted(one.rglob("*")) if one.is_dir() and "**" not in pattern else [one]
        found.update(dict.fromkeys(inner for inner in below if inner.is_file()))
    return sorted(found)


def _at_address(text: str, format: str) -> Shards:
    where = store(text)
    base = base_of(where.path).rstrip("/")
    listed = where.listed()
    alone = list(listed) == [where.path]
    if alone:
        base = where.path.rpartition("/")[0]
    named = {name.removeprefix(base).lstrip("/"): (name, size) for name, size in listed.items()}
    if not alone and any(name in named for name in _SAVED):
        each = [Shard(name, place, (), size) for name, (place, size) in sorted(named.items())]
        return Shards(where.address, tuple(each), "dataset", where)
    return _shards(where.address, named, format, where=where, alone=alone)


def _shards(
    path: str,
    files: Mapping[str, tuple[str, int]],
    format: str,
    *,
    base: str = "",
    where: Store | None = None,
    alone: bool = False,
) -> Shards:
    """The data files among `files` (name below the folder -> place and size), in order."""
    shown = plain(path, 300)
    for name in files:
        for part in PurePosixPath(name).parts:
            if part in _LOGS:
                raise AssayError(
                    f"{shown} is {_LOGS[part]}: its log says which of its files count, and it is not read",
                    fix="export the rows that count as Parquet into a folder of their own",
                )
    if any(re.fullmatch(r"(.*/)?metadata/.*\.metadata\.json", name) for name in files):
        raise AssayError(
            f"{shown} is an Iceberg table: its metadata says which of its files count, and it is not read",
            fix="export the rows that count as Parquet into a folder of their own",
        )
    seen = {name: at for name, at in files.items() if alone or not _is_marker(name)}
    formats = {name: format_of_name(name) if format == "auto" else format for name in seen}
    data = sorted((name for name, kind in formats.items() if kind), key=_in_order)
    kinds = sorted({kind for kind in formats.values() if kind})
    if format != "auto" and format not in FORMATS:
        raise AssayError(
            f"{shown}: unknown format {format!r}", fix=f"choose one of auto, {', '.join(FORMATS)}"
        )
    if not data:
        what = "the suffix does not say the format" if alone else "it holds no file of a known format"
        raise AssayError(
            f"{shown}: {what}",
            fix=f"name the format: --format-in {'|'.join(FORMATS)}   (in a project: `format` beside its path "
            "in params.yaml)",
        )
    if len(kinds) > 1:
        raise AssayError(
            f"{shown} holds files of several formats: {', '.join(kinds)}",
            fix=f"name one by a glob: {shell_word(f'{base_of(path)}/**/*.{kinds[0]}')}",
        )
    if not alone:
        _one_set(shown, path, data)
    each = tuple(Shard(name, files[name][0], _hive(name), files[name][1]) for name in data)
    return Shards(path, each, kinds[0], where, alone, _left_out(data, formats))


def _left_out(data: Sequence[str], formats: Mapping[str, str | None]) -> tuple[str, ...]:
    """A note of the files that are not read, if there are any."""
    others = sorted(name for name, kind in formats.items() if not kind)
    if not others:
        return ()
    named = ", ".join(plain(name, 60) for name in others[:_NAMED])
    more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
    return (f"not read beside the {plural(len(data), 'shard')}: {named}{more}",)


def _is_marker(name: str) -> bool:
    """Whether a file is one that programs leave beside data: hidden, `_SUCCESS`, `_metadata`."""
    return any(part[0] in "._" and "=" not in part for part in PurePosixPath(name).parts)


def _in_order(name: str) -> tuple[tuple[str | tuple[int, str], ...], str]:
    """Sorts names with their numbers by value; the name itself decides between `1` and `01`."""
    pieces = re.split(r"(\d+)", name)
    parts = [piece if at % 2 == 0 else (int(piece), "") for at, piece in enumerate(pieces)]
    return tuple(parts), name


def _hive(name: str) -> tuple[tuple[str, str | None], ...]:
    """Columns that the folders of a name give: `year=2024/part-0.parquet` is year 2024."""
    pairs = [part.partition("=") for part in PurePosixPath(name).parent.parts]
    columns = [
        (key, None if value == _NULL else unquote(value)) for key, sign, value in pairs if sign and key
    ]
    return tuple((unquote(key), value) for key, value in columns)


def _one_set(shown: str, path: str, names: Sequence[str]) -> None:
    """Fail if names say that the files are of several splits, or that one of a numbered set is missing."""
    files = [_SPLIT.match(PurePosixPath(name).name) for name in names]
    folders = [_SPLIT.fullmatch(part) for name in names for part in PurePosixPath(name).parent.parts]
    splits = sorted({match["split"] for match in (*files, *folders) if match})
    if len(splits) > 1:
        raise AssayError(
            f"{shown} holds the splits {', '.join(splits)}: what is held out would be read with the rest",
            fix=f"name one by a glob, such as {shell_word(f'{base_of(path)}/**/{splits[0]}*')}",
        )
    sets: dict[tuple[str, str], tuple[int, set[int]]] = {}
    for name in names:
        if match := _NUMBERED.fullmatch(name):
            sets.setdefault((match["set"], match["of"]), (int(match["of"]), set()))[1].add(int(match["at"]))
    for (start, _), (count, there) in sorted(sets.items()):
        # Some writers number from 0, some from 1.
        wanted = range(1, count + 1) if count in there and 0 not in there else range(count)
        if lacking := sorted(set(wanted) - there):
            raise AssayError(
                f"{shown}: of the {count:,} shards of {plain(start, 60)} number {lacking[0]} is missing"
                + (f", and {len(lacking) - 1:,} more" if len(lacking) > 1 else ""),
                fix="copy the folder again, whole",
            )
