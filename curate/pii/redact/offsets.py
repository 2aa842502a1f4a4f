"""Character spans in a JSON target: integers that cut a piece out of the input.

Where redaction changes the input, they are shifted with it. Which fields they are is declared in
`redact.spans`, or told by looking: two integers of one object that are called start and end (or begin, from,
offset; length, to, stop) and cut the input at the borders of words. Where that holds of many rows and fails
for others nobody can know, so the stage stops and asks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from pydantic import Field, model_validator

from curate.errors import AssayError
from curate.params import Params
from curate.pii.redact.leaves import Leaf, Steps, path_of, places_of, unplaced


class SpanPath(Params):
    """Where a target keeps a character span of the input; paths as `slots[].start`, `entities[].span[0]`."""

    start: str = Field(description="path of the first character's offset; an absent one counts as 0")
    end: str | None = Field(default=None, description="path of the offset behind the last character")
    length: str | None = Field(
        default=None, description="in place of `end`: path of the number of characters"
    )
    value: str | None = Field(
        default=None, description="path of the text that the span cuts, if the target has it"
    )
    end_inclusive: bool = Field(default=False, description="whether `end` is the last character itself")

    @model_validator(mode="after")
    def _one_end(self) -> SpanPath:
        if (self.end is None) == (self.length is None):
            raise ValueError("a span has either `end` or `length`")
        return self


@dataclass(frozen=True)
class Located:
    """A span of one row: its leaves, and the place in the input that they name."""

    path: SpanPath
    first: Leaf | None
    last: Leaf
    value: Leaf | None
    start: int
    end: int

    def written(self, start: int, end: int) -> Iterator[tuple[Leaf, str]]:
        """What its numbers become where the place is [start, end)."""
        if self.first is not None:
            yield self.first, str(start)
        if self.path.length:
            yield self.last, str(end - start)
        else:
            yield self.last, str(end - self.path.end_inclusive)

    def cuts(self, text: str) -> bool:
        """Whether the place is one of `text`, and the target's own value (if it has one) stands there."""
        if not 0 <= self.start <= self.end <= len(text):
            return False
        return self.value is None or same_text(text[self.start : self.end], self.value.text)


def same_text(left: str, right: str) -> bool:
    """Whether two texts are one but for white space and case."""
    return left == right or " ".join(left.split()).casefold() == " ".join(right.split()).casefold()


def locate(paths: Sequence[SpanPath], found: Sequence[Leaf]) -> list[Located]:
    """The spans of one target, in the order of its leaves."""
    made = []
    for path in paths:
        firsts = places_of(path.start, found)
        lasts = places_of(path.end or path.length or "", found)
        values = places_of(path.value, found) if path.value else {}
        for at, last in lasts.items():
            first = firsts.get(at)
            numbers = [_integer(leaf) for leaf in (first, last) if leaf is not None]
            if None in numbers:
                continue
            start = numbers[0] if first is not None else 0
            end = start + numbers[-1] if path.length else numbers[-1] + path.end_inclusive  # type: ignore[operator]
            made.append(Located(path, first, last, values.get(at), start, end))  # type: ignore[arg-type]
    return made


def _integer(leaf: Leaf) -> int | None:
    return int(leaf.text) if leaf.kind == "number" and leaf.text.lstrip("-").isdecimal() else None


_START = re.compile(r"start|begin|from|offset|(?:^|_)first(?:$|_)", re.IGNORECASE)
_END = re.compile(r"end|stop|(?:^|_)to(?:$|_)|until|(?:^|_)last(?:$|_)", re.IGNORECASE)
_LENGTH = re.compile(r"len|length|size", re.IGNORECASE)
_PAIR = re.compile(r"span|offset|range|position|indices|loc", re.IGNORECASE)
# Shares of spans that cut the input at word borders: chance gives one in twenty (measured: 4 % on bitext).
_ARE, _ARE_NOT = 0.9, 0.3
_FEWEST = 5
_NAMED = re.compile(f'"[^"]*(?:{_START.pattern}|{_END.pattern}|{_PAIR.pattern})[^"]*"\\s*:', re.IGNORECASE)


@dataclass(frozen=True)
class _Pair:
    """Two integers of one object that are called like a span; paths of the object and names within it."""

    parent: str
    start: str
    end: str
    is_length: bool = False
    inclusive: bool = False

    @cached_property
    def declared(self) -> SpanPath:
        """Its path without a value."""
        return self.path()

    def path(self, value: str | None = None) -> SpanPath:
        """As `redact.spans` would declare it; `value` as `_judge` names it."""
        lead = f"{self.parent}." if self.parent and not self.start.startswith("[") else self.parent
        above = self.parent.rpartition(".")[0]
        place = None
        if value is not None:
            base = self.parent if value[0] == "." else above
            place = f"{base}.{value[1:]}".removeprefix(".")
        end = {"length": lead + self.end} if self.is_length else {"end": lead + self.end}
        return SpanPath(start=lead + self.start, value=place, end_inclusive=self.inclusive, **end)


