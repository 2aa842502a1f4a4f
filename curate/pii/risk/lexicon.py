"""The lexicon of special categories, `special_en.toml`, as rules: a few word stems and one regex each.

It is data, so that whoever knows the law or the language can correct it without reading code; its head says
what its lists and `<parts>` mean. Read and checked once, when first asked for.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from curate.errors import AssayError
from curate.params import Params, parse

LANGUAGES = ("en",)
# The categories and where the law names them.
CATEGORIES = {
    "health": "Art. 9",
    "religion": "Art. 9",
    "trade_union": "Art. 9",
    "politics": "Art. 9",
    "sexual_orientation": "Art. 9",
    "ethnicity": "Art. 9",
    "biometric_genetic": "Art. 9",
    "criminal": "Art. 10",
}
_PART = re.compile(r"<(\w+)>")
Parts = Mapping[str, str | list[str]]


class Rule(NamedTuple):
    """One way of saying it: a short name for evidence, stems of which a text must hold one, and the regex
    (Rust's, on lower case).
    """

    category: str
    evidence: str
    stems: tuple[str, ...]
    pattern: str


class _Table(Params):
    """A rule as the file holds it."""

    stems: list[str]
    words: list[str] = Field(default_factory=list)
    says: list[str]


class _Lexicon(Params):
    """The file: parts, and rules by category and name."""

    parts: dict[str, str | list[str]]
    rules: dict[str, dict[str, _Table]]


def rules_of(language: str) -> tuple[Rule, ...]:
    """The rules of a language, in the file's order.

    Raises
    ------
    AssayError
        If there is no lexicon for `language`.
    """
    if language not in LANGUAGES:
        raise AssayError(
            f"no lexicon of special categories for language {language!r}",
            fix=f"choose one of {', '.join(LANGUAGES)}",
        )
    return _shipped(language)


@cache
def _shipped(language: str) -> tuple[Rule, ...]:
    path = Path(__file__).with_name(f"special_{language}.toml")
    return read_rules(path.read_text(encoding="utf-8"), path.name)


def read_rules(text: str, name: str) -> tuple[Rule, ...]:
    """The rules in the text of a lexicon.

    Raises
    ------
    AssayError
        If a field is absent or unknown, a category is not one of `CATEGORIES`, a `<part>` is not defined or
        uses itself, or a rule has no stems, an empty one, or one in upper case: all or nothing would match.
    """
    tables: dict[str, Any] = tomllib.loads(text)
    lexicon = parse(_Lexicon, {"parts": tables.pop("parts", {}), "rules": tables}, name)
    rules = []
    for category, ways in lexicon.rules.items():
        if category not in CATEGORIES:
            raise _wrong(name, category, f"is not one of {', '.join(CATEGORIES)}")
        for evidence, way in ways.items():
            where = f"{category}.{evidence}"
            parts: Parts = lexicon.parts | {"words": way.words}
            stems = tuple(stem for entry in way.stems for stem in _stems(entry, parts, name, where))
            if not stems or any(not stem or stem != stem.lower() for stem in stems):
                raise _wrong(name, where, "needs stems, each in lower case and not empty")
            pattern = "|".join(_expanded(regex, parts, name, where) for regex in way.says)
            rules.append(Rule(category, evidence, stems, pattern))
    return tuple(rules)


def _stems(entry: str, parts: Parts, name: str, where: str) -> list[str]:
    """A stem, or all items of the list that `entry` names."""
    part = _PART.fullmatch(entry)
    if not part:
        return [entry]
    items = parts.get(part[1])
    if not isinstance(items, list):
        raise _wrong(name, where, f"names the stems `{entry}`, which are not a list under [parts]")
    return items


def _expanded(regex: str, parts: Parts, name: str, where: str, inside: tuple[str, ...] = ()) -> str:
    """`regex` with its parts in place of their names, theirs included."""

    def part(match: re.Match[str]) -> str:
        items = parts.get(match[1])
        if not items:
            raise _wrong(name, where, f"uses `{match[0]}`, which is not defined or empty")
        if match[1] in inside:
            raise _wrong(name, where, f"uses `{match[0]}`, which uses itself")
        text = items if isinstance(items, str) else f"(?:{'|'.join(items)})"
        return _expanded(text, parts, name, where, (*inside, match[1]))

    return _PART.sub(part, regex)


def _wrong(name: str, where: str, what: str) -> AssayError:
    return AssayError(f"{name}: `{where}` {what}", fix=f"correct {name}")
