"""JSON targets: does each distinct output parse, and does it validate against the card's JSON Schema (Draft
2020-12)?

jsonschema works on one document at a time, so each distinct output is judged once (about 20,000 a second for
a small schema). A fault is named by JSON path and schema keyword, never by the value; names that the schema
does not declare are shown as `*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from curate.errors import AssayError
from curate.placeholders import PLACEHOLDER
from curate.strict_json import parse_json

# Faults told per row; the rest are counted.
_TOLD = 3


def _declared(schema: Any) -> Iterator[str]:
    """Every property name that a schema spells out."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            yield from properties
        for part in schema.values():
            yield from _declared(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _declared(part)


def _path(steps: Iterable[str | int], declared: frozenset[str]) -> str:
    path = "$"
    for step in steps:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if step in declared else ".*"
    return path


def _fault(error: Any, declared: frozenset[str]) -> str:
    """A jsonschema error in words made of the schema alone."""
    asked = error.validator_value
    detail = ""
    if error.validator == "required":
        detail = " " + ", ".join(name for name in asked if name not in error.instance)
    elif error.validator == "type":
        detail = " " + (asked if isinstance(asked, str) else "|".join(asked))
    if isinstance(error.instance, str) and re.fullmatch(PLACEHOLDER, error.instance):
        detail += " (the value is a redaction placeholder: let the schema allow it)"
    return f"{_path(error.absolute_path, declared)}: {error.validator}{detail}"


def checker(schema: dict[str, Any] | None) -> Any:
    """A validator for the card's `output_schema`; without one, any JSON object will do.

    Raises
    ------
    AssayError
        If the schema is not a JSON Schema, or refers to one that is not inside it (nothing is fetched).
    """
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    asked = schema if schema is not None else {"type": "object"}
    try:
        Draft202012Validator.check_schema(asked)
    except SchemaError as error:
        where = _path(error.absolute_path, frozenset(map(str, error.absolute_path)))
        raise AssayError(
            f"task.yaml `output_schema` is not a JSON Schema (Draft 2020-12): {where} fails "
            f"`{error.validator}`",
            fix="correct output_schema in task.yaml",
        ) from None
    registry: Any = Registry()
    resolver = registry.with_resource("", _resource(asked)).resolver()
    for reference in _references(asked):
        try:
            resolver.lookup(reference)
        except Unresolvable:
            raise AssayError(
                f"task.yaml `output_schema` refers to {reference!r}, which is not inside it; nothing is "
                f"fetched",
                fix="copy that schema under `$defs` and refer to it as #/$defs/NAME",
            ) from None
    return Draft202012Validator(asked, registry=registry)


def _resource(schema: dict[str, Any]) -> Any:
    from referencing.jsonschema import DRAFT202012

    return DRAFT202012.create_resource(schema)


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for part in schema.values():
            yield from _references(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _references(part)


def json_faults(
    outputs: Iterable[str], schema: dict[str, Any] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Judge distinct outputs.

    Parameters
    ----------
    outputs
        Distinct output texts.
    schema
        The card's `output_schema`.

    Returns
    -------
    tuple
        `(invalid_json, schema_violation)`: output -> evidence, for those that fail.
    """
    validator = checker(schema)
    declared = frozenset(_declared(schema))
    invalid: dict[str, str] = {}
    violating: dict[str, str] = {}
    for text in outputs:  # jsonschema judges one document at a time
        try:
            document = parse_json(text)
        except ValueError as error:
            invalid[text] = f"output: {error}"
            continue
        try:
            faults = sorted({_fault(error, declared) for error in validator.iter_errors(document)})
        except RecursionError:
            faults = ["$: nested too deeply to be checked"]
        if faults:
            more = f"; and {len(faults) - _TOLD} more" if len(faults) > _TOLD else ""
            violating[text] = "; ".join(faults[:_TOLD]) + more
    return invalid, violating
