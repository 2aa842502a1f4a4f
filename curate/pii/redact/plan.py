"""What is done about findings, whatever rows they are in: rows go or are rewritten; the report tells it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from curate.examples import EDITS, EXAMPLES, TEXT_FIELDS, conform, ledger, no_ledger
from curate.keys import Key
from curate.pii.decisions import CLEARING
from curate.pii.redact.closed import Closed
from curate.pii.redact.done import (
    Done,
    changed_fields,
    having_fields,
    notes_of,
    targets_of,
    underivable_fields,
    underivable_of,
)
from curate.pii.redact.leaves import named_in
from curate.pii.redact.offsets import SpanPath, detect, untrue
from curate.pii.redact.params import RedactParams
from curate.pii.redact.renderer import Names
from curate.pii.redact.row import Row, redact_row
from curate.placeholders import PLACEHOLDER, is_empty_but_for_placeholders
from curate.stage import Progress, StageResult
from curate.suppress import REASON
from curate.task import Kind

# Rows read to tell whether outputs keep character spans; a tenth of a millisecond each where they do.
_LOOKED_AT = 1_000


@dataclass(frozen=True)
class Plan:
    """What is done about findings, whatever rows they are in: see `redact` for the fields."""

    params: RedactParams
    key: Key
    kind: Kind
    dataset: str
    closed: Closed
    suppressed: frozenset[str]
    spans: tuple[SpanPath, ...]

    def carried_out(
        self, examples: pl.DataFrame, acted: pl.DataFrame, progress: Progress | None = None
    ) -> Done:
        """`examples` without the findings in them, which `acted` are (from `decide`)."""
        theirs = acted.filter(pl.col("value_id").is_in(sorted(self.suppressed)))
        unwanted = acted.filter(pl.col("action") == "drop_row").join(theirs, on="example_id", how="anti")
        dropped = pl.concat([_dropped(theirs, REASON), _dropped(unwanted, "personal_data")])
        dropped = pl.concat([dropped, _untrue(examples, self.spans, dropped["example_id"])])
        going_on = acted.join(dropped.select("example_id"), on="example_id", how="anti")
        cleared = going_on.filter(pl.col("verdict").is_in(CLEARING))
        work = going_on.filter(pl.col("action") != "keep")
        names = Names(self.params, self.key, self.dataset)
        rows = list(_rewritten(examples, work, cleared, names, self.closed, self.spans, progress))
        texts = pl.DataFrame(
            [(row.example_id, *(row.texts[field] for field in TEXT_FIELDS)) for row in rows],
            schema={"example_id": pl.String, **dict.fromkeys(TEXT_FIELDS, pl.String)},
            orient="row",
        )
        emptied = _emptied(examples, texts)
        if emptied.height:
            gone = set(emptied["example_id"])
            rows = [row for row in rows if row.example_id not in gone]
            texts = texts.filter(~pl.col("example_id").is_in(gone))
            dropped = pl.concat([dropped, emptied])
            cleared = cleared.filter(~pl.col("example_id").is_in(gone))
        untouched = examples.join(dropped.select("example_id"), on="example_id", how="anti").join(
            texts, on="example_id", how="anti"
        )
        changed = examples.drop(TEXT_FIELDS).join(texts, on="example_id", how="inner")
        kept = pl.concat([conform(untouched, EXAMPLES), conform(changed, EXAMPLES)]).sort("example_id")
        made = pl.DataFrame([edit for row in rows for edit in row.edits], schema=EDITS, orient="row")
        fields, entities = changed_fields(rows)
        staying = examples.join(dropped.select("example_id"), on="example_id", how="anti")
        return Done(
            kept,
            dropped,
            pl.concat([made, conform(cleared, EDITS)]).sort(EDITS.names()),
            made.filter(pl.col("action") != "exempt").height,
            cleared,
            sum(row.repeated for row in rows),
            sum(row.labelled for row in rows),
            fields,
            entities,
            having_fields(staying, self.kind, set(fields)),
            underivable_fields(rows),
        )

    def result(self, kept: pl.DataFrame, done: Sequence[Done], acted: pl.DataFrame) -> StageResult:
        """The stage's result from that of its partitions; `kept` is what they keep."""
        params = self.params
        rows = sum(one.kept.height + one.dropped["example_id"].n_unique() for one in done)
        edits = pl.concat([one.edits for one in done]).sort(EDITS.names())
        rows_changed = edits.filter(~pl.col("action").is_in(["keep", "exempt"]))["example_id"].n_unique()
        cleared = pl.concat([one.cleared for one in done])
        targets, underivable = targets_of(done, params), underivable_of(done)
        counts = (
            acted.group_by("entity", "action")
            .agg(pl.len().alias("findings"), pl.col("example_id").n_unique().alias("rows"))
            .sort("entity", "action")
        )
        report = {
            "notes": notes_of(rows_changed, rows, targets, underivable, params),
            "actions": counts.to_dicts(),
            "rows_changed": rows_changed,
            "edits": sum(one.made for one in done),
            "repeats_taken_out": sum(one.repeated for one in done),
            "not_acted_on": dict(
                acted.filter("below_act").group_by("entity").len().sort("entity").iter_rows()
            ),
            "targets": targets,
            "max_output_share": params.max_output_share,
            "underivable": underivable,
            "labels_like_a_lost_value": sum(one.labelled for one in done),
            "spans": [span.model_dump() for span in self.spans],
            "kept_by_verdict": dict(cleared.group_by("verdict").len().sort("verdict").iter_rows()),
            "verdicts_as_of": params.as_of.isoformat() if params.as_of else None,
            "scope": params.scope,
            "linkable_across_rows": params.scope != "record"
            and acted["action"].is_in(["replace", "pseudonymise"]).any(),
            "key_id": self.key.key_id,
        }
        dropped = pl.concat([one.dropped for one in done])
        return StageResult("redact", kept, dropped, report, {"edits": edits})


