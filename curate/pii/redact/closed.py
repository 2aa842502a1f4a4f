"""What redaction never rewrites, by construction: values of a closed set are names of things, not of people.

Labels of a classification; JSON keys that the task's schema declares and values that it lists (`enum`,
`const`); the section headings of a summary; and placeholders that stand in a text already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from curate.pii.redact.leaves import Leaf, Steps, path_of
from curate.placeholders import PLACEHOLDER
from curate.task import Kind, TaskCard

_PLACEHOLDER = re.compile(PLACEHOLDER)
# Deeper than any schema that people write; a schema may name itself.
_DEPTH = 40


class Closed:
    """The closed sets of a task.

    Parameters
    ----------
    kind
        Decides what the output is.
    schema
        JSON Schema of the outputs, None if the task has none.
    sections
        Headings that every output has.
    """

    def __init__(
        self, kind: Kind, schema: Mapping[str, Any] | None = None, sections: tuple[str, ...] = ()
    ) -> None:
        self.kind, self.schema, self.sections = kind, schema, sections
        self._by_path: dict[str, tuple[frozenset[str], bool]] = {}

    @classmethod
    def of(cls, task: TaskCard) -> Closed:
        """The closed sets that a task card names."""
        return cls(task.kind, task.output_schema, task.sections if task.kind is Kind.SUMMARY else ())

    def whole(self, field: str) -> bool:
        """Whether a field of the Examples table is a label and nothing else."""
        return self.kind is Kind.CLASSIFICATION and field == "output"

    def ranges(self, text: str, field: str) -> list[tuple[int, int]]:
        """The places of a text that stay: placeholders, and headings of an output."""
        found = [match.span() for match in _PLACEHOLDER.finditer(text)] if "<" in text else []
        if self._headings and field != "input":
            found += [match.span("name") for match in self._headings.finditer(text)]
        return sorted(found)

    @cached_property
    def _headings(self) -> re.Pattern[str] | None:
        if not self.sections:
            return None
        names = "|".join(
            r"\s+".join(map(re.escape, section.split()))
            for section in sorted(self.sections, key=lambda name: (-len(name), name))
        )
        # As `curate.validate.schema.heading` takes them.
        return re.compile(
            rf"^[ \t]{{0,3}}(?:#{{1,6}}[ \t]*)?(?:\d{{1,2}}[.)][ \t]+)?(?:\*\*|__)?(?P<name>{names})"
            rf"(?=[ \t]*:|\*\*|__|[ \t#\r]*$)",
            re.IGNORECASE | re.MULTILINE,
        )

    def leaf(self, leaf: Leaf) -> bool:
        """Whether a leaf is one of a list in the schema, or a key that it declares."""
        if self.schema is None:
            return False
        path = path_of(leaf.steps)
        if path not in self._by_path:
            allowed, declared = set[str](), False
            for schema in self._at(leaf.steps):
                declared = True
                values = [*schema.get("enum", ()), *([schema["const"]] if "const" in schema else [])]
                allowed |= {value if isinstance(value, str) else json.dumps(value) for value in values}
            self._by_path[path] = frozenset(allowed), declared
        allowed_here, declared = self._by_path[path]
        return declared if leaf.kind == "key" else leaf.text in allowed_here

    def _at(self, steps: Steps) -> Iterator[Mapping[str, Any]]:
        """Every subschema that speaks of the value at `steps`."""
        yield from self._walk(self.schema, steps, _DEPTH)

    def _walk(self, schema: Any, steps: Steps, depth: int) -> Iterator[Mapping[str, Any]]:
        if not isinstance(schema, Mapping) or not depth:
            return
        reference = schema.get("$ref")
        if isinstance(reference, str) and reference.startswith("#"):
            yield from self._walk(self._resolved(reference), steps, depth - 1)
        for name in ("anyOf", "oneOf", "allOf"):
            for part in schema.get(name, ()) if isinstance(schema.get(name), list) else ():
                yield from self._walk(part, steps, depth - 1)
        for name in ("then", "else", "if"):
            yield from self._walk(schema.get(name), steps, depth - 1)
        if not steps:
            yield schema
            return
        step, rest = steps[0], steps[1:]
        if isinstance(step, int):
            first = schema.get("prefixItems")
            if isinstance(first, list) and step < len(first):
                yield from self._walk(first[step], rest, depth - 1)
            else:
                yield from self._walk(schema.get("items"), rest, depth - 1)
        else:
            properties = schema.get("properties")
            if isinstance(properties, Mapping) and step in properties:
                yield from self._walk(properties[step], rest, depth - 1)

    def _resolved(self, reference: str) -> Any:
        here: Any = self.schema
        for part in reference.lstrip("#").split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            here = here.get(name) if isinstance(here, Mapping) else None
        return here
