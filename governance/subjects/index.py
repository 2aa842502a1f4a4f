"""An index of who stands in which rows, kept under `.assay/subjects/`, so that a person is found in all
versions without reading them again.

What is indexed is the row, not the file: a row that several versions hold is read for words once, and each
table is a list of row numbers. Tables are known by the digest under which DVC keeps them. The index holds
keyed tokens (`tokens.py`) and no value; it can be deleted at any time and is built again by the next search.

Its answer is that of `curate.pii.known` on every text of the table, but for two things: a name of three words
or more, and a telephone number, are told by parts that stand in one row. Beside the search of texts in
`wanted.py` it differs by design: it does not see an address that is glued to other letters, and it takes any
sign between two words of a name for a gap. What it cannot answer it says: a code without a digit, a name with
a word that stands in more than one row of two hundred, or in another script than Latin; these are looked for
in the tables themselves, and so are keyed digests, in columns of ids.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from curate.files import locked, write_json
from curate.keys import Key
from curate.pii.known import Known
from curate.stage import Progress
from governance.subjects.tokens import U64, Secret, asked_for, common_words, readable, tokens_of

FOLDER = ".assay/subjects"
SCHEMA = "assay.subject-index/1"
_META = "index.json"
_ID = "example_id"
# Threads that make tokens: numpy lets them run side by side.
_THREADS = 2
# A row seen in no table yet.
_NEW = np.iinfo(np.uint32).max


def forget(root: Path, oids: Collection[str]) -> bool:
    """Take out of the index what came from any of these tables; returns whether there was anything.

    A row's tokens do not say from which table they are, so the whole index goes; the next search builds it
    from what is still there.
    """
    folder = root / FOLDER
    with locked(root / ".assay" / "subjects.lock"):
        meta = _meta(folder)
        if meta is not None and not set(oids) & set(meta["tables"]):
            return False
        there = folder.exists()
        shutil.rmtree(folder, ignore_errors=True)
        return there


@dataclass(frozen=True)
class Answer:
    """What the index says.

    Parameters
    ----------
    rows
        By table, positions of the rows that hold the person, in order.
    unanswered
        What somebody is known by that only the tables themselves can answer.
    """

    rows: Mapping[str, NDArray[np.int64]]
    unanswered: tuple[Known, ...]


@dataclass
class Index:
    """The index of a project, open."""

    root: Path
    key: Key
    secret: Secret = field(init=False)
    meta: dict[str, Any] = field(init=False)
    unreadable: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.secret = Secret.of(self.key)
        meta = _meta(self.folder)
        fresh = {
            "schema": SCHEMA,
            "polars": pl.__version__,  # whose row hashes change between releases
            "key_id": self.key.key_id,
            "tables": {},
            "parts": 0,
            "rows": 0,
        }
        if meta is None or any(meta[name] != fresh[name] for name in ("schema", "polars", "key_id")):
            shutil.rmtree(self.folder, ignore_errors=True)
            meta = fresh
        self.meta = meta

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / FOLDER

    def add(self, tables: Mapping[str, Path], progress: Progress | None = None) -> None:
        """Index the tables that are not indexed yet; those that cannot be are in `unreadable`."""
        new = [name for name in tables if name not in self.meta["tables"]]
        if not new:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.root / ".assay" / "subjects.lock"):
            known = self._known()
            for number, name in enumerate(new):
                if progress:
                    progress(number, len(new))
                try:
                    frame = pl.read_parquet(tables[name], glob=False)
                except (pl.exceptions.PolarsError, OSError):
                    self.unreadable.add(name)
                    continue
                if any(dtype.is_nested() for dtype in frame.schema.values()):
                    self.unreadable.add(name)
                    continue
                known = self._add(name, frame, known)
            _save(self.folder / "known.npy", np.stack(known))
            write_json(self.folder / _META, self.meta)

    def _known(self) -> tuple[U64, U64]:
        """Hashes of all rows seen, sorted, with their numbers."""
        path = self.folder / "known.npy"
        if not path.exists() or not self.meta["rows"]:
            return np.zeros(0, np.uint64), np.zeros(0, np.uint64)
        both: U64 = np.load(path)
        return both[0], both[1]

    def _add(self, name: str, frame: pl.DataFrame, known: tuple[U64, U64]) -> tuple[U64, U64]:
        texts = frame.select(pl.selectors.string())
        hashed = frame.hash_rows(self._seed(frame)).to_numpy()
        order = np.argsort(hashed)
        numbers = _looked_up(hashed, order, known)
        first = self.meta["rows"]
        new, fresh = _numbered(hashed, order, numbers == _NEW, first)
        numbers[numbers == _NEW] = fresh
        _save(self.folder / f"table-{name}.npy", numbers.astype(np.uint32))
        self.meta["tables"][name] = frame.height
        if not len(new):
            return known
        self._write_part(texts[new.tolist()] if len(new) < frame.height else texts, first)
        self.meta["rows"] = first + len(new)
        merged = np.concatenate([known[0], hashed[new]])
        at = np.argsort(merged, kind="stable")
        told = np.concatenate([known[1], np.arange(first, first + len(new), dtype=np.uint64)])
        return merged[at], told[at]

    def _write_part(self, texts: pl.DataFrame, first: int) -> None:
        columns = [readable(column) for column in texts.iter_columns()]
        common = common_words(columns)
        work = [(column, at) for column in columns for at in range(0, len(column), _SLICE)]
        with ThreadPoolExecutor(_THREADS) as pool:
            parts = list(
                pool.map(lambda one: self._tokens(one[0].slice(one[1], _SLICE), one[1], common), work)
            )
        tokens = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
        rows = np.concatenate([np.zeros(0, np.uint64), *(part[1] for part in parts)])
        order = np.argsort(tokens, kind="stable")
        number = self.meta["parts"]
        _save(self.folder / f"tokens-{number}.npy", tokens[order])
        _save(self.folder / f"rows-{number}.npy", (rows[order] + np.uint64(first)).astype(np.uint32))
        _save(self.folder / f"common-{number}.npy", np.packbits(common))
        self.meta["parts"] = number + 1

    def _tokens(self, texts: pl.Series, first: int, common: NDArray[np.bool_]) -> tuple[U64, U64]:
        found = list(tokens_of(texts, common, self.secret, self.key))
        tokens = np.concatenate([np.zeros(0, np.uint64), *(one for one, _ in found)])
        rows = np.concatenate([np.zeros(0, np.uint64), *(rows for _, rows in found)])
        return tokens, rows + np.uint64(first)

    def _seed(self, frame: pl.DataFrame) -> int:
        """Tables of other columns have other rows."""
        return int(self.key.digest("subject-rows", *frame.columns, length=8), 16)

    def ask(self, sought: Sequence[Known], tables: Collection[str]) -> Answer:
        """Which rows of the tables hold any of what is sought."""
        rows: set[int] = set()
        unanswered = []
        for known in sought:
            found = self._rows(known)
            if found is None:
                unanswered.append(known)
            else:
                rows |= found
        wanted = np.array(sorted(rows), np.uint32)
        answer = {}
        for name in tables:
            if name in self.meta["tables"] and len(wanted):
                numbers = np.load(self.folder / f"table-{name}.npy", mmap_mode="r")
                positions = np.flatnonzero(np.isin(numbers, wanted))
                if len(positions):
                    answer[name] = positions
        return Answer(answer, tuple(unanswered))

    def names(
        self, table: str, path: Path, positions: NDArray[np.int64] | None, names: dict[int, str]
    ) -> list[str]:
        """Ids of rows at positions of a table, or their numbers where it has no ids.

        Parameters
        ----------
        names
            Ids of rows that other tables have told already; filled. A table whose rows are all in it is not
            opened.
        """
        if positions is None or not len(positions):
            return []
        numbers = np.load(self.folder / f"table-{table}.npy", mmap_mode="r")[positions].tolist()
        if not all(number in names for number in numbers):
            rows = pl.scan_parquet(path, glob=False)
            if _ID not in rows.collect_schema():
                return [str(position) for position in positions.tolist()]
            ids = rows.select(pl.col(_ID).cast(pl.String)).collect()[_ID].gather(positions).to_list()
            names |= dict(zip(numbers, ids, strict=True))
        return sorted({names[number] for number in numbers})

    def _rows(self, known: Known) -> set[int] | None:
        """Numbers of the rows that hold somebody, or None where they are not told by tokens."""
        asked = asked_for(known, self.secret, self.key)
        if asked is None:
            return None
        ways, words = asked
        found: set[int] = set()
        for part in range(self.meta["parts"]):
            common = np.load(self.folder / f"common-{part}.npy", mmap_mode="r")
            if np.any(
                (common[(words >> np.uint64(3)).astype(np.int64)] << (words & np.uint64(7)).astype(np.uint8))
                & 128
            ):
                return None
            tokens = np.load(self.folder / f"tokens-{part}.npy", mmap_mode="r")
            rows = np.load(self.folder / f"rows-{part}.npy", mmap_mode="r")
            for way in ways:
                left = np.searchsorted(tokens, way, "left")
                right = np.searchsorted(tokens, way, "right")
                sets = [set(rows[start:end].tolist()) for start, end in zip(left, right, strict=True)]
                found |= set.intersection(*sets)
        return found


# Rows that a thread works on.
_SLICE = 100_000


def _meta(folder: Path) -> dict[str, Any] | None:
    try:
        meta: dict[str, Any] = json.loads((folder / _META).read_text(encoding="utf-8"))
        return meta if {"schema", "polars", "key_id", "tables", "parts", "rows"} <= meta.keys() else None
    except (OSError, ValueError, RecursionError, AttributeError):
        return None


def _save(path: Path, array: NDArray[Any]) -> None:
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        np.save(file, array)
    fresh.replace(path)


def _looked_up(hashed: U64, order: NDArray[np.int64], known: tuple[U64, U64]) -> U64:
    """The number of each row, or `_NEW`."""
    numbers = np.full(len(hashed), _NEW, np.uint64)
    if not len(known[0]):
        return numbers
    ascending = hashed[order]  # a search for sorted values keeps to the cache
    place = np.minimum(np.searchsorted(known[0], ascending), len(known[0]) - 1)
    there = known[0][place] == ascending
    numbers[order[there]] = known[1][place[there]]
    return numbers


def _numbered(
    hashed: U64, order: NDArray[np.int64], new: NDArray[np.bool_], first: int
) -> tuple[NDArray[np.int64], U64]:
    """Positions of the new rows, each content once, and the number of each new row, from `first` on."""
    ascending = order[new[order]]
    if not len(ascending):
        return ascending, np.zeros(0, np.uint64)
    values = hashed[ascending]
    begins = np.concatenate([[True], values[1:] != values[:-1]])
    group = np.cumsum(begins) - 1
    position = np.minimum.reduceat(ascending, np.flatnonzero(begins))
    rank = np.argsort(np.argsort(position))
    number = np.zeros(len(hashed), np.uint64)
    number[ascending] = rank[group] + first
    return np.sort(position), number[new]