def _dropped(unwanted: pl.DataFrame, reason: str) -> pl.DataFrame:
    """Ledger rows for examples that hold a finding for which the row goes."""
    if not unwanted.height:
        return no_ledger()
    each = (
        unwanted.select("example_id", (pl.col("entity") + " in " + pl.col("field")).alias("what"))
        .unique()
        .sort("example_id", "what")
        .group_by("example_id", maintain_order=True)
        .agg(pl.col("what").str.join(", "))
    )
    return ledger(each, "redact", reason, pl.col("what"))


def _untrue(examples: pl.DataFrame, spans: Sequence[SpanPath], gone: pl.Series) -> pl.DataFrame:
    """Ledger rows for examples whose character spans do not cut what they name on arrival."""
    if not spans:
        return no_ledger()
    rows = examples.select("example_id", "input", "output").drop_nulls()
    rows = rows.filter(~pl.col("example_id").is_in(gone.implode()))
    rows = rows.filter(named_in(rows["output"], [span.end or span.length or "" for span in spans]))
    wrong = untrue(spans, {name: (text, output) for name, text, output in rows.iter_rows()})
    told = pl.DataFrame(
        [
            (row, f"output: {bad} of {all_} spans cut nothing, or another text than their value")
            for row, (bad, all_) in sorted(wrong.items())
        ],
        schema={"example_id": pl.String, "evidence": pl.String},
        orient="row",
    )
    return ledger(told, "redact", "untrue_span", pl.col("evidence"))


def _emptied(examples: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows for examples of which redaction left nothing but placeholders in a field, from which no
    system could learn; those that came so are for rule `placeholder_only`.

    Parameters
    ----------
    texts
        `example_id` and the text fields, of the rewritten rows.
    """
    there = examples.select("example_id", *TEXT_FIELDS).join(texts, on="example_id", how="semi")
    lines = []
    for field in TEXT_FIELDS:
        empty = is_empty_but_for_placeholders(field)
        came_so = there.filter(empty)["example_id"]
        now = texts.filter(empty & ~pl.col("example_id").is_in(came_so.implode()))
        taken = pl.col(field).str.extract_all(PLACEHOLDER).list.unique(maintain_order=True).list.join(", ")
        why = pl.format(f"{field}: redaction left only {{}}", taken).alias("why")
        lines.append(now.select("example_id", why))
    emptied = pl.concat(lines).sort("example_id", "why")
    return ledger(emptied, "redact", "emptied_by_redaction", pl.col("why"))


def _rewritten(
    examples: pl.DataFrame,
    work: pl.DataFrame,
    cleared: pl.DataFrame,
    names: Names,
    closed: Closed,
    spans: Sequence[SpanPath],
    progress: Progress | None,
) -> Iterator[Row]:
    # Python row by row: offsets, numbering and JSON are a walk through one text, and only rows with findings
    # come here.
    by_row: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in work.sort("example_id", "field", "start", "entity").iter_rows(named=True):
        by_row[finding["example_id"]].append(finding)
    spared: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for finding in cleared.filter(pl.col("example_id").is_in(list(by_row))).iter_rows(named=True):
        spared[finding["example_id"]].append(finding)
    affected = (
        examples.filter(pl.col("example_id").is_in(list(by_row)))
        .select("example_id", *TEXT_FIELDS)
        .sort("example_id")
    )
    for done, row in enumerate(affected.iter_rows(named=True), 1):
        yield redact_row(row, by_row[row["example_id"]], spared[row["example_id"]], names, closed, spans)
        if progress and done % 1000 == 0:
            progress(done, affected.height)


def spans_of(
    examples: pl.DataFrame, touched: pl.Series, params: RedactParams, kind: Kind
) -> tuple[SpanPath, ...]:
    """Where outputs keep character spans: as declared, else told from the first rows and the first that would
    change.
    """
    if kind is not Kind.EXTRACTION:
        return ()
    if params.spans is not None:
        return params.spans
    there = examples.select("example_id", "input", "output").drop_nulls().sort("example_id")
    changing = there.filter(pl.col("example_id").is_in(touched.unique().implode()))
    looked_at = [frame.head(_LOOKED_AT).select("input", "output") for frame in (there, changing)]
    return detect(pl.concat(looked_at).unique(maintain_order=True).iter_rows())
