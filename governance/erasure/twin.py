"""The twin of a gold version: the same version without somebody, byte for byte the same wherever it is made.

Every other row, and every other cell of every table, stays as it was; digests, counts and the seal are made
anew. The manifest says so under `erasure`: the content digest of the version that it stands for, and how many
rows are gone. Counts of the pipeline (funnel, findings) stay those of the day on which it ran. Bytes depend
on the rows and on polars' Parquet writer, so two machines with different versions of polars make two twins of
the same content; readers take either.
Cost: one read of each file of a table, and one write of those that hold the person; the others are copied.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from curate.digests import algorithm_of, digest_by
from curate.files import dump_json, write_parquet
from curate.publish.digest import CONTENT, LENGTHS, PUBLISHED, content_of, document_digest, marks, row_digests
from curate.publish.manifest import MANIFEST, SEALED
from curate.seal import seal
from curate.shards import SUFFIX, folder_files, split_of, table_files, table_names, table_of
from curate.splits import SPLITS
from governance.erasure.person import ERASED, VALUE, Person, holds, without_values
from governance.subjects.rows import ID
from governance.subjects.wanted import hits

# Columns that name another row: the twin that was kept, the other one of a pair.
_OTHER_ROW = ("kept_id", "left_id", "right_id", "train_id", "test_id")
# Free words of a stage, which may name rows.
_WORDS = "evidence"
_TOKEN = re.compile(r"[^\s,;()]+")
_PAGE = "README.md"
# What a version's counts and digests come from.
_TABLES = (*SPLITS, "fingerprints")


@dataclass(frozen=True)
class Erasing:
    """What is to go: rows by id, and the person's values out of whatever else holds them."""

    person: Person
    drop: frozenset[str]


@dataclass(frozen=True)
class Twin:
    """A version that was rewritten.

    Parameters
    ----------
    of, content
        Content digest before and after.
    dropped
        Rows taken out, by split.
    redacted
        Rows in which a value was replaced, by split.
    changed
        Ids of these.
    """

    of: str
    content: str
    dropped: Mapping[str, int]
    redacted: Mapping[str, int]
    changed: frozenset[str]

    @property
    def learned(self) -> bool:
        """Whether a system that was trained on the version has seen the person: weights come from training
        rows, and when to stop from validation rows.
        """
        return any(part.get(split) for part in (self.dropped, self.redacted) for split in SPLITS[:2])


def without(table: pl.DataFrame, erasing: Erasing) -> pl.DataFrame:
    """A table without the person: of any schema, in its order.

    A text that still holds a value after its replacement goes with its row.
    """
    if ID in table.columns:
        table = table.filter(~pl.col(ID).is_in(sorted(erasing.drop)).fill_null(False))
    changed = [
        pl.when(pl.col(name).is_in(sorted(erasing.drop))).then(None).otherwise(pl.col(name)).alias(name)
        for name in _OTHER_ROW
        if table.schema.get(name) == pl.String
    ]
    if table.schema.get(VALUE) == pl.String and erasing.person.value_ids:
        theirs = pl.col(VALUE).is_in(sorted(erasing.person.value_ids))
        changed.append(pl.when(theirs).then(pl.lit(ERASED)).otherwise(pl.col(VALUE)).alias(VALUE))
    if table.schema.get(_WORDS) == pl.String and erasing.drop:
        words = {
            text: _TOKEN.sub(lambda token: f"({ERASED})" if token[0] in erasing.drop else token[0], text)
            for text in table[_WORDS].drop_nulls().unique().to_list()
        }
        hidden = {text: fresh for text, fresh in words.items() if fresh != text}
        if hidden:
            changed.append(pl.col(_WORDS).replace(list(hidden), list(hidden.values())))
    table = table.with_columns(changed)
    return _redacted(table, erasing.person)


def _redacted(table: pl.DataFrame, person: Person) -> pl.DataFrame:
    texts = [name for name, dtype in table.schema.items() if dtype == pl.String and name not in (ID, VALUE)]
    if not texts or not person.sought or table.is_empty():
        return table
    held = table.select(hits(pl.col(name), person.sought).alias(name) for name in texts)
    for name in texts:
        if not held[name].any():
            continue
        cells = [
            without_values(cell, person) if cell is not None and hit else cell
            for cell, hit in zip(table[name].to_list(), held[name].to_list(), strict=True)
        ]
        table = table.with_columns(pl.Series(name, cells, dtype=pl.String))
    still = pl.any_horizontal(hits(pl.col(name), person.sought) for name in texts)
    return table.filter(~still)


