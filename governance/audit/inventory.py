"""Every finding's standing: who looked at it, what redaction does with it, and whether it fails the audit.

Standings, and why:

    blocks    kept_unreviewed   the policy keeps it; nobody has said it may stay (or the verdict is `unsure`)
              expired_verdict   it stays on a verdict whose day has come
              real_but_kept     judged real, and kept all the same
              uncertain         only with `audit.block_uncertain`
    baseline                    would block, but stood at the time of the committed baseline
    queued    uncertain, unsure taken out by policy; a person may say that it need not be
              not_acted_on      a name reported and left in the text for its score (`redact.act_threshold`); a
                                person may say that it must go
    reviewed                    a verdict in force speaks of it
    settled                     taken out by policy and certain enough, or of an entity that may stay

Pure frames, a join and two group-bys: a million findings take seconds. Texts are never read.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from curate.pii.decisions import CLEARING, Verdict, expired, in_force, judged, stale
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide
from governance.audit.params import AuditParams

TIERS = ("verified", "likely", "uncertain")
STANDINGS = ("blocks", "baseline", "queued", "reviewed", "settled")

AUDITED = pl.Schema(
    {
        "finding_id": pl.String(),
        "value_id": pl.String(),
        "example_id": pl.String(),
        "field": pl.String(),
        "entity": pl.String(),
        "source": pl.String(),
        "tier": pl.String(),
        "score": pl.Float64(),
        "action": pl.String(),
        "verdict": pl.String(),
        "reviewer": pl.String(),
        "decided_on": pl.String(),
        "standing": pl.String(),
        "why": pl.String(),
    }
)


@dataclass(frozen=True)
class Inventory:
    """What stands.

    Parameters
    ----------
    findings
        Schema `AUDITED`: what blocks first, then what is queued; within each the value with most findings
        first, so that the first verdict clears most.
    lines
        One row for each tier, entity, field and source, verified first: `findings, rows, values, action,
        reviewed, queued, blocks`.
    reopened
        Verdicts whose day has come; schema `VERDICTS`.
    stale
        Verdicts that speak of nothing found now, with `why`.
    """

    findings: pl.DataFrame
    lines: pl.DataFrame
    reopened: pl.DataFrame
    stale: pl.DataFrame

    def standing(self, *names: str) -> pl.DataFrame:
        """The findings of these standings."""
        return self.findings.filter(pl.col("standing").is_in(names))

    @property
    def passed(self) -> bool:
        """Whether no unreviewed finding stands over policy."""
        return not self.standing("blocks").height


def take(
    findings: pl.DataFrame,
    examples: pl.DataFrame,
    verdicts: Sequence[Verdict],
    redaction: RedactParams,
    params: AuditParams,
    today: date,
    *,
    key_id: str,
    baseline: Collection[str] = (),
) -> Inventory:
    """The inventory of `findings` on a day.

    Parameters
    ----------
    findings
        Schema `FINDINGS`.
    examples
        `example_id` and `source` are enough.
    verdicts
        From `read_verdicts`.
    today
        Expiry of verdicts is judged on it.
    baseline
        Ids of values that stood over policy when the baseline was written.
    """
    ours = [verdict for verdict in verdicts if verdict.key_id == key_id]
    acted = decide(findings, examples, redaction, in_force(ours, redaction.as_of))
    relied = acted.select("finding_id", pl.col("verdict").is_in(CLEARING).fill_null(False).alias("relied"))
    now = judged(acted.drop("verdict", "reviewer", "decided_on"), in_force(ours, today)).join(
        relied, on="finding_id", how="left", maintain_order="left"
    )
    named = now.with_columns(tier(params).alias("tier"), pl.col("source").fill_null("")).with_columns(
        _why(params).alias("why")
    )
    stood = pl.col("value_id").is_in(list(baseline))
    blocking = pl.col("why").is_in(
        ["kept_unreviewed", "expired_verdict", "real_but_kept"]
        + ["uncertain", "not_acted_on"] * params.block_uncertain
    )
    standing = (
        pl.when(blocking & stood)
        .then(pl.lit("baseline"))
        .when(blocking)
        .then(pl.lit("blocks"))
        .when(pl.col("why") != "")
        .then(pl.lit("queued"))
        .when(pl.col("verdict").is_not_null())
        .then(pl.lit("reviewed"))
        .otherwise(pl.lit("settled"))
    )
    audited = (
        named.with_columns(standing.alias("standing"))
        .with_columns(pl.len().over("standing", "value_id").alias("impact"))
        .sort(
            _place("standing", STANDINGS),
            pl.col("impact"),
            _place("tier", TIERS),
            "entity",
            "value_id",
            "example_id",
            "field",
            "start",
            "finding_id",
            descending=[False, True, *[False] * 7],
        )
        .select(AUDITED.names())
    )
    return Inventory(audited, _lines(audited), expired(ours, today), stale(verdicts, findings, key_id))


def tier(params: AuditParams) -> pl.Expr:
    """How sure a finding is, of frames with `verified` and `score`: one of `TIERS`."""
    return (
        pl.when(pl.col("verified"))
        .then(pl.lit("verified"))
        .when(pl.col("score") < params.review_below)
        .then(pl.lit("uncertain"))
        .otherwise(pl.lit("likely"))
    )


def _why(params: AuditParams) -> pl.Expr:
    """Why a finding wants a person; empty where it does not."""
    kept = pl.col("action") == "keep"
    open_ = pl.col("verdict").is_null() | (pl.col("verdict") == "unsure")
    lapsed = pl.col("relied") & ~pl.col("verdict").is_in(CLEARING).fill_null(False)
    return (
        pl.when(lapsed)
        .then(pl.lit("expired_verdict"))
        .when(pl.col("entity").is_in(params.accept))
        .then(pl.lit(""))
        .when(pl.col("below_act") & open_)
        .then(pl.lit("not_acted_on"))
        .when(kept & open_)
        .then(pl.lit("kept_unreviewed"))
        .when(kept & (pl.col("verdict") == "real"))
        .then(pl.lit("real_but_kept"))
        .when(pl.col("verdict") == "unsure")
        .then(pl.lit("unsure"))
        .when(open_ & (pl.col("tier") == "uncertain"))
        .then(pl.lit("uncertain"))
        .otherwise(pl.lit(""))
    )


def _place(column: str, order: Sequence[str]) -> pl.Expr:
    return pl.col(column).replace_strict(
        {name: rank for rank, name in enumerate(order)}, return_dtype=pl.UInt8
    )


def _lines(audited: pl.DataFrame) -> pl.DataFrame:
    def count(*names: str) -> pl.Expr:
        return pl.col("standing").is_in(names).sum().cast(pl.Int64)

    return (
        audited.group_by("tier", "entity", "field", "source")
        .agg(
            pl.len().cast(pl.Int64).alias("findings"),
            pl.col("example_id").n_unique().cast(pl.Int64).alias("rows"),
            pl.col("value_id").n_unique().cast(pl.Int64).alias("values"),
            pl.col("action").unique().sort().str.join(", ").alias("action"),
            pl.col("verdict").is_not_null().sum().cast(pl.Int64).alias("reviewed"),
            count("queued", "blocks", "baseline").alias("unreviewed"),
            count("blocks").alias("blocks"),
        )
        .sort(_place("tier", TIERS), "entity", "field", "source")
    )
