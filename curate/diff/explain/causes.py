"""Why each row changed: stage, reason and evidence, from the ledgers, edits, fingerprints and manifests of
both versions.

Every rule here is a lookup in what the pipeline wrote down; nothing is guessed. A change that no record
accounts for is `unexplained`, and the command line fails on it. A plain file has no pipeline behind it: it is
itself the source.

Costs a few joins over the changed rows; the records of unchanged rows are never read.
"""

from __future__ import annotations

import polars as pl

from curate.diff.explain.pipeline import code_change, knob_changes, lock_change, stage_changes
from curate.diff.match.fingerprints import disputed, same_key
from curate.examples import LEDGER
from curate.ids import CONTENT_PREFIX
from curate.stages import NAMES
from curate.versions.version import Version

UNEXPLAINED = "unexplained"
REDACTED, JUDGED = "redaction changed", "redaction changed by a verdict"
# Placeholders are numbered through all fields of a row: what is kept in one renumbers the others.
RENUMBERED = "placeholders renumbered"
# Columns that ingest fills from the task card or the file and that no later stage rewrites.
PROVENANCE = ("language", "source", "group", "subject", "licence", "lawful_basis", "collected_at")
FROM_CARD = ("source", "licence", "lawful_basis")
# Columns that are published as digests made with the secret key.
KEYED = ("group", "subject")
IN_SOURCE = {
    "added": "new in source",
    "removed": "gone from source",
    "edited": "edited in source",
    "relabelled": "relabelled in source",
    "moved": "moved in source",
}


