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

from curate.ids import private_id
from curate.keys import Key
from curate.pii.known import fold
from curate.versions.twins import row_digests_of
from governance.subjects.rows import ID, may_speak, own, speaks
from governance.subjects.wanted import View, Wanted, line_hits, wanted

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
        return frozenset(value for one in self.sought for value in one.own)

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
    mine = own(schema, person.sought)
    spoken = speaks(schema, person.sought)
    asked += [mine.alias("own")] if mine is not None else []
    asked += [spoken.alias("spoken")] if spoken is not None else []
    if len(asked) == 1 and not person.erased:
        return Rows()
    # Few rows are worth the whole search.
    few = [one for one in (mine, may_speak(schema, person.sought)) if one is not None]
    found = table.filter(pl.any_horizontal(few)).select(asked).collect() if few else None
    gone = person.gone(table.select(asked[0]).collect()[ID]) if person.erased else frozenset()
    theirs = (_ids(found, "own") if found is not None else frozenset()) | gone
    return Rows(theirs, (_ids(found, "spoken") if found is not None else frozenset()) - theirs)


def _ids(found: pl.DataFrame, column: str) -> frozenset[str]:
    if column not in found.columns:
        return frozenset()
    return frozenset(found.filter(pl.col(column))[ID].drop_nulls().to_list())


def private_ids_of(ids: Collection[str], key: Key) -> frozenset[str]:
    """Ids with what stands for them where they are personal."""
    listed = sorted(ids)
    return frozenset([*listed, *private_id(listed, key)])


def without_values(text: str, person: Person) -> str:
    """`text` with each value replaced by the placeholder of its form, however it is written there."""
    for one in person.sought:
        text = _KEYED.sub(lambda match, one=one: _hidden(match[0], one), text)  # type: ignore[misc]
        pattern = re.compile(_in_words(one.pattern) if one.view == "words" else one.pattern)
        view, places = _view(text, one.view)
        for match in reversed(list(pattern.finditer(view))):
            if match.end() > match.start():
                first = _prefix(view, places, match.start()) if one.form == "phone" else match.start()
                start, end = places[first], places[match.end() - 1] + 1
                if one.form == "phone" and start and text[start - 1] in "+(":
                    start -= 1
                text = text[:start] + _PLACEHOLDERS[one.form] + text[end:]
    return text


# What stands for a value: a keyed digest, alone or as a personal id.
_KEYED = re.compile(r"(?:p1-)?[0-9a-f]{24}")


def _hidden(digest: str, one: Wanted) -> str:
    return _PLACEHOLDERS[one.form] if digest in one.keyed else digest


def _in_words(pattern: str) -> str:
    """A code's pattern, which has a space at either end, without these: two codes may share the space."""
    return f"(?<![^ ]){pattern.strip()}(?![^ ])"


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


def _view(text: str, kind: View) -> tuple[str, list[int]]:
    """The view of a text that a pattern is for, and of each of its characters where it stood.

    Character by character, as polars does it of the whole: what a combining sequence joins may differ, and
    whoever redacts looks again.
    """
    view: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        for part in fold(sign) if kind == "words" else unicodedata.normalize("NFKC", sign).lower():
            if kind == "letters" and not part.isalnum():
                continue
            if part.isspace() if kind == "text" else not part.isalnum():
                if view and view[-1] == " ":
                    continue
                part = " "
            view.append(part)
            places.append(at)
    return "".join(view), places


def cell_text(value: object) -> str:
    """A nested cell as text, to be searched."""
    return str(value.to_list() if isinstance(value, pl.Series) else value)


def holds(texts: Iterable[str], person: Person) -> bool:
    """Whether any of `texts` holds a value."""
    if not person.sought:
        return False
    lines = pl.LazyFrame({"line": pl.Series(list(texts), dtype=pl.String)})
    return bool(lines.select(line_hits(pl.col("line"), person.sought).any()).collect().item())