def make_twin(files: Mapping[str, Path], erasing: Erasing, out: Path) -> Twin:
    """Write the twin of the gold version made of `files` (name -> path) into the empty folder `out`: a table
    in the parts that it has, of which those without the person are copied.
    """
    rows = _Rewritten(files, out)
    for name in (name for split in SPLITS for name in table_names(files, split)):
        rows.write(name, lambda table: without(table, erasing))
    for name, path in sorted(files.items()):
        if table_of(name) == "fingerprints":
            rows.write(name, lambda table: _fingerprints(without(table, erasing), rows))
        elif name.endswith(SUFFIX) and not split_of(name):
            rows.write(name, lambda table: without(table, erasing))
        elif not split_of(name) and name not in (MANIFEST, _PAGE):
            _copied(path, rows.place(name), erasing.person)
    manifest = json.loads(files[MANIFEST].read_text(encoding="utf-8")) if MANIFEST in files else {}
    fresh = _manifest(manifest, folder_files(out), rows.dropped)
    if _PAGE in files:
        page = _page(files[_PAGE].read_text(encoding="utf-8"), manifest, fresh, erasing.person)
        (out / _PAGE).write_text(page, encoding="utf-8", newline="")
    stated = manifest.get("files")
    if isinstance(stated, dict):
        algorithm = algorithm_of(manifest)
        made = folder_files(out)
        fresh["files"] = {name: digest_by(algorithm, path) for name, path in made.items() if name in stated}
    sealed = seal(json.loads(dump_json(fresh)), erasing.person.key, SEALED)
    (out / MANIFEST).write_text(dump_json(sealed), encoding="utf-8", newline="")
    content = str(fresh["content_digest"])
    return Twin(_of(manifest), content, rows.dropped, rows.redacted, frozenset(rows.changed))


