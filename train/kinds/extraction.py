"""Extraction figures: is the answer the JSON asked for, are its values right, and does it invent any?

A row's part in every figure is counted once, so that resamples are sums:

| column | counts |
|---|---|
| rows | 1 |
| valid | 1 if the answer is one JSON object that the card's schema takes |
| exact | 1 if it is valid and says exactly what the truth says |
| hits, given, wanted | values that are right, values answered, values of the truth |
| invented | values answered that are neither right nor readable off the input |

Field F1 is 2 hits / (given + wanted) over all values of all rows (micro-averaged); a set in which nothing is
said and nothing wanted is 1. Values are compared as `train.kinds.values` says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import polars as pl

from curate.strict_json import NotJson, parse_json
from curate.validate.json_outputs import checker
from train.arrays import Bools, Floats
from train.kinds.base import Metric, Scoring, share
from train.kinds.values import comparable, counted, leaves, stands_in

# Fields that neither the schema nor any expected form has.
_STRANGE = "(not in the form)"
_ROWS, _VALID, _EXACT, _HITS, _GIVEN, _WANTED, _INVENTED = range(7)


def _f1(totals: Floats) -> Floats:
    both = totals[..., _GIVEN] + totals[..., _WANTED]
    return np.divide(2 * totals[..., _HITS], both, out=np.ones(np.shape(both)), where=both > 0)


class Extraction(Scoring):
    """Scores of answers that are JSON objects.

    Parameters
    ----------
    schema
        The card's JSON Schema; without one any JSON object is valid.
    """

    metrics: ClassVar[Mapping[str, Metric]] = {
        "field_f1": Metric("field F1", _f1),
        "exact_match": Metric("exact match", share(_EXACT, _ROWS)),
        "schema_valid": Metric("schema-valid rate", share(_VALID, _ROWS)),
        "supported": Metric(
            "share of values not invented", lambda totals: 1 - share(_INVENTED, _GIVEN)(totals)
        ),
    }
    share_right: ClassVar[str] = "exact_match"

    def __init__(self, schema: Mapping[str, Any] | None = None) -> None:
        self._checker = checker(dict(schema) if schema is not None else None)
        self._closed = frozenset(closed_values(schema)) if schema is not None else frozenset()
        self._declared = frozenset(_paths(schema)) if schema is not None else frozenset()
        self._parsed = lru_cache(maxsize=100_000)(self._parse)

    def _parse(self, text: str) -> tuple[dict[str, Any], bool]:
        """An answer's object, empty if it is not an object, and whether the schema takes it."""
        try:
            document = parse_json(text)
        except NotJson:
            return {}, False
        if not isinstance(document, dict):
            return {}, False
        return document, bool(self._checker.is_valid(document))

    def read(self, answer: Any) -> tuple[Any, bool]:
        """The object, and whether the schema takes it."""
        document, valid = self._parsed(answer)
        return (document if document or valid else None), valid

    def paths(self, answer: str) -> set[str]:
        """Paths of the values that an answer gives."""
        return {path for path, _ in leaves(self._parsed(answer)[0])}

    def not_in(self, text: str, answer: str) -> list[str]:
        """Paths of the values of an answer that cannot be read off `text`, and that the schema does not spell
        out.
        """
        return [
            path
            for path, value in leaves(self._parsed(answer)[0])
            if comparable(value) not in self._closed and not stands_in(value, text)
        ]

    def matrix(self, rows: pl.DataFrame, answers: pl.Series) -> Floats:
        """Dense `[rows, 7]`; see the table above."""
        scored = [
            self._row(text, truth, answer)
            for text, truth, answer in zip(rows["input"], rows["output"], answers, strict=True)
        ]
        return np.array(scored, dtype=np.float64).reshape(len(scored), 7)

    def _row(self, text: str, truth: str, answer: str) -> tuple[float, ...]:
        document, valid = self._parsed(answer)
        given, wanted = counted(document), counted(self._parsed(truth)[0])
        hits = given & wanted
        wrong = given - wanted
        invented = sum(
            (path, comparable(value)) in wrong
            and comparable(value) not in self._closed
            and not stands_in(value, text)
            for path, value in leaves(document)
        )
        exact = valid and given == wanted
        return (
            1.0,
            float(valid),
            float(exact),
            float(hits.total()),
            float(given.total()),
            float(wanted.total()),
            float(min(invented, given.total())),
        )

    def right(self, rows: pl.DataFrame, answers: pl.Series) -> Bools:
        """Which answers match exactly."""
        return np.asarray(self.matrix(rows, answers)[:, _EXACT] > 0)

    def breakdown(self, rows: pl.DataFrame, answers: pl.Series) -> dict[str, pl.DataFrame]:
        """`per_field`: `field, precision, recall, f1, support`, fields by their path; names that only an
        answer has are not told: a model may write anything there.
        """
        hits: Counter[str] = Counter()
        given: Counter[str] = Counter()
        wanted: Counter[str] = Counter()
        for truth, answer in zip(rows["output"], answers, strict=True):
            mine, theirs = counted(self._parsed(answer)[0]), counted(self._parsed(truth)[0])
            for tally, leafs in ((hits, mine & theirs), (given, mine), (wanted, theirs)):
                tally.update(path for path, _ in leafs.elements())
        for name in set(given) - set(wanted) - self._declared:
            given[_STRANGE] += given.pop(name)
        fields = sorted(set(given) | set(wanted))
        table = {
            "field": fields,
            "precision": [_ratio(hits[name], given[name]) for name in fields],
            "recall": [_ratio(hits[name], wanted[name]) for name in fields],
            "f1": [_ratio(2 * hits[name], given[name] + wanted[name]) for name in fields],
            "support": [wanted[name] for name in fields],
        }
        kinds = {"field": pl.String, "support": pl.Int64}
        return {
            "per_field": pl.DataFrame(table, schema={name: kinds.get(name, pl.Float64) for name in table})
        }


def _paths(schema: Any, path: str = "") -> Iterable[str]:
    """Paths of the fields that a schema names."""
    if not isinstance(schema, Mapping):
        return
    for name, part in (schema.get("properties") or {}).items():
        here = f"{path}.{name}" if path else str(name)
        yield here
        yield from _paths(part, here)
    if "items" in schema:
        yield f"{path}[]"
        yield from _paths(schema["items"], f"{path}[]")


def _ratio(above: int, below: int) -> float:
    return above / below if below else 0.0


def closed_values(schema: Any) -> Iterable[str]:
    """Values that a schema spells out: choosing one of them invents nothing."""
    if isinstance(schema, Mapping):
        yield from (
            comparable(value) for value in schema.get("enum", ()) if not isinstance(value, dict | list)
        )
        if "const" in schema and not isinstance(schema["const"], dict | list):
            yield comparable(schema["const"])
        for part in schema.values():
            yield from closed_values(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from closed_values(part)
