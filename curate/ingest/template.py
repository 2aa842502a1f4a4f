"""Several columns as one text, by a template such as `{instruction}\\n\\n{input}`.

What a row lacks leaves no trace: a line whose columns are all empty is left out with its words, and so is a
paragraph (what stands between blank lines) of which no such line is left. Vectorised: a million rows of two
columns take about a second.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence

import polars as pl

from curate.errors import AssayError
from curate.text import plain

_FIX = 'write columns in braces: --input-template "{instruction}\\n\\n{input}"; a brace itself is {{ or }}'


def default_template(names: Sequence[str]) -> str:
    """Each column a paragraph of its own."""
    return "\n\n".join("{" + name.replace("{", "{{").replace("}", "}}") + "}" for name in names)


def template_columns(template: str) -> list[str]:
    """The columns that a template names, in order, each once.

    Raises
    ------
    AssayError
        If its braces do not pair, or it names no column.
    """
    names = [name for _, name in _pieces(template) if name is not None]
    if not names:
        raise AssayError(f"the input template {plain(template, 80)!r} names no column", fix=_FIX)
    return list(dict.fromkeys(names))


def _pieces(template: str) -> list[tuple[str, str | None]]:
    """Literal text and the column after it (null at the end)."""
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise AssayError(
            f"the input template {plain(template, 80)!r} cannot be read: {error}", fix=_FIX
        ) from None
    pieces = []
    for literal, name, format, conversion in parsed:
        if name is not None:  # a colon or an exclamation mark may be part of a column's name
            name += f"!{conversion}" if conversion else ""
            name += f":{format}" if format else ""
            if not name:
                raise AssayError(
                    f"the input template {plain(template, 80)!r} has braces without a name", fix=_FIX
                )
        pieces.append((literal, name))
    return pieces


def join(template: str, columns: Mapping[str, pl.Series]) -> pl.Series:
    """The template filled row by row.

    Parameters
    ----------
    columns
        Column name -> String, one length.

    Returns
    -------
    pl.Series
        `input`, String; null where every column is empty.
    """
    names = template_columns(template)
    frame = pl.DataFrame({f"c{at}": columns[name] for at, name in enumerate(names)})
    filled = {
        name: pl.when(pl.col(f"c{at}").str.strip_chars() != "").then(
            pl.col(f"c{at}").str.replace(r"^\s*\n", "").str.strip_chars_end()
        )
        for at, name in enumerate(names)
    }
    paragraphs: list[list[list[str | pl.Expr]]] = [[[]]]
    used: list[list[list[str]]] = [[[]]]
    for literal, name in _pieces(template):
        for number, paragraph in enumerate(literal.split("\n\n")):
            if number:
                paragraphs.append([[]])
                used.append([[]])
            for line_number, text in enumerate(paragraph.split("\n")):
                if line_number:
                    paragraphs[-1].append([])
                    used[-1].append([])
                if text:
                    paragraphs[-1][-1].append(text)
        if name is not None:
            paragraphs[-1][-1].append(filled[name])
            used[-1][-1].append(name)
    texts = [
        _block(
            [
                _line(line, [filled[name] for name in names_of])
                for line, names_of in zip(lines, uses, strict=True)
            ],
            uses,
        )
        for lines, uses in zip(paragraphs, used, strict=True)
    ]
    whole = pl.concat_str(texts, separator="\n\n", ignore_nulls=True)
    some = pl.any_horizontal(column.is_not_null() for column in filled.values())
    return frame.select(pl.when(some).then(whole).alias("input"))["input"]


def _line(pieces: Sequence[str | pl.Expr], filled: Sequence[pl.Expr]) -> pl.Expr:
    """One line; null where it has columns and all are empty."""
    parts = [pl.lit(piece) if isinstance(piece, str) else piece.fill_null("") for piece in pieces]
    text = pl.concat_str(parts) if parts else pl.lit("")
    if not filled:
        return text
    return pl.when(pl.any_horizontal(column.is_not_null() for column in filled)).then(text)


def _block(lines: Sequence[pl.Expr], used: Sequence[Sequence[str]]) -> pl.Expr:
    """One paragraph; null where it has columns and all are empty."""
    text = pl.concat_str(lines, separator="\n", ignore_nulls=True)
    with_columns = [line for line, names in zip(lines, used, strict=True) if names]
    if not with_columns:
        return text
    return pl.when(pl.any_horizontal(line.is_not_null() for line in with_columns)).then(text)
