"""Which rows are a person's own, and which merely speak of them.

A row is a person's own by what its columns say: its id, its subject or its group is one of the values, or the
keyed digest that stands for one in gold. A row mentions a person when a text of it holds one of the values,
or when redaction took one out of it. A row that an earlier erasure took out is known by the keyed digest of
its id, and is nobody's to keep.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from curate.ingest.personal import private_id
from curate.keys import Key
from curate.versions.twins import row_digests_of
from governance.subjects.wanted import Wanted, hits, line_hits, may_hold, wanted

ID = "example_id"
# Columns by which a row is somebody's own.
OWN = (ID, "subject", "group")
# Of a finding, an edit or a verdict.
VALUE = "value_id"
# What stands for the id of a value that was erased.
ERASED = "erased"
# Digits before the last nine of a telephone number (00, a country's code, the first of the area's), and signs
# between two of them.
_CODES, _GAP = 6, 3
_PLACEHOLDERS = {"email": "<EMAIL_ADDRESS>", "phone": "<PHONE_NUMBER>", "name": "<PERSON>", "code": "<ID>"}


@dataclass(frozen=True)
class Person:
    """What somebody is known by, in every form in which it stands in a file.

    Parameters
    ----------
    values
        As given. Empty where rows go for another reason.
    sought
        The same in the forms of `governance.subjects.wanted`.
    key
        The project's.
    erased
        Keyed digests of rows that go whoever they are of.
    """

    values: tuple[str, ...]
    sought: tuple[Wanted, ...]
    key: Key
    erased: frozenset[str] = frozenset()

    @cached_property
    def own(self) -> frozenset[str]:
        """Values of an id, subject or group column that say that a row is the person's."""
        exact = {value for one in self.sought for value in one.exact}
        keyed = {self.key.digest(column, value) for column in ("subject", "group") for value in self.values}
        return frozenset(exact | keyed)

    @cached_property
    def value_ids(self) -> frozenset[str]:
        """Keyed ids of the values."""
        return frozenset(digest for one in self.sought for digest in one.digests)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Keyed digests that name the person in the plan: nobody without the key can tell whom."""
        return tuple(sorted(self.key.digests("erasure-person", self.values)))

    def gone(self, ids: pl.Series) -> frozenset[str]:
        """Which of `ids` were erased before."""
        if not self.erased or not len(ids):
            return frozenset()
        distinct = ids.drop_nulls().unique().to_list()
        digests = row_digests_of(distinct, self.key)
        return frozenset(one for one, digest in zip(distinct, digests, strict=True) if digest in self.erased)


def person_of(values: Iterable[str], key: Key, erased: Collection[str] = ()) -> Person:
    """The person known by `values`; nobody in particular if there are none."""
    given = tuple(dict.fromkeys(value.strip() for value in values if value.strip()))
    return Person(given, tuple(wanted(given, key)) if given else (), key, frozenset(erased))


@dataclass(frozen=True)
class Rows:
    """Ids of rows, by why they are somebody's."""

    own: frozenset[str] = frozenset()
    mentions: frozenset[str] = frozenset()

    def __or__(self, other: Rows) -> Rows:
        return Rows(self.own | other.own, self.mentions | other.mentions)


def rows_of(table: pl.LazyFrame, person: Person) -> Rows:
    """The rows of a table with a column `example_id` that are the person's or mention them."""
    schema = table.collect_schema()
    if ID not in schema:
        return Rows()
    asked = [pl.col(ID).cast(pl.String).alias(ID)]
    own = _own(schema, person)
    spoken = _spoken(schema, person)
    asked += [own.alias("own")] if own is not None else []
    asked += [spoken.alias("spoken")] if spoken is not None else []
    if len(asked) == 1 and not person.erased:
        return Rows()
    # Few rows are worth the whole search.
    few = [one for one in (own, _may_speak(schema, person)) if one is not None]
    found = table.filter(pl.any_horizontal(few)).select(asked).collect() if few else None
    gone = person.gone(table.select(asked[0]).collect()[ID]) if person.erased else frozenset()
    theirs = (_ids(found, "own") if found is not None else frozenset()) | gone
    return Rows(theirs, (_ids(found, "spoken") if found is not None else frozenset()) - theirs)


