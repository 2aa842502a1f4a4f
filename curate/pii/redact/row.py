"""One row redacted: input, then output, then rejected answer, so that placeholders are numbered as they
appear.

Findings and repeats go from the input. A leaf of a JSON output that stands in the input becomes what now
stands there (`targets.follow`); every other text of the outputs loses the row's values as the input does.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from curate.examples import TEXT_FIELDS
from curate.files import canonical_json
from curate.pii.redact.checked import checked
from curate.pii.redact.closed import Closed
from curate.pii.redact.derive import LONGEST_INITIALS, Underivable, lost_forms, lost_prose
from curate.pii.redact.follow import follow, part_of, written
from curate.pii.redact.forms import NAMED
from curate.pii.redact.identity import identities
from curate.pii.redact.leaves import Leaf, decoded, encoded, leaves
from curate.pii.redact.name_fields import Question, full_names, questions, undisputed
from curate.pii.redact.offsets import Located, SpanPath, locate
from curate.pii.redact.parts import Asked, asked, named
from curate.pii.redact.renderer import Names, Renderer
from curate.pii.redact.spans import Span, Spared, Value, cut_at, merge, outside, repeats, rewrite
from curate.pii.values import normalise, value_id
from curate.placeholders import PLACEHOLDER
from curate.task import Kind

_PLACEHOLDER = re.compile(PLACEHOLDER)


Edit = tuple[str, str, str, str, str, str | None]  # schema EDITS, column by column


@dataclass
class Row:
    """One rewritten row: its texts, what was done, and which fields of its outputs changed."""

    example_id: str
    texts: dict[str, str | None]
    edits: list[Edit] = field(default_factory=list)
    repeated: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)  # (path, entity)
    labelled: bool = False  # its label is a value that the input lost
    underivable: list[Underivable] = field(default_factory=list)


def redact_row(
    row: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    cleared: Sequence[Mapping[str, Any]],
    names: Names,
    closed: Closed,
    spans: Sequence[SpanPath],
) -> Row:
    """The row without what `findings` found; `cleared` are those that stay because a steward said so."""
    return _Work(row, findings, cleared, names, closed, spans).done()


class _Work:
    """The parts of one row's redaction that share its values and its renderer."""

    def __init__(
        self,
        row: Mapping[str, Any],
        findings: Sequence[Mapping[str, Any]],
        cleared: Sequence[Mapping[str, Any]],
        names: Names,
        closed: Closed,
        spans: Sequence[SpanPath],
    ) -> None:
        self.row, self.names, self.closed = row, names, closed
        self.id: str = row["example_id"]
        self.lost: list[Value] | None = None  # what the input lost, once somebody asks
        self.made = Row(self.id, {name: row[name] for name in TEXT_FIELDS})
        self.verdicts = {finding["value_id"]: finding["verdict"] for finding in findings}
        self.outputs = {
            name: found
            for name in ("output", "rejected")
            if closed.kind is Kind.EXTRACTION and row[name] and (found := leaves(row[name])) is not None
        }
        self.located = locate(spans, self.outputs.get("output", ()))
        self._find([finding for finding in findings if not closed.whole(finding["field"])])
        self.spared: dict[str, list[Spared]] = defaultdict(list)
        for finding in cleared:
            self.spared[finding["field"]].append((finding["start"], finding["end"], finding["value_id"]))
        self.render = Renderer(self.id, names, [row[name] or "" for name in TEXT_FIELDS])

    def _find(self, findings: Sequence[Mapping[str, Any]]) -> None:
        """The findings' spans by field and the row's values, each once, with their identities."""
        places = [checked(self.row, finding, self.names.key) for finding in findings]
        self.questions = self._questions(findings)
        spellings = [
            (finding["entity"], spelling)
            for finding, (_, _, spelling, _) in zip(findings, places, strict=True)
        ]
        same = identities([*spellings, *(("PERSON", name) for name in self._full_names())])
        self.found: dict[str, list[Span]] = defaultdict(list)
        for finding, (start, end, spelling, form) in zip(findings, places, strict=True):
            entity = finding["entity"]
            value = Value(
                entity, form, finding["value_id"], finding["action"], spelling, same[entity, spelling]
            )
            self.found[finding["field"]].append(Span(start, end, value, found=True))
        every = (span.value for name in TEXT_FIELDS for span in self.found.get(name, ()))
        self.values = list(dict.fromkeys(every))

    def _questions(self, findings: Sequence[Mapping[str, Any]]) -> dict[Leaf, Question]:
        """The leaves that ask for a part of a name, where the row loses one."""
        if not any(finding["entity"] == "PERSON" for finding in findings):
            return {}
        return {
            leaf: question
            for name, found in self.outputs.items()
            for leaf, question in questions(found, self.located if name == "output" else ()).items()
        }

    def _full_names(self) -> list[str]:
        """First and last name that the targets have in one object, as one name."""
        if not self.questions:
            return []
        text = self.row["input"] or ""
        texts = {leaf: leaf.text for leaf in self.questions if leaf.kind == "string"}
        texts |= {span.last: text[span.start : span.end] for span in self.located if span.value is None}
        return full_names(texts, self.questions)

    def done(self) -> Row:
        """Work through the fields in order."""
        self._declared_personal()
        kept = self._exempt_leaves()
        text = self.row["input"] or ""
        spans = self._prose(text, "input", kept)
        spans = self._in_parts(text, merge([*spans, *self._found_in_targets(text, spans, kept)]))
        # A title that a field calls a name stands beside the parts now.
        spans = merge([*spans, *self._found_in_targets(text, spans, kept)])
        self.input = rewrite(text, spans, self.render)
        if self.row["input"] is not None:
            self.made.texts["input"] = self.input.text
            self._note("input", self.input.spans)
        for name in ("output", "rejected"):
            text = self.row[name]
            if text is None or self.closed.whole(name):
                self._label(text)
            elif name in self.outputs:
                self._document(name, text, self.outputs[name])
            elif self.names.params.target(name).rule == "exempt":
                self._exempted(name, self.found[name])
            else:
                new = rewrite(text, self._prose(text, name, []), self.render)
                self.made.texts[name] = new.text
                self._note(name, new.spans)
                self._changed(name, new.spans)
                self._derive(name, text, new.text, new.spans)
        return self.made

    def _derive(self, path: str, before: str, after: str, spans: Sequence[Span]) -> None:
        """Note whether the redacted input still gives an output."""
        if not self.input.spans:
            return
        if self.lost is None:
            values = (value for span in self.input.spans for value in (span.value, *span.also))
            self.lost = list(dict.fromkeys(values))
        lost, text = self.lost, self.row["input"] or ""
        alone = not any(map(str.isalnum, _PLACEHOLDER.sub("", after)))
        if alone or len(before) <= LONGEST_INITIALS:
            self.made.underivable += lost_forms(path, before, after, spans, text, lost)
        else:
            self.made.underivable += lost_prose(path, before, text, lost)

    def _in_parts(self, text: str, spans: list[Span]) -> list[Span]:
        """The input's places, cut where character spans begin and end and where the outputs ask for parts."""
        self.asks = Asked()
        if not self.outputs or not spans:
            return spans
        cuts = {leaf for span in self.located for leaf in (span.value, span.first, span.last)}
        targets = [
            leaf
            for found in self.outputs.values()
            for leaf in found
            if leaf.kind != "key"
            and leaf not in cuts
            and not (self.closed.leaf(leaf) or self._is_exempt(leaf))
        ]
        own = {
            leaf
            for name, found in self.outputs.items()
            if self.found[name]
            for leaf in found
            if any(span.start < leaf.end and leaf.start < span.end for span in self.found[name])
        }
        self.asks = asked(text, spans, targets, own, self.questions, self.located)
        borders = {at for span in self.located for at in (span.start, span.end)}
        within = [span for span in spans if any(span.start < at < span.end for at in borders)]
        parted = self.asks.identities | {span.value.identity for span in within}
        if not parted:
            return spans
        pieces = list(cut_at(spans, sorted(borders | self.asks.borders), text))
        return named(pieces, text, parted, spans, self.asks.said)

    def _found_in_targets(
        self, text: str, there: Sequence[Span], kept: Sequence[tuple[int, int]]
    ) -> list[Span]:
        """Places of the input where a name stands that was found as a whole leaf of the outputs alone, since
        in the input it passes for a word ("Will" beside `{"first_name": "Will"}`). The target will lose it,
        so the input does, or the one could not be read off the other any more.
        """
        more: list[Span] = []
        stays = [*self.closed.ranges(text, "input"), *kept]
        stays += [(start, end) for start, end, _ in self.spared["input"]]
        for name, found in self.outputs.items():
            for leaf in found if self.found[name] else ():
                own = [s for s in self.found[name] if s.start <= leaf.start and leaf.end <= s.end]
                if leaf.kind != "string" or not own or self.closed.leaf(leaf) or self._is_exempt(leaf):
                    continue
                places = written(leaf.text, text) if leaf.text else []
                taken = [*((span.start, span.end) for span in there), *stays]
                if not any(first < end and start < last for start, end in places for first, last in taken):
                    more += [Span(start, end, own[0].value, found=False) for start, end in places]
        return more

    def _prose(self, text: str, name: str, kept: Sequence[tuple[int, int]]) -> list[Span]:
        """The places of a running text that go."""
        own = self.found[name]
        there = {(span.start, span.end) for span in own}
        again = repeats(text, self.values, self.spared[name])
        found = [*own, *[span for span in again if (span.start, span.end) not in there]]
        ranges = [*self.closed.ranges(text, name), *kept]
        if ranges:
            whole = [
                span
                for span in self.found[name]
                if any(first <= span.start and span.end <= last for first, last in ranges)
            ]
            self._exempted(name, whole)
            found = [
                span for span in outside(found, ranges) if any(map(str.isalnum, text[span.start : span.end]))
            ]
        return merge(found)

    def _declared_personal(self) -> None:
        """Leaves whose rule is `redact` are values of the row, found or not."""
        if not self.outputs or not self._has_rule("redact"):
            return
        for name, found in self.outputs.items():
            for leaf in found:
                rule = self.names.params.target(leaf.path).rule
                if leaf.kind != "string" or rule != "redact" or len(leaf.text.strip()) < 2:
                    continue
                over = [s for s in self.found[name] if s.start < leaf.end and leaf.start < s.end]
                entity = over[0].value.entity if over else _entity_of(leaf)
                form = normalise(entity, leaf.text)
                known = next((v for v in self.values if v.entity == entity and v.normalised == form), None)
                value = known or Value(
                    entity,
                    form,
                    value_id(self.names.key, entity, form),
                    self._action(entity),
                    leaf.text,
                    identities([(entity, leaf.text)])[entity, leaf.text],
                )
                if known is None:
                    self.values.append(value)
                    self.verdicts.setdefault(value.value_id, None)
                self.found[name] = [s for s in self.found[name] if s not in over]
                self.found[name].append(Span(leaf.start, leaf.end, value, found=True))

    def _has_rule(self, rule: str) -> bool:
        return any(target.rule == rule for target in self.names.params.targets.values())

    def _action(self, entity: str) -> str:
        action = self.names.params.action(entity)
        return "replace" if action in ("keep", "drop_row") else action

    def _exempt_leaves(self) -> list[tuple[int, int]]:
        """Where values of exempt leaves stand in the input: the two stay together."""
        if not self.outputs or not self._has_rule("exempt"):
            return []
        text, kept = self.row["input"] or "", list[tuple[int, int]]()
        for found in self.outputs.values():
            for leaf in found:
                exempt = self.names.params.target(leaf.path).rule == "exempt"
                if exempt and leaf.kind == "string" and leaf.text.strip():
                    kept += [
                        match.span() for match in re.finditer(rf"(?<!\w){re.escape(leaf.text)}(?!\w)", text)
                    ]
        return kept

    def _document(self, name: str, text: str, found: list[Leaf]) -> None:
        """A JSON output, leaf by leaf."""
        new: list[tuple[Leaf, str]] = []  # raw: as they stand in the JSON text
        offsets = self._offsets(name)
        cuts = (
            {span.value.start: span for span in self.located if span.value is not None}
            if name == "output"
            else {}
        )
        found_here = self.found[name]
        for leaf in found:
            if leaf.start in offsets:
                new.append((leaf, offsets[leaf.start]))
                continue
            own = [span for span in found_here if span.start < leaf.end and leaf.start < span.end]
            if leaf.kind == "key" and not own:
                continue
            if self.closed.leaf(leaf) or (leaf.kind != "key" and self._is_exempt(leaf)):
                self._exempted(name, own)
                continue
            made, spans = self._leaf(leaf, text, own, cuts.get(leaf.start), name)
            if leaf.kind != "key" and leaf.start not in cuts:
                self._derive(leaf.path, leaf.text, made, spans)
            if made != leaf.text:
                raw = encoded(made)
                new.append((leaf, f'"{raw}"' if leaf.kind == "number" else raw))
                self._note(name, spans)
                if leaf.kind != "key":
                    self._changed(leaf.path, spans)
        if not new:
            return
        parts, at = [], 0
        for leaf, raw in new:
            parts += [text[at : leaf.start], raw]
            at = leaf.end
        made = "".join([*parts, text[at:]])
        # A changed key may change the canonical order.
        self.made.texts[name] = (
            canonical_json(json.loads(made)) if any(leaf.kind == "key" for leaf, _ in new) else made
        )

    def _is_exempt(self, leaf: Leaf) -> bool:
        params = self.names.params
        return bool(params.targets) and params.target(leaf.path).rule == "exempt"

    def _offsets(self, name: str) -> dict[int, str]:
        """The numbers of character spans, by where they stand in the JSON text, as they now are."""
        if name != "output":
            return {}
        moved = {}
        for span in self.located:
            if 0 <= span.start <= span.end <= len(self.row["input"] or ""):
                for leaf, number in span.written(*self.input.moved(span.start, span.end)):
                    moved[leaf.start] = number
            else:
                moved |= {leaf.start: leaf.text for leaf in (span.first, span.last) if leaf is not None}
        return moved

    def _leaf(
        self, leaf: Leaf, text: str, own: Sequence[Span], cut: Located | None, name: str
    ) -> tuple[str, Sequence[Span]]:
        """What a leaf becomes, and the spans behind it."""
        if leaf.kind == "key":
            # A key is a name of the format; a strong pattern in one (an e-mail address) is a value all the
            # same.
            own = [span for span in own if span.value.entity not in NAMED]
            return self._own(leaf, text, own, ())
        if cut is not None and cut.cuts(self.row["input"] or ""):
            first, last = self.input.moved(cut.start, cut.end)
            return self.input.text[first:last], self.input.touches(cut.start, cut.end)
        spared = self._leaf_spared(leaf, text, name)
        if not spared and (places := self.asks.leaves.get(leaf)):
            return rewrite(leaf.text, places, self.render).text, places
        if not spared and (made := follow(leaf, self.input, self.row["input"] or "", bool(own), self.render)):
            return made
        again = list(repeats(leaf.text, self.values, spared))
        made = self._own(leaf, text, own, again)
        if len(made[1]) == 1 and (part := self._lone_part(leaf, made[1][0])):
            span = made[1][0]._replace(part=part)
            return rewrite(leaf.text, [span], self.render).text, [span]
        if (mention := self._mention(leaf, made[1])) is not None:
            return mention, made[1]
        if made[0] == leaf.text and not spared and (value := part_of(leaf, self.values)) is not None:
            span = Span(0, len(leaf.text), value, found=False)
            return self.render(span, leaf.text), [span]
        return made

    def _lone_part(self, leaf: Leaf, span: Span) -> str:
        """What a name is called that is the whole of a leaf and stands in the input nowhere."""
        value = span.value
        if leaf not in self.questions or value.entity != "PERSON" or value.action != "replace":
            return ""
        if (span.start, span.end) != (0, len(leaf.text)) or value.identity in self.asks.mentions:
            return ""
        return undisputed(leaf, self.questions)

    def _mention(self, leaf: Leaf, spans: Sequence[Span]) -> str | None:
        """What stands in the input for a value that is the whole of a leaf, where the input has it in
        parts.
        """
        if len(spans) != 1 or not self.asks.mentions or leaf.kind == "key":
            return None
        span = spans[0]
        place = self.asks.mentions.get(span.value.identity)
        if place is None or (span.start, span.end) != (0, len(leaf.text)):
            return None
        seen = identities([(span.value.entity, leaf.text)])[span.value.entity, leaf.text]
        if seen != span.value.identity:
            return None
        first, last = self.input.moved(*place)
        return self.input.text[first:last]

    def _leaf_spared(self, leaf: Leaf, text: str, name: str) -> list[Spared]:
        """Places in the decoded leaf where a cleared finding stands."""
        raw, found = text[leaf.start : leaf.end], []
        for start, end, value in self.spared[name]:
            if start < leaf.end and leaf.start < end:
                first, last = max(start, leaf.start) - leaf.start, min(end, leaf.end) - leaf.start
                found.append((*decoded(raw, first, last), value))
        return found

    def _own(
        self, leaf: Leaf, text: str, own: Sequence[Span], again: Sequence[Span]
    ) -> tuple[str, Sequence[Span]]:
        """A leaf without the findings in it and the repeats of the row's values."""
        if not own and not again:
            return leaf.text, ()
        raw = text[leaf.start : leaf.end]
        places = []
        for span in own:
            start, end = max(span.start, leaf.start) - leaf.start, min(span.end, leaf.end) - leaf.start
            if leaf.kind != "number":
                start, end = decoded(raw, start, end)
            places.append(span._replace(start=start, end=end))
        spans = merge([*outside([*places, *again], self.closed.ranges(leaf.text, "input"))])
        if leaf.kind == "number" and spans:
            best = min(spans, key=lambda span: (not span.found, span.start - span.end, span.start))
            spans = [best._replace(start=0, end=len(leaf.text))]
        return rewrite(leaf.text, spans, self.render).text, spans

    def _label(self, text: str | None) -> None:
        """Whether a label is, word for word, what the input lost: it stays, and is counted."""
        self.made.labelled |= text is not None and any(
            text.casefold() == value.spelling.casefold() for value in self.values
        )

    def _note(self, name: str, spans: Sequence[Span]) -> None:
        """Write down what went from a field."""
        self.made.repeated += sum(not span.found for span in spans)
        self.made.edits += [
            (self.id, name, value.entity, value.value_id, value.action, self.verdicts[value.value_id])
            for span in spans
            for value in (span.value, *span.also)
        ]

    def _exempted(self, name: str, spans: Sequence[Span]) -> None:
        """Write down findings that stay because their field does."""
        self.made.edits += [
            (self.id, name, value.entity, value.value_id, "exempt", self.verdicts[value.value_id])
            for value in dict.fromkeys(span.value for span in spans)
        ]

    def _changed(self, path: str, spans: Sequence[Span]) -> None:
        self.made.changed |= {(path, span.value.entity) for span in spans}


def _entity_of(leaf: Leaf) -> str:
    """What a leaf that nothing was found in is called: by its own name."""
    name = next((step for step in reversed(leaf.steps) if isinstance(step, str)), "value")
    return re.sub(r"[^A-Z]+", "_", name.upper()).strip("_") or "VALUE"
