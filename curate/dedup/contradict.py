"""Contradictions: rows of the same or nearly the same input that teach different things, field by field.

What is compared follows the kind. A label or the order of a preferred pair is one field. A JSON output is
compared leaf by leaf, each folded, character spans as what they cut. Two texts that answer alike inputs may
well differ in their words; they contradict each other where each states a number that the other does not, or
where they share most of their words and one denies what the other says. What differs otherwise in meaning
alone is not seen here.

Cost: a walk over the outputs of rows that have a twin. For extraction the search for duplicates takes rows of
other outputs for other texts; the pairs that it verified and spared for that are those sought here, so it
hands over both. Only where they were too many to list is there a second search.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from curate.dedup.cut import cut_outputs
from curate.dedup.normalise import folded
from curate.dedup.params import DedupParams
from curate.dedup.twins import find_twins
from curate.dedup.weight import weighed
from curate.task import Kind

CONTRADICTIONS = pl.Schema(
    {
        "cluster": pl.String(),
        "example_id": pl.String(),
        "field": pl.String(),  # `output`, `order`, a path of the JSON, `numbers` or `negation`
        "value": pl.String(),  # as redacted; null where the row's JSON has no such field
        "alike": pl.String(),  # same or near: how the inputs of the cluster resemble each other
        "dropped": pl.Boolean(),
    }
)
# Rows of an extraction among which all near-duplicates are looked for; among more, only those whose letters
# and digits are the same: on every engine, and a second search, where one is needed, takes no longer than 2
# s.
SEARCHED = 50_000
# Two texts that share so many of their words say the same thing in the same words, but for what one denies.
_SAME_WORDS = 0.7
_WORD = re.compile(r"[^\W\d_]+")


def contradictions(
    rows: pl.DataFrame,
    texts: pl.DataFrame,
    examples: pl.DataFrame,
    kind: Kind,
    params: DedupParams,
    by_text: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Every field in which a row contradicts another of its cluster.

    Parameters
    ----------
    rows
        From `curate.dedup.judge`, with the reasons for which they leave.
    texts
        From `texts_of`.
    examples
        Schema `EXAMPLES`, redacted: what a value reads as.
    by_text
        Clusters whatever the outputs, where the search for duplicates handed them over (`Twins.by_text`).

    Returns
    -------
    pl.DataFrame
        Schema `CONTRADICTIONS`, sorted by cluster, field and row.
    """
    outputs = examples.select("example_id", "input", "output")
    clusters = _clusters(rows, texts, kind, params, by_text).join(outputs, on="example_id", how="inner")
    several = clusters.filter(pl.col("output").n_unique().over("cluster") > 1).sort("cluster", "example_id")
    if several.is_empty():
        return CONTRADICTIONS.to_frame()
    if kind is Kind.EXTRACTION:
        found = _by_leaf(several)
    elif kind in (Kind.REWRITING, Kind.SUMMARY):
        found = _by_text(several)
    else:
        field = "order" if kind is Kind.PREFERENCE else "output"
        # As judged: what stands apart by a word or a negation is another text.
        differing = several.with_columns(folded(several["output"]).alias("said")).filter(
            pl.col("said").n_unique().over("cluster") > 1
        )
        found = differing.select("cluster", "example_id", pl.lit(field).alias("field"), value="output")
    if found.is_empty():
        return CONTRADICTIONS.to_frame()
    left = rows.select("example_id", pl.col("reason").is_not_null().alias("dropped"))
    alike = several.select("example_id", "alike")
    return (
        found.join(alike, on="example_id", how="left")
        .join(left, on="example_id", how="left")
        .select(pl.col(name).cast(dtype) for name, dtype in CONTRADICTIONS.items())
        .sort("cluster", "field", "example_id")
    )


def _clusters(
    rows: pl.DataFrame, texts: pl.DataFrame, kind: Kind, params: DedupParams, by_text: pl.DataFrame | None
) -> pl.DataFrame:
    """`cluster, example_id, alike` of the rows that have a twin and may contradict it."""
    if kind is Kind.EXTRACTION and by_text is not None:
        named = by_text.select(
            pl.col("id").alias("example_id"), pl.col("keeper").alias("cluster"), "document"
        )
    elif kind is Kind.EXTRACTION:
        if texts.height > SEARCHED:
            texts = texts.with_columns(pl.col("folded").str.replace_all(r"[^\p{L}\p{N}]+", " "))
            texts = texts.with_columns(text="folded").filter(pl.len().over("folded") > 1)
        twins = find_twins(texts.drop("output", strict=False), params, weigh="all").rows
        named = twins.select(pl.col("id").alias("example_id"), pl.col("keeper").alias("cluster"), "document")
    else:
        named = rows.select("example_id", pl.col("keeper").alias("cluster"), "document")
        if kind not in (Kind.REWRITING, Kind.SUMMARY):
            named = named.filter(rows["conflict"])
    same = pl.col("document").n_unique().over("cluster") == 1
    return named.filter(pl.len().over("cluster") > 1).select(
        "cluster", "example_id", pl.when(same).then(pl.lit("same")).otherwise(pl.lit("near")).alias("alike")
    )