@dataclass
class _Rewritten:
    """What is written of a twin, file by file.

    Parameters
    ----------
    dropped, redacted
        Rows taken out, and rows in which a value was replaced, by split.
    gone, changed
        The ids of these.
    fresh
        The redacted rows.
    """

    files: Mapping[str, Path]
    out: Path
    dropped: dict[str, int] = field(default_factory=dict)
    redacted: dict[str, int] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    fresh: list[pl.DataFrame] = field(default_factory=list)

    def place(self, name: str) -> Path:
        """Where a file goes."""
        path = self.out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def write(self, name: str, change: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
        """Write a table's file as `change` has it; the same bytes where it changes nothing."""
        before, split = pl.read_parquet(self.files[name], glob=False), split_of(name)
        after = change(before)
        if split and ID in before.columns:
            self._count(split, before, after)
        if after.equals(before):
            shutil.copyfile(self.files[name], self.place(name))
        else:
            write_parquet(after, self.place(name))

    def _count(self, split: str, before: pl.DataFrame, after: pl.DataFrame) -> None:
        self.dropped[split] = self.dropped.get(split, 0) + before.height - after.height
        self.gone.update(before.join(after, on=ID, how="anti")[ID].to_list())
        kept = before.join(after.select(ID), on=ID, how="semi", maintain_order="left")
        differs = pl.Series([False] * after.height, dtype=pl.Boolean)
        for column in after.columns:
            differs |= kept[column].ne_missing(after[column])
        rows = after.filter(differs)
        self.redacted[split] = self.redacted.get(split, 0) + rows.height
        self.changed.update(rows[ID].to_list())
        self.fresh.append(rows)


def _fingerprints(prints: pl.DataFrame, twin: _Rewritten) -> pl.DataFrame:
    """Fingerprints of the rows that are left; those of redacted rows are made anew, but for the source's,
    which nobody can make without the raw text.
    """
    prints = prints.filter(~pl.col(ID).is_in(sorted(twin.gone)))
    if not twin.changed:
        return prints
    rows = pl.concat(twin.fresh)
    made: dict[str, pl.Series] = {"source_digest": pl.Series([None] * rows.height, dtype=pl.String)}
    if set(CONTENT) <= set(rows.columns):
        made["row_digest"] = row_digests(rows)
    made["output_digest"] = row_digests(rows, ("output",))
    for text, stated in LENGTHS.items():
        made[stated] = rows[text].fill_null("").str.len_chars()
    fresh = rows.select(ID).with_columns(
        series.cast(prints.schema[name]).alias(name)
        for name, series in made.items()
        if name in prints.columns
    )
    columns = [name for name in fresh.columns if name != ID]
    joined = prints.join(fresh, on=ID, how="left", suffix="_fresh", maintain_order="left")
    mine = pl.col(ID).is_in(fresh[ID].implode())
    return joined.with_columns(
        pl.when(mine).then(pl.col(f"{name}_fresh")).otherwise(pl.col(name)).alias(name) for name in columns
    ).select(prints.columns)


def _of(manifest: Mapping[str, Any]) -> str:
    return str(manifest.get("content_digest", ""))


def _manifest(
    manifest: Mapping[str, Any], files: Mapping[str, Path], dropped: Mapping[str, int]
) -> dict[str, Any]:
    """The manifest of the twin that lies in `files`."""
    earlier = manifest.get("erasure") or {"of": _of(manifest), "rows": 0}
    erasure = {"of": earlier["of"], "rows": int(earlier["rows"]) + sum(dropped.values())}
    tables = {
        table: pl.scan_parquet(paths, glob=False) for table in _TABLES if (paths := table_files(files, table))
    }
    fresh = {**manifest, **_content(tables), "erasure": erasure}
    fresh["rows"] = sum(part["rows"] for part in fresh["splits"].values())
    if manifest.get("labels"):
        fresh["labels"] = {
            split: dict(tables[split].group_by("output").len().sort("output").collect().iter_rows())
            for split in SPLITS
            if split in tables
        }
    if isinstance(manifest.get("held_out"), dict):
        fresh["held_out"] = {**manifest["held_out"], **fresh["splits"]["test"]}
    return fresh


def _content(tables: Mapping[str, pl.LazyFrame]) -> dict[str, Any]:
    """Rows and digests of the splits; by the fingerprints where there are some, for the texts take a second
    a million rows.
    """
    prints = tables.get("fingerprints")
    if prints is not None and {ID, "split", "row_digest"} <= set(prints.collect_schema()):
        return content_of(prints.select(ID, "split", "row_digest").collect())
    splits = {split: tables[split].collect() for split in SPLITS if split in tables}
    if len(splits) == len(SPLITS) and all(set(PUBLISHED) <= set(frame.columns) for frame in splits.values()):
        return content_of(marks(splits))
    # A version of another assay: its digest is one of what lies there.
    parts = {
        split: {"rows": frame.height, "digest": document_digest(frame.to_dicts())}
        for split, frame in splits.items()
    }
    whole = document_digest(parts)
    return {"splits": parts, "content_digest": whole, "version": whole[:12]}


def _page(text: str, manifest: Mapping[str, Any], fresh: Mapping[str, Any], person: Person) -> str:
    """The dataset card, with the new digest and counts, and a word on what happened."""
    for name in ("content_digest", "version"):
        if manifest.get(name):
            text = text.replace(str(manifest[name]), str(fresh[name]))
    for split in SPLITS:
        if split in (fresh.get("splits") or {}):
            rows = fresh["splits"][split]["rows"]
            text = re.sub(rf"(?m)^(\| *{split} *\| *)[\d,]+( *\|)$", rf"\g<1>{rows:,}\g<2>", text)
    if isinstance(manifest.get("rows"), int):
        text = text.replace(f"{manifest['rows']:,} rows, kind", f"{fresh['rows']:,} rows, kind")
    text = re.sub(r"(?s)\n## Erasure\n.*?(?=\n## |\Z)", "", text)
    if holds(text.split("\n"), person):
        text = without_values(text, person)
    gone = fresh["erasure"]["rows"]
    said = (
        f"\n## Erasure\n\nAfter this version was published {gone:,} of its rows were taken out on request. "
        "What is counted on this page by stage, label or entity was counted before.\n"
    )
    return text.rstrip("\n") + "\n" + said


def _copied(path: Path, place: Path, person: Person) -> None:
    """Copy a file; of a text the lines that hold a value are rewritten."""
    content = path.read_bytes()
    try:
        lines = content.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        place.write_bytes(content)
        return
    if holds(lines, person):
        lines = [without_values("\n".join(lines), person)]
    place.write_text("\n".join(lines), encoding="utf-8", newline="")
