"""What a sample asks about: findings drawn by entity and tier, and rows drawn by how likely they hold
something missed.

A unit's place in the draw is its keyed id, a number as good as random that it keeps for good: permanent
random numbers (Ohlsson, 1995, "Coordination of samples using permanent random numbers"). So the draw is
seeded by the project's key alone, a larger sample holds the smaller one, a re-scan keeps most of it, and
nobody can look for a lucky seed. Within a stratum the first units by that number are a simple random sample.
Strata get units by Sainte-Laguë's divisors, in proportion to the root of their size (Bankier, 1988, "Power
allocations": small strata are heard too) times the spread we expect in them; allocation never looks at an
answer, so a session may stop anywhere.

Vectorised; a million rows take a second or two.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import polars as pl

from curate.keys import Key
from curate.pii.values import is_code
from governance.audit.inventory import tier
from governance.audit.params import AuditParams

# Standard deviation expected of an answer: of precision .99, .95 and .6.
TIER_SPREAD = {"verified": 0.1, "likely": 0.22, "uncertain": 0.49}
# Of missed values in a row: where something was found more may stand, and a number or an @ nobody took is
# suspect.
SIGNAL_SPREAD = {"found": 0.3, "number": 0.3, "address": 0.3, "digit": 0.2, "name": 0.2, "plain": 0.1}
SIGNALS = tuple(SIGNAL_SPREAD)
# Row strata in words, for people.
SPOKEN_SIGNALS = {
    "found": "with findings",
    "number": "none found, six digits or more",
    "address": "none found, an @ or a link",
    "digit": "none found, some digit",
    "name": "none found, a capital inside a sentence",
    "plain": "none of these",
}


def drawn_findings(
    findings: pl.DataFrame, params: AuditParams, entities: Collection[str] = ()
) -> pl.DataFrame:
    """`findings` with `stratum` (their tier), in the order of the draw.

    Parameters
    ----------
    findings
        Schema `FINDINGS`.
    entities
        Draw of these only; none: of all but those that may stay in the data anyway (`audit.accept`).
    """
    wanted = (
        pl.col("entity").is_in(list(entities)) if entities else ~pl.col("entity").is_in(list(params.accept))
    )
    tiered = findings.filter(wanted).with_columns(tier(params).alias("stratum"))
    return _ordered(tiered, ["entity", "stratum"], "finding_id", TIER_SPREAD)


def drawn_rows(
    examples: pl.DataFrame, findings: pl.DataFrame, fields: Sequence[str], key: Key
) -> pl.DataFrame:
    """Columns `example_id`, `row` (keyed) and `stratum` (one of `SIGNALS`) of every row with text, in the
    order of the draw.

    Parameters
    ----------
    fields
        The scanned ones.
    """
    text = pl.concat_str([pl.col(field).fill_null("") for field in fields], separator="\n")
    signal = (
        pl.when(pl.col("example_id").is_in(findings["example_id"].unique().implode()))
        .then(pl.lit("found"))
        .when(text.str.count_matches(r"\d") >= 6)
        .then(pl.lit("number"))
        .when(text.str.contains(r"@|://|\bwww\.|\w\.[a-z]{2}"))
        .then(pl.lit("address"))
        .when(text.str.contains(r"\d"))
        .then(pl.lit("digit"))
        .when(text.str.contains(r"[\p{L}\p{N},;'’)] \p{Lu}\p{Ll}"))
        .then(pl.lit("name"))
        .otherwise(pl.lit("plain"))
    )
    rows = examples.filter(text.str.contains(r"\S")).select("example_id", signal.alias("stratum"))
    named = rows.with_columns(
        pl.Series("row", key.digests("sample row", rows["example_id"]), dtype=pl.String)
    )
    return _ordered(named, ["stratum"], "row", SIGNAL_SPREAD)


def _ordered(units: pl.DataFrame, strata: list[str], lot: str, spread: Mapping[str, float]) -> pl.DataFrame:
    """`units` in the order in which they are asked about, by Sainte-Laguë's divisors over their strata."""
    position = pl.int_range(pl.len()).over(strata) + 0.5
    weight = pl.len().over(strata).sqrt() * pl.col("stratum").replace_strict(
        dict(spread), return_dtype=pl.Float64
    )
    return units.sort(lot).with_columns((position / weight).alias("_turn")).sort("_turn", lot).drop("_turn")


def shares(size: int, findings: int, rows: int) -> tuple[int, int]:
    """How many of `size` questions are about findings and about rows: half each, as far as there are so
    many.
    """
    about_findings = min(findings, max(size - size // 2, size - rows))
    return about_findings, min(rows, size - about_findings)


def may_hold(entity: str) -> tuple[str, ...]:
    """Strata whose rows can hold a missed value of `entity`, by its form: a code has digits, an e-mail
    address an `@`.

    In the others a miss counts only if one was seen there: "oh seven nine, double one" is rare enough to wait
    for.
    """
    if entity == "EMAIL_ADDRESS":
        return ("found", "number", "address", "digit")
    return ("found", "number", "digit") if is_code(entity) else SIGNALS
