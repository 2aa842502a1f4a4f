"""Personal data where nobody looks for it: in ids, labels, JSON keys, sources, languages and columns.

These stand in gold, in reports, in the task card and so in git, and no redaction touches them. So they are
looked at when they are read:

- **ids** that look personal are replaced by keyed digests, `p1-<24 hex>` (`ingest.personal_ids`). What was
  replaced stands in `data/ingest/ids.parquet`, which git ignores and DVC keeps beside the raw text;
- **names** (labels of a classification, keys of a JSON output, sources, languages, columns) stop the stage,
  or by `ingest.personal_names: warn` are counted in its report. No value is ever shown.

Digits alone are often a valid number by chance (one card number in ten of 16 digits), and words are often
names ("may", "Austin"): both count only where most of the values are found. Groups and subjects are published
as keyed digests whatever they hold. Cost: the detectors are loaded once, a sample of distinct
values is read in full, and of the rest what does not look like a counter is read by patterns alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import polars as pl

from curate.errors import AssayError
from curate.ids import private_id
from curate.keys import Key
from curate.text import plural

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

# Distinct values that are read in full; beyond, an even sample of so many, and the patterns on the rest.
MOST = 2_000
# Values read at a time by patterns: what is made of each takes some hundred bytes.
_AT_ONCE = 250_000
# Ids that no pattern fits, to be passed over by the hundred thousand: TK-00017, a UUID, a long hexadecimal.
_PLAIN = (
    r"^(?:[A-Za-z]{0,5}[-_#/.]?\d{1,7}"
    r"|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{20,64})$"
)
# Share of the values from which chance no longer explains what is found.
MOSTLY = 0.5
# Found in ids and names of things as often as not, and nobody's personal data there.
HARMLESS = (
    "DATE_TIME",
    "NRP",
    "LOCATION",
    "ORGANIZATION",
    "URL",
    "UUID",
    "MAC_ADDRESS",
    "CRYPTO",
    "IP_ADDRESS",
)


@dataclass(frozen=True)
class Personal:
    """What was found of one kind of name: how many of how many distinct values, and entity -> values."""

    what: str
    found: int
    of: int
    entities: dict[str, int]

    def __str__(self) -> str:
        listed = ", ".join(f"{name} {count:,}" for name, count in self.entities.items())
        return f"{self.found:,} of {plural(self.of, self.what, _plural(self.what))} ({listed})"


@dataclass(frozen=True)
class Looked:
    """What was found among distinct values: `lines` (`value, entity`), and whether most look personal."""

    lines: pl.DataFrame
    mostly: bool


def personal(values: pl.Series, label: str) -> Looked:
    """The distinct values that look personal, one line a value and entity, sorted.

    Parameters
    ----------
    values
        Names or ids, String.
    label
        What they are, in words, as the header of their column ("phone"): bare values are read by it.
    """
    distinct = values.drop_nulls().unique().sort()
    sample = distinct.gather_every(max(1, len(distinct) // MOST)) if len(distinct) > MOST else distinct
    found = _beyond_chance(_hits(sample, label, named=True), sample)
    mostly = 0 < MOSTLY * len(sample) <= found["value"].n_unique()
    if len(sample) < len(distinct):
        rest = distinct.filter(~distinct.str.contains(_PLAIN))
        parts = (rest.slice(start, _AT_ONCE) for start in range(0, max(len(rest), 1), _AT_ONCE))
        more = pl.concat([_hits(part, label, named=False) for part in parts])
        found = pl.concat([found, _beyond_chance(more, distinct)]).unique().sort("value", "entity")
    return Looked(found, mostly)


def _hits(values: pl.Series, label: str, *, named: bool) -> pl.DataFrame:
    """What the detectors find in `values`: `value, entity`; `named` with the tagger of names."""
    from curate.pii.scan.search import search

    frame = pl.DataFrame({"row": values, "value": values})
    hits = search(frame, ["value"], _detector(named), labels={"value": _words(label)})
    hits = hits.filter(~pl.col("entity").is_in(HARMLESS))
    return hits.select(pl.col("row").alias("value"), "entity").unique().sort("value", "entity")


def private_ids(
    rows: pl.DataFrame, key: Key, label: str, rule: Literal["replace", "refuse", "keep"]
) -> tuple[pl.DataFrame, pl.DataFrame, Personal | None]:
    """`rows` with the personal values of `id` replaced, the mapping (`replaced`, `id`), and what was found.

    Where most ids look personal the rest are taken for personal too.

    Raises
    ------
    AssayError
        By rule `refuse`, if any looks personal.
    """
    mapping = pl.DataFrame(schema={"replaced": pl.String(), "id": pl.String()})
    if rule == "keep":
        return rows, mapping, None
    looked = personal(rows["id"], label)
    if looked.lines.is_empty():
        return rows, mapping, None
    distinct = rows["id"].drop_nulls().unique().sort()
    seen = _counted("id", looked.lines, len(distinct))
    if rule == "refuse":
        raise AssayError(
            f"ids look like personal data: {seen}",
            fix="name another column under `ingest.columns.id` in params.yaml, or set "
            "`ingest.personal_ids: replace` (keyed digests stand for them)",
        )
    theirs = distinct if looked.mostly else looked.lines["value"].unique().sort()
    mapping = pl.DataFrame({"replaced": private_id(theirs.to_list(), key), "id": theirs})
    replaced = pl.col("id").replace(mapping["id"], mapping["replaced"])
    return rows.with_columns(replaced), mapping.sort("replaced"), seen


def check_names(named: dict[str, tuple[str, pl.Series]], rule: Literal["refuse", "warn"]) -> list[Personal]:
    """What of `named` (what it is -> label of the column, values) looks personal.

    Raises
    ------
    AssayError
        By rule `refuse`, if anything does; no value is shown.
    """
    found = []
    for what, (label, values) in named.items():
        lines = personal(values, label).lines
        if lines.height:
            found.append(_counted(what, lines, values.drop_nulls().n_unique()))
    if found and rule == "refuse":
        raise AssayError(
            f"what would stand in task.yaml, gold and reports looks like personal data: "
            f"{'; '.join(map(str, found))}",
            fix="name another column, or rename the values; if they are nobody's, set "
            "`ingest.personal_names: warn` in params.yaml",
        )
    return found


def json_keys(outputs: pl.Series) -> pl.Series:
    """Every key of the JSON objects in `outputs`, at any depth."""
    keys: set[str] = set()
    for text in outputs.drop_nulls().unique():
        try:
            keys.update(_keys(json.loads(text)))
        except (ValueError, RecursionError):
            continue
    return pl.Series("key", sorted(keys), dtype=pl.String)


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield str(name)
            yield from _keys(part)
    elif isinstance(value, list):
        for part in value:
            yield from _keys(part)


@cache
def _detector(named: bool) -> Detector:
    """The detectors of English with their defaults; `named`: with the tagger of names."""
    from curate.pii.detect.detector import Detector
    from curate.pii.detect.params import NerParams, ScanParams

    return Detector(ScanParams(ner=NerParams() if named else None))


def _beyond_chance(lines: pl.DataFrame, distinct: pl.Series) -> pl.DataFrame:
    """`lines` without names and bare numbers that chance explains."""
    bare = pl.col("value").str.contains(r"^[\d\s]+$")
    names = lines.filter(pl.col("entity") == "PERSON")
    numbers = distinct.filter(distinct.str.contains(r"^[\d\s]+$"))
    if names["value"].n_unique() < max(MOSTLY * len(distinct), 2):
        lines = lines.filter(pl.col("entity") != "PERSON")
    if lines.filter(bare)["value"].n_unique() < MOSTLY * len(numbers):
        lines = lines.filter(~bare)
    return lines


def _counted(what: str, lines: pl.DataFrame, of: int) -> Personal:
    counts = lines.group_by("entity").agg(pl.col("value").n_unique().alias("n")).sort("entity")
    return Personal(what, lines["value"].n_unique(), of, dict(counts.iter_rows()))


def _plural(what: str) -> str:
    return {"key of the JSON outputs": "keys of the JSON outputs"}.get(what, f"{what}s")


def _words(label: str) -> str:
    """A header as words: `nhsNumber` and `nhs_number` are "nhs number"."""
    return re.sub(r"[_\W]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)).strip().lower()
