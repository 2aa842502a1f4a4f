"""Which texts hold somebody of whom nothing but keyed digests is known.

The candidates of a text (its addresses, runs of digits, codes, words) are digested; those that are asked for
say which values stand in *these* texts, and a value is then looked for as everywhere (`pattern_of`). So the
answer is that of a search for the values themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from curate.keys import Key
from curate.pii.known import (
    CODE,
    DIGITS,
    EMAIL,
    WORD,
    Form,
    Known,
    addresses_in,
    code_runs,
    digit_runs,
    folded,
    mark,
    pattern_of,
    spaced,
)

# Expressions looked for at once: the engine refuses a pattern of many thousand.
_AT_ONCE = 50


def spotted(texts: pl.Series, digests: Collection[str], key: Key) -> pl.Series:
    """By what a suppressed person is known in each text, as `email, name`; null where nobody is.

    Parameters
    ----------
    texts
        String; null texts hold nobody.
    digests
        As `curate.suppress.digests_of` gives them.
    """
    text = folded(texts)
    words = spaced(text)
    forms = []
    for form in _FORMS:
        view = text if form == "email" else words
        asked = {one for one in digests if one.startswith(f"{form}:")}
        present = sorted(map(pattern_of, _present(view, form, asked, key))) if asked else []
        if present:
            some = [present[at : at + _AT_ONCE] for at in range(0, len(present), _AT_ONCE)]
            any_of = pl.DataFrame([view.str.contains("|".join(p)).alias(p[0]) for p in some])
            forms.append(any_of.select(pl.when(pl.any_horizontal(pl.all())).then(pl.lit(form)).alias(form)))
    if not forms:
        return pl.Series("by", [None], dtype=pl.String).new_from_index(0, len(texts))
    said = pl.concat_str(pl.all(), separator=", ", ignore_nulls=True)
    return pl.concat(forms, how="horizontal").select(pl.when(said != "").then(said).alias("by"))["by"]


_FORMS: tuple[Form, ...] = ("code", "email", "name", "phone")


def _present(view: pl.Series, form: Form, asked: Collection[str], key: Key) -> list[Known]:
    """What of `asked` may stand in some of the texts."""
    if form == "name":
        words = _distinct(view, WORD)
        by_digest = dict(zip(key.digests("known-word", words), words, strict=True))
        names = [one.removeprefix("name:").split("+") for one in sorted(asked)]
        return [
            Known("name", tuple(by_digest[digest] for digest in name))
            for name in names
            if all(digest in by_digest for digest in name)
        ]
    candidates = [Known(form, (one,)) for one in dict.fromkeys(_candidates(view, form))]
    return [known for known in candidates if mark(known, key) in asked]


def _candidates(view: pl.Series, form: Form) -> Iterable[str]:
    """Values of a form that stand in the texts."""
    if form == "email":
        tokens = _distinct(view.filter(view.str.contains("@")), EMAIL)
        return (address for token in tokens for address in addresses_in(token))
    if form == "phone":
        return (run for region in _distinct(view, DIGITS) for run in digit_runs(region))
    return [*_distinct(view, WORD), *(run for region in _distinct(view, CODE) for run in code_runs(region))]


def _distinct(view: pl.Series, pattern: str) -> list[str]:
    """Distinct matches of a pattern, sorted."""
    return view.drop_nulls().str.extract_all(pattern).explode().drop_nulls().unique().sort().to_list()