def detect(rows: Iterable[tuple[str, str]]) -> tuple[SpanPath, ...]:
    """The spans that the targets of (input, output) hold.

    Objects of one shape under several names (`date: {start, end}`, `time: {start, end}`) are judged together
    and named by `*`, so that a rare slot is taken with the common ones.

    Raises
    ------
    AssayError
        If some integers look like a span in many rows and not in others.
    """
    seen: dict[_Pair, Counter[str]] = defaultdict(Counter)
    for text, output in rows:
        if not _NAMED.search(output):
            continue
        found = unplaced(output) or ()
        strings = _strings(found)
        for pair in _candidates(tuple(leaf.steps for leaf in found if _integer(leaf) is not None)):
            for span in locate([pair.declared], found):
                seen[pair].update(_judge(span, text, strings))
    made = []
    for pair, counts in sorted(_together(seen).items(), key=lambda item: str(item[0])):
        if counts["all"] < _FEWEST or not counts["inside"]:
            continue
        share = counts["bordered"] / counts["all"]
        if share >= _ARE:
            named = [(count, name) for name, count in counts.items() if name[0] in ".^"]
            most, value = max(named, default=(0, ""))
            made.append(pair.path(value if most >= _ARE * counts["all"] else None))
        elif share > _ARE_NOT and not pair.inclusive:
            raise _doubtful(pair.path(), counts)
    return _unambiguous(made)


def _doubtful(path: SpanPath, counts: Mapping[str, int]) -> AssayError:
    ends, end = ("length", path.length) if path.length else ("end", path.end)
    return AssayError(
        f"`{path.start}` and `{end}` of the outputs look like character offsets of the input in "
        f"{counts['bordered']:,} of {counts['all']:,} places and not in the others: redaction cannot tell "
        f"whether to shift them",
        fix=f"declare them in params.yaml:  redact: {{spans: [{{start: '{path.start}', {ends}: '{end}'}}]}}"
        "   or say that there are none:  redact: {spans: []}",
    )


def _together(seen: Mapping[_Pair, Counter[str]]) -> dict[_Pair, Counter[str]]:
    """Pairs of one shape under one object, counted as one and named by `*`."""
    shapes: dict[_Pair, list[_Pair]] = defaultdict(list)
    for pair in seen:
        above, dot, name = pair.parent.rpartition(".")
        starred = f"{above}{dot}*" if name and not name.endswith("]") else pair.parent
        shapes[replace(pair, parent=starred)].append(pair)
    made = {}
    for starred_pair, pairs in shapes.items():
        total: Counter[str] = Counter()
        for pair in pairs:
            total.update(seen[pair])
        made[starred_pair if len(pairs) > 1 else pairs[0]] = total
    return made


def _unambiguous(paths: Sequence[SpanPath]) -> tuple[SpanPath, ...]:
    """One path a start: that with a value first, an exclusive end before an inclusive one."""
    best: dict[str, SpanPath] = {}
    for path in sorted(
        paths, key=lambda path: (path.value is None, path.end_inclusive, path.length or "", path.end or "")
    ):
        best.setdefault(path.start, path)
    return tuple(best[start] for start in sorted(best))


@lru_cache(maxsize=4_096)
def _candidates(integers: tuple[Steps, ...]) -> list[_Pair]:
    """Pairs of integers that are called like a span, each once, by the steps to the integers of a target:
    most targets of a set are of a few shapes.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    lists: dict[str, int] = {}
    for steps in integers:
        if not steps:
            continue
        *parents, name = steps
        parent = path_of(tuple(parents))
        if isinstance(name, str):
            groups[parent].add(name)
        elif parents and isinstance(parents[-1], str) and _PAIR.search(parents[-1]):
            lists[parent] = max(lists.get(parent, 0), name + 1)
    made = [_Pair(parent, "[0]", "[1]") for parent, count in lists.items() if count == 2]
    for parent, names in groups.items():
        starts = [name for name in names if _START.search(name)]
        ends = [name for name in names if _END.search(name) and name not in starts]
        for end in ends:
            # A start of 0 may be left out, as in the JSON of protocol buffers.
            for start in starts or [_counterpart(end)]:
                made += [_Pair(parent, start, end), _Pair(parent, start, end, inclusive=True)]
        lengths = [name for name in names if _LENGTH.search(name) and name not in starts]
        made += [_Pair(parent, start, length, is_length=True) for length in lengths for start in starts]
    return made


def _counterpart(end: str) -> str:
    return re.sub("(?i)end", lambda match: "Start" if match.group()[0].isupper() else "start", end, count=1)


# The strings of a target by the steps to their object: name and text.
_Strings = dict[Steps, list[tuple[str, str]]]


def _strings(found: Sequence[Leaf]) -> _Strings:
    held: _Strings = defaultdict(list)
    for leaf in found:
        if leaf.kind == "string" and leaf.steps and isinstance(leaf.steps[-1], str):
            held[leaf.steps[:-1]].append((leaf.steps[-1], leaf.text))
    return held


def _judge(span: Located, text: str, strings: _Strings) -> Iterator[str]:
    """What is seen of one place: `inside` the text, `bordered` by no letter or digit, and which string of the
    same object (`.name`) or the one around it (`^name`) it cuts.
    """
    yield "all"
    start, end = span.start, span.end
    if not 0 <= start < end <= len(text):
        return
    yield "inside"
    cut = text[start:end]
    joined = cut[0].isalnum() and text[start - 1 : start].isalnum()
    joined |= cut[-1].isalnum() and text[end : end + 1].isalnum()
    if cut.strip() == cut and not joined:
        yield "bordered"
    own = span.last.steps[:-1]
    for mark, parent in ((".", own), ("^", own[:-1])) if own else ((".", own),):
        for name, value in strings.get(parent, ()):
            if same_text(value, cut):
                yield mark + name


def untrue(paths: Sequence[SpanPath], rows: Mapping[str, tuple[str, str]]) -> dict[str, tuple[int, int]]:
    """Rows (id -> (input, output)) with spans that cut nothing, or not the value beside them: how many, of
    how many.
    """
    wrong = {}
    for row, (text, output) in rows.items():
        spans = locate(paths, unplaced(output) or ())
        faults = sum(not span.cuts(text) for span in spans)
        if faults:
            wrong[row] = faults, len(spans)
    return wrong
