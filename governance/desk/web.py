"""Pages of the desk: templates in which no text of a data set can be markup.

Two nets under every value that a template prints: what is not `Markup` is escaped, and controls,
bidirectional and invisible signs are shown as their code points (`curate.text.neutral`), whether the template
thought of it or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from curate.text import neutral, plural

if TYPE_CHECKING:
    from governance.triage.context import Segments

PAGES = Path(__file__).with_name("pages")
# Characters of one text on a page; the rest is cut, and says so.
LONG = 20_000
# What may stand in a class attribute, by the style of a segment.
_CLASSES = {"masked": "masked", "shown": "value", "suspect": "suspect"}
_TITLES = {"masked": "masked", "shown": "the value", "suspect": "looks like a value, masked"}


class NotHere(Exception):
    """The address names nothing that there is now."""


def _safe(value: Any) -> Any:
    return neutral(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def long(text: str | None, limit: int = LONG) -> str:
    """A text as it may stand on a page."""
    text = text or ""
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text) - limit:,} more characters)"


def marked(segments: Segments) -> Markup:
    """A masked text with its parts told apart by more than colour."""
    parts = []
    for piece, style in segments:
        text = Markup.escape(neutral(piece))
        if style == "plain":
            parts.append(text)
        else:
            name = Markup('<mark class="{}" title="{}">{}</mark>')
            parts.append(name.format(_CLASSES[style], _TITLES[style], text))
    return Markup("").join(parts)


def told_apart(stretches: Sequence[tuple[str, bool]], limit: int = LONG) -> Markup:
    """A text beside another, with what the other lacks bold and underlined, and said to who hears it."""
    parts, left = [], limit
    for text, lacks in stretches:
        shown = Markup.escape(neutral(text[:left]))
        left -= len(text)
        if lacks and text.strip():
            mark = Markup(
                '<mark class="apart" title="only here"><span class="unseen">only here: </span>{}</mark>'
            )
            parts.append(mark.format(shown))
        else:
            parts.append(shown)
        if left <= 0:
            parts.append(Markup("…"))
            break
    return Markup("").join(parts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(PAGES),
        autoescape=True,
        finalize=_safe,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(long=long, marked=marked, plural=plural, count=lambda number: f"{number:,}")
    return environment


def page(name: str, **values: Any) -> str:
    """A page's markup."""
    return _environment().get_template(f"{name}.html").render(**values)


@cache
def static(name: str) -> bytes:
    """The style sheet or the script."""
    return (PAGES / name).read_bytes()