def explain(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """`changes` with `stage`, `reason`, `evidence` (of the row), `because` (of the pipeline) and `cause`, in
    the same order.
    """
    if not after.gold:
        reason = _in_source(before, after)
        alike = pl.when(pl.col("similarity").is_not_null()).then(
            pl.format("paired by likeness, {}", _two_places("similarity"))
        )
        told = changes.with_columns(
            stage=pl.lit("source"), reason=reason, evidence=alike.fill_null(""), because=pl.lit("")
        )
    else:
        numbered = changes.with_row_index("_order")
        parts = [
            _drops(numbered.filter(pl.col("change") == "added"), before, before, after),
            _drops(numbered.filter(pl.col("change") == "removed"), after, before, after),
            _edits(numbered.filter(pl.col("change").is_in(["edited", "relabelled"])), before, after),
            _moves(numbered, before, after),
        ]
        told = (
            pl.concat(part.select(*numbered.columns, *_TOLD) for part in parts).sort("_order").drop("_order")
        )
        told = _disputes(told, before, after)
    return told.with_columns(_cause().alias("cause"))


def _in_source(before: Version, after: Version) -> pl.Expr:
    """The reason of a change between plain files. A row that the other file may hold among those that could
    not be read is neither new nor gone for sure: with a key its key stands there, without one nobody knows.
    """
    reason = pl.col("change").replace_strict(IN_SOURCE, return_dtype=pl.String)
    for change, other in (("removed", after), ("added", before)):
        if other.unread:
            may_be = pl.col("row").is_in(list(other.unread_words)) | pl.lit(not other.keys)
            unsure = f"unmatched: {other.name} has rows that could not be read"
            words = f"unreadable in {other.name}" if other.keys else unsure
            reason = pl.when((pl.col("change") == change) & may_be).then(pl.lit(words)).otherwise(reason)
    return reason


_TOLD = ("stage", "reason", "evidence", "because")


def _disputes(told: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """A row that is not what was published has no cause in the pipeline, whatever the records say."""
    joined = told.join(disputed(told, before, after), on="row", how="left", maintain_order="left")
    wrong = pl.col("dispute").is_not_null()
    values = {
        "stage": pl.lit(""),
        "reason": pl.lit(UNEXPLAINED),
        "evidence": pl.col("dispute"),
        "because": pl.lit(""),
    }
    return joined.with_columns(
        pl.when(wrong).then(value).otherwise(pl.col(name)).alias(name) for name, value in values.items()
    ).drop("dispute")


def _two_places(name: str) -> pl.Expr:
    hundredths = (pl.col(name) * 100).floor().cast(pl.Int64)
    return pl.format("{}.{}", hundredths // 100, (hundredths % 100).cast(pl.String).str.zfill(2))


def _cause() -> pl.Expr:
    """Reason, and in brackets what speaks for it."""
    details = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in ("evidence", "because")]
    detail = pl.concat_str(details, separator="; ", ignore_nulls=True)
    return pl.col("reason") + pl.when(detail != "").then(" (" + detail + ")").otherwise(pl.lit(""))


def _drops(lines: pl.DataFrame, ledger_of: Version, before: Version, after: Version) -> pl.DataFrame:
    """Added rows against the old ledger, removed rows against the new one: the same rule seen from two
    sides.
    """
    added = ledger_of is before
    told = _first_drop(ledger_of, lines["row"])
    joined = lines.join(told, left_on="row", right_on="example_id", how="left", maintain_order="left")
    dropped = pl.col("drop").is_not_null()
    rekeyed = pl.lit(not same_key(before, after)) & pl.col("row").str.starts_with(CONTENT_PREFIX)
    complete = ledger_of.ledger is not None
    reason = (
        pl.when(dropped)
        .then(pl.lit("no longer dropped: " if added else "dropped: ") + pl.col("drop"))
        .when(rekeyed)
        .then(pl.lit("the secret key changed, and ids made from content with it"))
        .when(pl.lit(complete))
        .then(pl.lit(IN_SOURCE["added" if added else "removed"]))
        .otherwise(pl.lit(UNEXPLAINED))
    )
    stages = joined["stage"].drop_nulls().unique().to_list()
    because = pl.col("stage").replace_strict(
        {stage: stage_changes(before, after, stage) for stage in stages}, default="", return_dtype=pl.String
    )
    joined = joined.with_columns(
        reason=reason,
        because=because.fill_null(""),
        evidence=pl.col("evidence").fill_null(""),
        stage=pl.col("stage").fill_null("ingest"),
    )
    return _lost_twins(joined, after) if added else _twins(joined, before)


def _first_drop(version: Version, ids: pl.Series) -> pl.DataFrame:
    """The ledger's word on each id: its first stage in pipeline order; further reasons of the row are
    counted.
    """
    found = version.records("ledger", ids)
    found = LEDGER.to_frame() if found is None else found
    place = pl.col("stage").replace_strict(
        {name: place for place, name in enumerate(NAMES)}, default=len(NAMES), return_dtype=pl.UInt8
    )
    ordered = found.sort("example_id", place, "reason", "evidence", "kept_id", nulls_last=True)
    first = ordered.group_by("example_id", maintain_order=True).agg(
        pl.col("stage", "reason", "evidence", "kept_id").first(), pl.len().alias("lines")
    )
    more = (
        pl.when(pl.col("lines") > 1)
        .then(pl.format(" and {} more", pl.col("lines") - 1))
        .otherwise(pl.lit(""))
    )
    evidence = pl.col("evidence").fill_null("") + more
    return first.select(
        "example_id",
        "stage",
        (pl.col("stage") + "/" + pl.col("reason")).alias("drop"),
        evidence.alias("evidence"),
        "kept_id",
    )


def _twins(lines: pl.DataFrame, before: Version) -> pl.DataFrame:
    """Name the kept twin of a row dropped as a duplicate, and say whether the twin is what is new."""
    twins = lines["kept_id"].drop_nulls().unique()
    if not len(twins):
        return lines
    seen = [
        records["example_id"]
        for name in ("fingerprints", "ledger")
        if (records := before.records(name, twins, ("example_id",))) is not None
    ]
    known = pl.concat(seen) if seen else twins
    text = pl.format("kept {}", "kept_id") + pl.when(pl.col("kept_id").is_in(known.implode())).then(
        pl.lit("")
    ).otherwise(pl.lit(", which is new in source"))
    both = pl.concat_str(
        pl.when(pl.col("evidence") != "").then("evidence"), text, separator="; ", ignore_nulls=True
    )
    return lines.with_columns(evidence=pl.when(pl.col("kept_id").is_null()).then("evidence").otherwise(both))


def _lost_twins(lines: pl.DataFrame, after: Version) -> pl.DataFrame:
    """Say of a row that was a duplicate and no longer is that its kept twin is gone, where it is."""
    twins = lines["kept_id"].drop_nulls().unique()
    found = after.records("fingerprints", twins, ("example_id",)) if len(twins) else None
    if found is None:
        return lines
    gone = pl.col("kept_id").is_not_null() & ~pl.col("kept_id").is_in(found["example_id"].implode())
    text = pl.when(gone).then(pl.format("its kept twin {} is gone", "kept_id"))
    both = pl.concat_str(
        pl.when(pl.col("evidence") != "").then("evidence"), text, separator="; ", ignore_nulls=True
    )
    return lines.with_columns(evidence=pl.when(gone).then(both).otherwise("evidence"))


def _edits(lines: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Edited fields and labels: the source differs, else the redaction, else parameters, else code; else
    nobody knows.

    `source_digest` covers the texts. Provenance columns come from the file or the task card, by way of ingest
    alone.
    """
    joined = lines.join(
        _sources(lines["row"], before, after),
        left_on="row",
        right_on="example_id",
        how="left",
        maintain_order="left",
    )
    redactions = _redactions(lines["row"], before, after)
    joined = joined.join(
        redactions,
        left_on=["row", "field"],
        right_on=["example_id", "field"],
        how="left",
        maintain_order="left",
    )
    joined = joined.join(
        _elsewhere(redactions), left_on="row", right_on="example_id", how="left", maintain_order="left"
    )
    provenance = pl.col("field").is_in(PROVENANCE)
    told = pl.col("source_differs").is_not_null()
    edited = pl.col("change").replace_strict(IN_SOURCE, default=None, return_dtype=pl.String)
    keyed = pl.col("field").is_in(KEYED) & pl.lit(not same_key(before, after))
    likeness = pl.format("was {}; paired by likeness, {}", "was", _two_places("similarity"))
    redact, ingest = stage_changes(before, after, "redact", "scan"), stage_changes(before, after, "ingest")
    # Rules with a fix take out what nobody sees and null markers behind a prompt.
    cleaned = stage_changes(before, after, "validate")
    card, code = knob_changes(before, after, "task.sources"), code_change(before, after)
    # (when, stage, reason, evidence of the row, because of the pipeline); the first that holds
    rules: list[tuple[pl.Expr, str, pl.Expr | str, pl.Expr | str, str]] = [
        (pl.col("similarity").is_not_null(), "source", edited, likeness, ""),
        (keyed, "publish", "the secret key changed, and digests made with it", "", ""),
        (provenance & pl.lit(bool(ingest)), "ingest", "read otherwise", "", ingest),
        (
            pl.col("field").is_in(FROM_CARD) & pl.lit(bool(card)),
            "ingest",
            "edited in source or task card",
            "",
            card,
        ),
        (provenance & pl.lit(after.fingerprints is not None), "source", edited, "", ""),
        (pl.col("source_differs").fill_null(False), "source", edited, "", ""),
        (pl.col("judged").fill_null(False), "redact", JUDGED, pl.col("redaction"), ""),
        (pl.col("redaction").is_not_null(), "redact", REDACTED, pl.col("redaction"), redact or code),
        (_renumbered() & pl.col("elsewhere").is_not_null(), "redact", RENUMBERED, pl.col("elsewhere"), ""),
        (told & pl.lit(bool(redact)), "redact", REDACTED, "", redact),
        (told & pl.lit(bool(cleaned)), "validate", "put right otherwise", "", cleaned),
        (told & pl.lit(bool(ingest)), "ingest", "read otherwise", "", ingest),
        (told & pl.lit(bool(code)), "curate", "made by other code", "", code),
        (pl.lit(True), "", UNEXPLAINED, "", ""),
    ]
    return joined.with_columns(
        pl.coalesce(*(pl.when(rule[0]).then(_text(rule[place])) for rule in rules)).alias(name)
        for place, name in enumerate(_TOLD, start=1)
    )


def _renumbered() -> pl.Expr:
    """Whether the two texts differ in the names of placeholders alone, not in their entities."""
    entity = "<([A-Z][A-Z_]*?)(?:_\\d+|_[0-9a-f]{6})?>"
    same = [pl.col(name).str.replace_all(entity, "<${1}>") for name in ("before", "after")]
    return (same[0] == same[1]).fill_null(False)


def _elsewhere(redactions: pl.DataFrame) -> pl.DataFrame:
    """What was redacted otherwise anywhere in a row: `example_id, elsewhere`."""
    told = pl.col("field") + ": " + pl.col("redaction")
    return redactions.group_by("example_id").agg(told.sort().str.join("; ").alias("elsewhere"))


def _text(value: pl.Expr | str) -> pl.Expr:
    return pl.lit(value) if isinstance(value, str) else value


def _sources(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Whether each row's source record differs; no line where a side cannot tell."""
    nothing = pl.DataFrame(schema={"example_id": pl.String, "source_differs": pl.Boolean})
    sides = before.fingerprints, after.fingerprints
    if not same_key(before, after) or not all(
        side is not None and "source_digest" in side.collect_schema() for side in sides
    ):
        return nothing
    old, new = (
        side.records("fingerprints", ids, ("example_id", "source_digest")) for side in (before, after)
    )
    assert old is not None and new is not None
    both = old.unique("example_id", keep="any").join(
        new.unique("example_id", keep="any"), on="example_id", suffix="_new"
    )
    return both.select(
        "example_id", (pl.col("source_digest") != pl.col("source_digest_new")).alias("source_differs")
    )


def _redactions(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Fields that were redacted otherwise: `example_id, field, redaction, judged`.

    `redaction` reads as "EMAIL_ADDRESS keep → EMAIL_ADDRESS mask"; `judged` says that verdicts account for
    all of it.
    """
    sides = []
    for side in (before, after):
        found = side.records("edits", ids)
        if found is None:
            return pl.DataFrame(
                schema={
                    "example_id": pl.String,
                    "field": pl.String,
                    "redaction": pl.String,
                    "judged": pl.Boolean,
                }
            )
        ordered = found.sort("example_id", "field", "entity", "action", "value_id", nulls_last=True)
        did = pl.col("entity") + pl.lit(" ") + pl.col("action")
        sides.append(
            ordered.group_by("example_id", "field").agg(
                did.unique(maintain_order=True).str.join(", ").alias("did"),
                (did + " " + pl.col("value_id").fill_null("")).str.join(",").alias("exactly"),
            )
        )
    both = sides[0].join(
        sides[1], on=["example_id", "field"], how="full", coalesce=True, suffix="_new", nulls_equal=True
    )
    differ = both.filter(pl.col("exactly").ne_missing(pl.col("exactly_new")))
    differ = differ.join(_verdicts(ids, before, after), on=["example_id", "field"], how="left")
    text = (
        pl.when(pl.col("did") == pl.col("did_new"))
        .then(pl.col("did") + " on other values")
        .otherwise(pl.col("did").fill_null("nothing") + " → " + pl.col("did_new").fill_null("nothing"))
    )
    return differ.select(
        "example_id",
        "field",
        pl.concat_str([text, "verdict"], separator="; ", ignore_nulls=True).alias("redaction"),
        "judged",
    )


def _verdicts(ids: pl.Series, before: Version, after: Version) -> pl.DataFrame:
    """Fields where a value is treated otherwise on which the stewards' word differs between the sides:
    `example_id, field, verdict, judged`.

    `judged`: on all values that are treated otherwise there.
    """
    nothing = pl.DataFrame(
        schema={"example_id": pl.String, "field": pl.String, "verdict": pl.String, "judged": pl.Boolean}
    )
    if before.verdicts is None or after.verdicts is None or not same_key(before, after):
        return nothing
    old, new = (side.records("edits", ids) for side in (before, after))
    assert old is not None and new is not None  # the caller saw them
    on = ["example_id", "field", "value_id", "entity", "action"]
    # What a steward said of each place, as redaction itself judged it: verdicts on single findings included.
    on += ["verdict"] if "verdict" in old.columns and "verdict" in new.columns else []
    gone, come = (
        left.select(on).unique().join(right.select(on), on=on, how="anti", nulls_equal=True)
        for left, right in ((old, new), (new, old))
    )
    other = pl.concat(
        [gone.with_columns(pl.lit("old").alias("side")), come.with_columns(pl.lit("new").alias("side"))]
    )
    if "verdict" not in on:
        other = other.with_columns(pl.lit(None, pl.String).alias("verdict"))
    place = ["example_id", "field", "value_id"]
    words = other.group_by(place).agg(
        pl.col("verdict").filter(pl.col("side") == side).drop_nulls().sort().first().alias(side)
        for side in ("old", "new")
    )
    # A value without a word at its own place (an edit of an older version) has the word on the value.
    by_value = _on_values(before.verdicts), _on_values(after.verdicts)
    words = (
        words.join(by_value[0], on="value_id", how="left")
        .join(by_value[1], on="value_id", how="left", suffix="_new")
        .with_columns(
            pl.when(pl.coalesce("old", "new").is_null()).then("verdict").otherwise("old").alias("old"),
            pl.when(pl.coalesce("old", "new").is_null()).then("verdict_new").otherwise("new").alias("new"),
        )
        .join(
            _days(after.verdicts), left_on=["value_id", "new"], right_on=["value_id", "verdict"], how="left"
        )
    )
    day = pl.when(pl.col("day").is_not_null()).then(" of " + pl.col("day")).otherwise(pl.lit(""))
    word = pl.col("old").fill_null("none") + pl.lit(" → ") + pl.col("new").fill_null("withdrawn") + day
    changed = pl.col("old").ne_missing(pl.col("new"))
    told = (
        words.with_columns(pl.when(changed).then("verdict " + word).alias("said"))
        .group_by("example_id", "field")
        .agg(
            pl.col("said").drop_nulls().unique().sort().str.join("; ").alias("verdict"),
            pl.col("said").is_not_null().all().alias("judged"),
        )
    )
    return told.filter(pl.col("verdict") != "")


def _on_values(verdicts: pl.DataFrame) -> pl.DataFrame:
    """`value_id, verdict` of the verdicts on values."""
    on_value = pl.col("finding_id").is_null() if "finding_id" in verdicts.columns else pl.lit(True)
    return verdicts.filter(on_value).select("value_id", "verdict")


def _days(verdicts: pl.DataFrame) -> pl.DataFrame:
    """`value_id, verdict, day`: when each word was last given."""
    return verdicts.group_by("value_id", "verdict").agg(pl.col("date").str.head(10).max().alias("day"))


def _moves(changes: pl.DataFrame, before: Version, after: Version) -> pl.DataFrame:
    """Moved rows: a knob of the split, the task card's held-out file, the row's own group or label, the key,
    else code.
    """
    lines = changes.filter(pl.col("change") == "moved")
    knobs, card, code = (
        stage_changes(before, after, "split"),
        knob_changes(before, after, "task.held_out"),
        code_change(before, after),
    )
    drawn = lock_change(before, after)
    edited = {
        name: changes.filter(pl.col("change") == "edited", pl.col("field") == name)["row"].unique()
        for name in ("group", "language", "source")
    }
    relabelled = changes.filter(pl.col("change") == "relabelled")["row"].unique()
    rules = [
        (pl.lit(bool(knobs)), "the split was set otherwise", knobs),
        (pl.lit(bool(card)), "the held-out rows were set otherwise", card),
        (pl.col("similarity").is_not_null(), "moved with its new id, which is made from content", ""),
        (pl.col("row").is_in(edited["group"].implode()), "moved with its new group", ""),
        (pl.col("row").is_in(relabelled.implode()), "moved with its new label", ""),
        *(
            # Labels stratify classification; language and source the other kinds.
            [
                (pl.col("row").is_in(edited[name].implode()), f"moved with its new {name}", "")
                for name in ("language", "source")
            ]
            if after.label is None
            else []
        ),
        (pl.lit(bool(drawn)), "the split was drawn anew", drawn),
        (pl.lit(not same_key(before, after)), "the secret key changed, and the split with it", ""),
        (pl.lit(bool(code)), "made by other code", code),
        (pl.lit(True), UNEXPLAINED, ""),
    ]
    return lines.with_columns(
        stage=pl.lit("split"),
        reason=pl.coalesce(*(pl.when(when).then(pl.lit(reason)) for when, reason, _ in rules)),
        evidence=pl.lit(""),
        because=pl.coalesce(*(pl.when(when).then(pl.lit(because)) for when, _, because in rules)),
    )