def _by_leaf(rows: pl.DataFrame) -> pl.DataFrame:
    """The leaves of JSON outputs that differ within a cluster."""
    cut = cut_outputs(rows["input"], rows["output"]).to_list()
    told: list[tuple[str, str, str, str | None]] = []
    for cluster, members in _grouped(rows, cut):
        leaves = {name: _leaves(output) for name, output in members.items()}
        if any(each is None for each in leaves.values()):
            continue
        paths = sorted({path for each in leaves.values() for path in each or {}})
        for path in paths:
            values = {name: (each or {}).get(path) for name, each in leaves.items()}
            if len({_folded(value) for value in values.values()}) > 1:
                told += [(cluster, name, path, value) for name, value in values.items()]
    return _frame(told)


def _by_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Texts that state different numbers, or of which one denies what the other says."""
    weights = weighed(folded(rows["output"])).to_list()
    told: list[tuple[str, str, str, str | None]] = []
    outputs = dict(rows.select("example_id", "output").iter_rows())
    for cluster, members in _grouped(rows, weights):
        numbers = {name: frozenset(weight.split("\x1f")[0].split()) for name, weight in members.items()}
        denials = {name: weight.split("\x1f")[1] for name, weight in members.items()}
        words = {name: frozenset(_WORD.findall(outputs[name].casefold())) for name in members}
        against: dict[str, set[str]] = defaultdict(set)
        names = sorted(members)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                if numbers[one] - numbers[other] and numbers[other] - numbers[one]:
                    against["numbers"] |= {one, other}
                elif denials[one] != denials[other] and _shared(words[one], words[other]) >= _SAME_WORDS:
                    against["negation"] |= {one, other}
        for field, who in sorted(against.items()):
            for name in sorted(who):
                value = ", ".join(sorted(numbers[name])) if field == "numbers" else outputs[name]
                told.append((cluster, name, field, value))
    return _frame(told)


# A cluster of more rows than this is boilerplate: it is compared by its first rows.
_MOST = 200


def _grouped(rows: pl.DataFrame, values: Iterable[str]) -> Iterable[tuple[str, dict[str, str]]]:
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for (cluster, name), value in zip(rows.select("cluster", "example_id").iter_rows(), values, strict=True):
        if len(groups[cluster]) < _MOST:
            groups[cluster][name] = value
    return groups.items()


def _frame(told: list[tuple[str, str, str, str | None]]) -> pl.DataFrame:
    schema = dict.fromkeys(("cluster", "example_id", "field", "value"), pl.String)
    return pl.DataFrame(told, schema=schema, orient="row")


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(len(one | other), 1)


def _folded(value: str | None) -> str | None:
    return None if value is None else "".join(value.casefold().split())


def _leaves(output: str | None) -> dict[str, str | None] | None:
    """The leaves of a JSON text by path, `items[0].name`; None if it is not JSON."""
    try:
        document = json.loads(output or "")
    except (ValueError, RecursionError):
        return None
    leaves: dict[str, str | None] = {}
    _walk(document, "", leaves)
    return leaves


def _walk(value: Any, path: str, leaves: dict[str, str | None]) -> None:
    if isinstance(value, Mapping):
        for name, part in value.items():
            _walk(part, f"{path}.{name}" if path else str(name), leaves)
    elif isinstance(value, list):
        for at, part in enumerate(value):
            _walk(part, f"{path}[{at}]", leaves)
    elif value not in (None, ""):  # an absent field and an empty one say the same
        leaves[path or "output"] = value if isinstance(value, str) else json.dumps(value)


def told(found: pl.DataFrame) -> dict[str, Any]:
    """Counts for the stage's report."""
    by_field = (
        found.group_by("field")
        .agg(pl.col("cluster").n_unique().alias("clusters"), pl.col("example_id").n_unique().alias("rows"))
        .sort(["clusters", "field"], descending=[True, False])
    )
    return {
        "clusters": found["cluster"].n_unique(),
        "rows": found["example_id"].n_unique(),
        "rows_dropped": found.filter("dropped")["example_id"].n_unique(),
        "fields": by_field.to_dicts(),
    }
