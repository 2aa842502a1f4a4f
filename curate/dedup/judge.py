"""From twins to reasons: which rows leave, and why.

In this order: a row with a held-out twin is a `leak`; rows of one text that disagree on the output leave as
`label_conflict` (`output_conflict` where outputs are not labels), by policy; the rest of a cluster but its
keeper are `exact_duplicate` or `near_duplicate`; rows that are equal only since redaction took out what
differed stay, or leave as `equal_after_redaction`, by policy. Held-out rows never leave here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import polars as pl

from curate.dedup.cut import cut_outputs
from curate.dedup.normalise import folded
from curate.dedup.params import DedupParams
from curate.dedup.telling import pointed
from curate.dedup.twins import Twins, Weigh, find_twins, identity
from curate.task import Kind
from curate.verdicts.apply import settle

CONFLICTS = ("label_conflict", "output_conflict")


def weighs(kind: Kind, params: DedupParams) -> Weigh:
    """What tells near-duplicates apart whatever their outputs are."""
    always = params.weigh == "always" or (params.weigh == "auto" and kind is not Kind.CLASSIFICATION)
    return "all" if always else "nothing"


def policy(kind: Kind, params: DedupParams) -> str:
    """What `on_conflict` means for this kind."""
    if params.on_conflict == "auto":
        return "keep" if kind in (Kind.REWRITING, Kind.SUMMARY) else "review"
    return params.on_conflict


def answers(examples: pl.DataFrame, kind: Kind) -> pl.Series:
    """The outputs in the form in which two are the same answer: folded, and for what is read off a text
    without white space ("NO.12, JALAN" is "NO.12,JALAN"), with what its character spans cut in place of their
    offsets.
    """
    if kind is not Kind.EXTRACTION:
        return folded(examples["output"])
    return folded(cut_outputs(examples["input"], examples["output"])).str.replace_all(r"\s+", "")


def texts_of(examples: pl.DataFrame, kind: Kind, params: DedupParams) -> pl.DataFrame:
    """`id, text, folded, guard, held_out` of each example, and `output` where near-duplicates must agree on
    it: where it is read off the text, another output means another text.
    """
    read_off = kind is Kind.EXTRACTION and params.weigh != "never"
    return examples.select(
        pl.col("example_id").alias("id"),
        pl.col("input").alias("text"),
        folded(examples["input"]).alias("folded"),
        identity(kind).alias("guard"),
        pl.col("held_out").fill_null(False)
        if "held_out" in examples.columns
        else pl.lit(False).alias("held_out"),
        *([answers(examples, kind).alias("output")] if read_off else []),
    )


def judge(
    twins: Twins,
    texts: pl.DataFrame,
    examples: pl.DataFrame,
    kind: Kind,
    params: DedupParams,
    everything: Callable[[], Iterable[pl.DataFrame]] | None = None,
) -> pl.DataFrame:
    """Every row with its cluster, and the reason it leaves or null.

    Parameters
    ----------
    twins
        Of `texts`.
    texts
        From `texts_of(examples, ...)`.
    examples
        Schema `EXAMPLES`, as people wrote them.
    everything
        Gives `example_id, input, output` of all rows, some at a time, where `examples` are only those that
        have a twin.
    """
    outputs = texts.select("id", "output") if "output" in texts.columns else _outputs(examples, kind)
    rows = _judged(twins, outputs, kind, params)
    conflict = pl.col("reason").is_in(CONFLICTS)
    gone = rows.filter(conflict)
    if not gone.height:
        return rows
    if kind is Kind.CLASSIFICATION and params.weigh == "auto":
        # Labels differ, and one text denies what the other says, or their words point to different labels:
        # they do not contradict each other. (A number more or less seldom decides a label.)
        part = _parted(texts, gone, examples, everything() if everything else [examples])
        apart = _judged(find_twins(part, params, weigh="negations"), outputs, kind, params)
        return pl.concat([rows.filter(~conflict.fill_null(False)), apart])
    if kind is not Kind.CLASSIFICATION and weighs(kind, params) == "nothing":
        # Only equal texts conflict here, so a keeper may leave and its near-duplicates stay: they need a
        # keeper among the rest. (Where texts are weighed, near-duplicates have the same outputs and conflict
        # alike.)
        rest = find_twins(texts.join(gone, left_on="id", right_on="example_id", how="anti"), params)
        return pl.concat([_judged(rest, outputs, kind, params), gone])
    return rows


def settled(
    rows: pl.DataFrame, decided: pl.DataFrame, texts: pl.DataFrame, examples: pl.DataFrame, kind: Kind
) -> pl.DataFrame:
    """`rows` in which what a person decided stays, with `settled_by` (see `curate.verdicts.apply.settle`)."""
    if decided.is_empty():
        return rows.with_columns(pl.lit(None, dtype=pl.String).alias("settled_by"))
    outputs = texts.select("id", "output") if "output" in texts.columns else _outputs(examples, kind)
    rows = rows.join(outputs.rename({"id": "example_id"}), on="example_id", how="left", maintain_order="left")
    return settle(rows, decided, CONFLICTS, unit_of(kind)).drop("output")


def unit_of(kind: Kind) -> list[str]:
    """Where the output is a label any two twins must agree; elsewhere only equal texts must."""
    return ["keeper"] if kind is Kind.CLASSIFICATION else ["keeper", "document"]


def _outputs(examples: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    return examples.select(pl.col("example_id").alias("id"), answers(examples, kind).alias("output"))


def _parted(
    texts: pl.DataFrame, gone: pl.DataFrame, examples: pl.DataFrame, everything: Iterable[pl.DataFrame]
) -> pl.DataFrame:
    """The texts in conflict, guarded by the labels to which their words point."""
    rows = (
        gone.select("example_id", "keeper")
        .join(examples.select("example_id", "input", "output"), on="example_id")
        .sort("example_id")
    )
    texts_in_conflict = rows.select(
        pl.col("example_id").alias("id"),
        folded(rows["input"]).alias("text"),
        pl.col("keeper").alias("cluster"),
        pl.col("output").alias("label"),
    )
    labelled = (
        part.select(folded(part["input"]).alias("text"), pl.col("output").alias("label"))
        for part in everything
    )
    points = pointed(texts_in_conflict, labelled)
    part = texts.join(points, on="id", how="inner", maintain_order="left")
    guard = pl.concat_str("guard", "points", separator="\x1f").alias("guard")
    return part.with_columns(guard).drop("points")


def _judged(twins: Twins, outputs: pl.DataFrame, kind: Kind, params: DedupParams) -> pl.DataFrame:
    held_out = twins.rows.filter("held_out").select(
        pl.col("id").alias("keeper"), pl.lit(True).alias("held_keeper")
    )
    rows = (
        twins.rows.with_row_index("priority")
        .join(outputs, on="id", how="left")
        .join(held_out, on="keeper", how="left")
        .join(
            twins.rows.select(pl.col("id").alias("keeper"), pl.col("document").alias("keeper_document")),
            on="keeper",
            how="left",
        )
        .join(outputs.rename({"id": "keeper", "output": "kept_output"}), on="keeper", how="left")
        .with_columns(pl.col("held_keeper").fill_null(False))
        .sort("priority")
    )
    unit = unit_of(kind)
    rows = rows.with_columns(
        pl.col("output").n_unique().over(unit).alias("outputs"),
        pl.len().over(unit).alias("size"),
        pl.col("id").first().over([*unit, "output"], order_by="priority").alias("first_of_output"),
    ).with_columns((pl.col("outputs") > 1).alias("conflict"))
    rule = policy(kind, params)
    labelled = kind in (Kind.CLASSIFICATION, Kind.EXTRACTION)
    code = pl.lit("label_conflict" if labelled else "output_conflict")
    # Each output of the keeper's text stays once.
    of_keeper = pl.lit(kind is Kind.CLASSIFICATION) | (pl.col("document") == pl.col("keeper_document"))
    stays = pl.col("kept") | (
        pl.lit(rule == "keep") & pl.col("conflict") & of_keeper & (pl.col("id") == pl.col("first_of_output"))
    )
    reason = (
        pl.when("held_out")
        .then(None)
        .when("held_keeper")
        .then(pl.lit("leak"))
        .when(pl.col("conflict") & pl.lit(rule in ("review", "drop")))
        .then(code)
        .when(stays)
        .then(None)
        .otherwise(pl.concat_str("kind", pl.lit("_duplicate")))
    )
    twin = (
        pl.when(pl.lit(rule == "keep") & pl.col("conflict") & of_keeper & ~pl.col("held_keeper"))
        .then("first_of_output")
        .otherwise("keeper")
    )
    disagrees = (pl.col("output") != pl.col("kept_output")) & pl.lit(kind is Kind.CLASSIFICATION)
    return rows.select(
        pl.col("id").alias("example_id"),
        "priority",
        "held_out",
        "document",
        "keeper",
        twin.alias("twin"),
        "kind",
        "similarity",
        "outputs",
        "size",
        "conflict",
        disagrees.alias("disagrees"),
        reason.alias("reason"),
    )


def equal_after(rows: pl.DataFrame, texts: pl.DataFrame, examples: pl.DataFrame, kind: Kind) -> pl.DataFrame:
    """Rows that stay and whose input is equal to another's only since redaction.

    Parameters
    ----------
    rows
        From `judge`.
    texts
        From `texts_of` the rows before redaction.
    examples
        The same rows after it.

    Returns
    -------
    pl.DataFrame
        `example_id, held_out, priority, family, output, outputs, size`, by priority; `outputs` and `size`
        count the family's distinct outputs and rows.
    """
    before = texts.select(pl.col("id").alias("example_id"), pl.col("text").alias("written"), text="folded")
    after = examples.select("example_id", identity(kind).alias("guard"), "input", "output")
    staying = rows.filter(pl.col("reason").is_null()).select("example_id", "held_out", "document", "priority")
    staying = (
        staying.join(after, on="example_id", how="left")
        .join(before, on="example_id", how="left")
        .with_columns(pl.col("input").ne_missing(pl.col("written")).alias("redacted"))
    )
    # What redaction left alone is folded already.
    redacted = staying["redacted"].arg_true()
    now = folded(staying["input"].gather(redacted))
    staying = staying.with_columns(staying["text"].scatter(redacted, now).alias("text"))
    family = ["text", "guard"]
    # Most texts are nobody's equal, and those that were equal before are not of redaction's making.
    several = staying.filter(pl.len().over(family) > 1)
    families = several.filter(
        (pl.col("document").n_unique().over(family) > 1) & pl.col("redacted").any().over(family)
    )
    families = families.with_columns(answers(families, kind).alias("output"))
    return (
        families.sort("priority")
        .with_columns(
            pl.col("example_id").first().over(family, order_by="priority").alias("family"),
            pl.col("output").n_unique().over(family).alias("outputs"),
            pl.len().over(family).alias("size"),
        )
        .select("example_id", "held_out", "priority", "family", "output", "outputs", "size")
    )


def drop_equal_after(rows: pl.DataFrame, equal: pl.DataFrame) -> pl.DataFrame:
    """`rows` with the reason `equal_after_redaction` for all but the first of each output of each family."""
    first = equal.with_columns(
        pl.col("example_id").first().over(["family", "output"], order_by="priority").alias("first")
    )
    leaving = first.filter((pl.col("example_id") != pl.col("first")) & ~pl.col("held_out")).select(
        "example_id", "first", pl.col("size").alias("family_size")
    )
    leaves = pl.col("first").is_not_null()
    return (
        rows.join(leaving, on="example_id", how="left")
        .with_columns(
            pl.when(leaves).then(pl.lit("equal_after_redaction")).otherwise("reason").alias("reason"),
            pl.when(leaves).then("first").otherwise("twin").alias("twin"),
            pl.when(leaves).then("family_size").otherwise("size").alias("size"),
        )
        .drop("first", "family_size")
    )