def _ids(found: pl.DataFrame, column: str) -> frozenset[str]:
    if column not in found.columns:
        return frozenset()
    return frozenset(found.filter(pl.col(column))[ID].drop_nulls().to_list())


def _own(schema: pl.Schema, person: Person) -> pl.Expr | None:
    columns = [name for name in OWN if schema.get(name) == pl.String]
    if not columns or not person.values:
        return None
    return pl.any_horizontal(pl.col(name).is_in(sorted(person.own)) for name in columns).fill_null(False)


def _texts(schema: pl.Schema) -> list[pl.Expr]:
    """Columns that may speak of somebody, as text."""
    texts = [
        pl.col(name)
        for name, dtype in schema.items()
        if dtype == pl.String and name not in OWN and not name.endswith("_digest")
    ]
    nested = [name for name, dtype in schema.items() if dtype.is_nested()]
    return texts + [pl.col(name).map_elements(_words, return_dtype=pl.String) for name in nested]


def _may_speak(schema: pl.Schema, person: Person) -> pl.Expr | None:
    texts = _texts(schema)
    if not person.sought or not texts:
        return None
    return pl.any_horizontal(may_hold(text, person.sought) for text in texts)


def _spoken(schema: pl.Schema, person: Person) -> pl.Expr | None:
    if not person.sought:
        return None
    texts = [hits(text, person.sought) for text in _texts(schema)]
    return pl.any_horizontal(texts).fill_null(False) if texts else None


def _words(value: object) -> str:
    return str(value.to_list() if isinstance(value, pl.Series) else value)


def private_ids_of(ids: Collection[str], key: Key) -> frozenset[str]:
    """Ids with what stands for them where they are personal."""
    listed = sorted(ids)
    return frozenset([*listed, *private_id(listed, key)])


def without_values(text: str, person: Person) -> str:
    """`text` with each value replaced by the placeholder of its form, however it is written there."""
    for one in person.sought:
        pattern = re.compile(one.pattern)
        for exact in sorted(one.exact | one.digests, key=len, reverse=True):
            text = text.replace(exact, _PLACEHOLDERS[one.form])
        view, places = _view(text, letters=one.view == "letters")
        for match in reversed(list(pattern.finditer(view))):
            if match.end() > match.start():
                first = _prefix(view, places, match.start()) if one.form == "phone" else match.start()
                start, end = places[first], places[match.end() - 1] + 1
                if one.form == "phone" and start and text[start - 1] in "+(":
                    start -= 1
                text = text[:start] + _PLACEHOLDERS[one.form] + text[end:]
    return text


def _prefix(view: str, places: list[int], at: int) -> int:
    """Where a number begins whose last nine digits stand at `at`: its trunk and country codes before them."""
    first = at
    while (
        first
        and at - first < _CODES
        and view[first - 1].isdigit()
        and places[first] - places[first - 1] <= _GAP
    ):
        first -= 1
    return first


def _view(text: str, *, letters: bool) -> tuple[str, list[int]]:
    """The view of a text that a pattern is for, and of each of its characters where it stood.

    Character by character, as polars does it of the whole: what a combining sequence joins may differ, and
    whoever redacts looks again.
    """
    view: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        for part in unicodedata.normalize("NFKC", sign).lower():
            if letters and not part.isalnum():
                continue
            if not letters and part.isspace():
                if view and view[-1] == " ":
                    continue
                part = " "
            view.append(part)
            places.append(at)
    return "".join(view), places


def holds(texts: Iterable[str], person: Person) -> bool:
    """Whether any of `texts` holds a value."""
    if not person.sought:
        return False
    lines = pl.LazyFrame({"line": pl.Series(list(texts), dtype=pl.String)})
    return bool(lines.select(line_hits(pl.col("line"), person.sought).any()).collect().item())
