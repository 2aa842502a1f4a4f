"""Stage `redact`: the policy applied to every finding, in input, output and rejected answer alike.

What a row lost anywhere it loses everywhere: a value found in one field is taken out wherever the same value
or a telling part of it stands in the row's other fields, found there or not (`forms.py`), so that a JSON
target never gives back what the input lost. Nothing else goes: labels, keys, listed values and headings are
exempt (`closed.py`), character spans shift with the text (`offsets.py`), and text outside the values is
unchanged. Rows without a finding pass untouched in polars; those with one are rewritten one by one, at some
4,000 rows a second. Not touched: ids, `group` and `subject`.

A steward's verdict goes before the policy (see `policy.py`). A value cleared stays in all its repeats; a
single finding cleared stays where it stands, while the same value goes from the rest of the row. Where
another finding that nobody cleared lies over the same text, the text goes.

Scopes. In `record` scope placeholders are numbered in order of appearance within the row, so nothing links
two rows. In `dataset` scope a value has one keyed tag throughout the dataset of this task card's name, in all
its versions (their rows have lasting ids, so the versions are linkable anyway); in `project` scope the tag is
the same in every dataset made with the key. So a person can be followed through the data, and an attacker who
knows one of their rows can follow too; tags do not change as data grows. The same holds for surrogates. The
scope goes into the report and the manifest.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from curate.engine import Part, current, together
from curate.examples import EDITS, EXAMPLES, FINDINGS, TEXT_FIELDS, conform, ledger, no_ledger
from curate.files import read_stage_frame
from curate.keys import Key
from curate.pii.decisions import CLEARING, in_force, project_verdicts
from curate.pii.detect.params import ScanParams
from curate.pii.redact.checked import stale
from curate.pii.redact.closed import Closed
from curate.pii.redact.leaves import named_in, unplaced
from curate.pii.redact.offsets import SpanPath, detect, untrue
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide, with_asked_texts
from curate.pii.redact.renderer import Names
from curate.pii.redact.row import Row, redact_row
from curate.pii.redact.surrogates import masked
from curate.placeholders import PLACEHOLDER, is_empty_but_for_placeholders
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, stage_parts, write_stage
from curate.suppress import REASON
from curate.suppress import suppressed as all_suppressed
from curate.task import Kind
from curate.text import plural
from curate.verdicts.judged import with_row_verdicts
from curate.verdicts.standing import project_rows

__all__ = ["EDITS", "RedactParams", "redact", "run"]


def redact(
    examples: pl.DataFrame,
    findings: pl.DataFrame,
    params: RedactParams,
    key: Key,
    kind: Kind,
    progress: Progress | None = None,
    *,
    verdicts: pl.DataFrame | None = None,
    dataset: str = "",
    closed: Closed | None = None,
    suppressed: Collection[str] = (),
) -> StageResult:
    """`examples` without what `findings` found, by policy.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`, as scanned.
    findings
        Schema `FINDINGS`, of these very examples under this very key.
    verdicts
        From `curate.pii.decisions.in_force`; None: nobody has decided anything.
    dataset
        Its name: in scope `dataset`, data of another name gets other placeholders and surrogates.
    closed
        The task's closed sets, which stay; None: those of `kind` alone.
    suppressed
        Ids of values whose rows go (`curate.suppress`).

    Returns
    -------
    StageResult
        With the table `edits` (schema `EDITS`): one row for each value at each place it was taken from, one
        with action `keep` for each finding that stays because a steward said so, and one with action `exempt`
        for each that stays because its field is declared so. A row whose character spans are not true on
        arrival is dropped (`untrue_span`): it cannot be shifted. So is one of which redaction left nothing
        but placeholders in a field that should teach something (`emptied_by_redaction`).

    Raises
    ------
    AssayError
        If a finding does not fit the text it points into: the scan is of other data, or another key.
    """
    acted = decide(findings, examples, params, verdicts)
    _refuse_lost(acted, examples.select("example_id"))
    touched = acted.filter(pl.col("action") != "keep")["example_id"]
    spans = _spans(examples, touched, params, kind)
    plan = Plan(params, key, kind, dataset, closed or Closed(kind), frozenset(suppressed), spans)
    done = plan.carried_out(examples, acted, progress)
    return plan.result(done.kept, [done], acted)


def _refuse_lost(acted: pl.DataFrame, rows: pl.DataFrame) -> None:
    """Fail if there are findings in rows that are not there."""
    lost = acted.join(rows, on="example_id", how="anti")
    if lost.height:
        raise stale(
            f"{lost['example_id'].n_unique():,} rows with findings are not among the examples, e.g. "
            f"{lost['example_id'].sort()[0]}"
        )


@dataclass(frozen=True)
class Done:
    """Some rows after redaction, and what the report says of them.

    Parameters
    ----------
    kept, dropped
        As of a `StageResult`.
    edits
        As of the stage; `made` counts those that are no exemption.
    cleared
        Findings that stay because a steward said so.
    repeated, labelled
        Repeats taken out; labels that are a value which the input lost.
    changed
        Rows changed and entities, by field of the outputs; `having` counts the rows that have each field.
    underivable
        By field and kind: how many rows, and the first with what it shows masked.
    """

    kept: pl.DataFrame
    dropped: pl.DataFrame
    edits: pl.DataFrame
    made: int
    cleared: pl.DataFrame
    repeated: int
    labelled: int
    changed: dict[str, int]
    entities: dict[str, Counter[str]]
    having: Counter[str]
    underivable: dict[tuple[str, str], tuple[int, tuple[str, str]]]


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
        fields, entities = _changed(rows)
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
            _having(staying, self.kind, set(fields)),
            _underivable(rows),
        )

    def result(self, kept: pl.DataFrame, done: Sequence[Done], acted: pl.DataFrame) -> StageResult:
        """The stage's result from that of its partitions; `kept` is what they keep."""
        params = self.params
        rows = sum(one.kept.height + one.dropped["example_id"].n_unique() for one in done)
        edits = pl.concat([one.edits for one in done]).sort(EDITS.names())
        rows_changed = edits.filter(~pl.col("action").is_in(["keep", "exempt"]))["example_id"].n_unique()
        cleared = pl.concat([one.cleared for one in done])
        targets, underivable = _targets(done, params), _told_underivable(done)
        counts = (
            acted.group_by("entity", "action")
            .agg(pl.len().alias("findings"), pl.col("example_id").n_unique().alias("rows"))
            .sort("entity", "action")
        )
        report = {
            "notes": _notes(rows_changed, rows, targets, underivable, params),
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


def _spans(
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


# Rows read to tell whether outputs keep character spans; a tenth of a millisecond each where they do.
_LOOKED_AT = 1_000


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


def _changed(rows: Sequence[Row]) -> tuple[dict[str, int], dict[str, Counter[str]]]:
    """What redaction changed in the outputs, by field: rows, and by which entities."""
    changed: dict[str, set[str]] = defaultdict(set)
    entities: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for path, entity in row.changed:
            changed[path].add(row.example_id)
            entities[path][entity] += 1
    return {path: len(ids) for path, ids in changed.items()}, dict(entities)


def _targets(done: Sequence[Done], params: RedactParams) -> list[dict[str, Any]]:
    """What redaction changed in the outputs, by field: rows that have the field, rows changed, the share, by
    which entities, and what was decided.
    """
    changed: Counter[str] = Counter()
    having: Counter[str] = Counter()
    entities: dict[str, Counter[str]] = defaultdict(Counter)
    for one in done:
        changed.update(one.changed)
        having.update(one.having)
        for path, counts in one.entities.items():
            entities[path].update(counts)
    told = []
    for path in sorted(changed, key=lambda path: (-changed[path], path)):
        target = params.target(path)
        told.append(
            {
                "field": path,
                "rows": having[path],
                "changed": changed[path],
                "share": round(changed[path] / max(having[path], 1), 4),
                "entities": dict(sorted(entities[path].items())),
                "rule": target.rule,
                "reason": target.reason,
            }
        )
    return told


def _underivable(rows: Sequence[Row]) -> dict[tuple[str, str], tuple[int, tuple[str, str]]]:
    """Outputs that the redacted input no longer gives, by field and kind: how many rows, and the first of
    them with what it shows masked.
    """
    found: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        for field, kind, text in row.underivable:
            shape = re.sub(r"\w", "•", text) if kind == "initials" else masked(text)
            found[field, kind].setdefault(row.example_id, shape)
    return {place: (len(seen), min(seen.items())) for place, seen in found.items()}


def _told_underivable(done: Sequence[Done]) -> list[dict[str, Any]]:
    """`_underivable` of all partitions, the commonest first."""
    rows: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for one in done:
        for place, (count, shown) in one.underivable.items():
            rows[place] += count
            first[place] = min(shown, first.get(place, shown))
    told = []
    for place in sorted(rows, key=lambda place: (-rows[place], place)):
        row, example = first[place]
        told.append(
            {"field": place[0], "kind": place[1], "rows": rows[place], "example": example, "row": row}
        )
    return told


# Fields named on the stage's line.
_SHOWN = 3
DETAILS = "details: assay audit"


def _notes(
    changed: int,
    rows: int,
    targets: list[dict[str, Any]],
    underivable: list[dict[str, Any]],
    params: RedactParams,
) -> list[str]:
    """What a person should know at once: how many rows changed, which fields of the outputs beyond the share
    that is allowed without a reason, and which outputs the redacted input no longer gives.
    """
    notes = [f"{plural(changed, 'row')} changed ({changed / max(rows, 1):.0%})"]
    over = [
        line for line in targets if line["share"] > params.max_output_share and not line["reason"].strip()
    ]
    if over:
        shown = _some([f"`{line['field']}` {line['share']:.0%}" for line in over])
        fields = "field" if len(over) == 1 else "fields"
        notes.append(
            f"{len(over):,} output {fields} changed in over {params.max_output_share:.0%} of the rows "
            f"({shown}): `assay check` asks for a reason in redact.targets"
        )
    if underivable:
        shown = _some([f"`{line['field']}` {line['kind']} {line['rows']:,}" for line in underivable])
        notes.append(f"warning: outputs that the redacted input no longer gives ({shown})")
    if over or underivable:
        notes[-1] += f"; {DETAILS}"
    return notes


def _some(words: Sequence[str]) -> str:
    """The first few, and how many more."""
    more = len(words) - _SHOWN
    return ", ".join([*words[:_SHOWN], *([f"{more:,} more"] if more > 0 else [])])


def _having(examples: pl.DataFrame, kind: Kind, paths: set[str]) -> Counter[str]:
    """How many rows have an output, a rejected answer, and each of the fields `paths` of a JSON output."""
    counts: Counter[str] = Counter()
    for name in ("output", "rejected"):
        texts = examples[name].drop_nulls()
        counts[name] = len(texts)  # asked for or not: another partition may have changed one
        if kind is Kind.EXTRACTION and name == "output":
            for text in texts.filter(named_in(texts, paths)):
                counts.update(paths & {leaf.path for leaf in unplaced(text) or ()})
    return counts


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


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Apply verdicts and policy to what `ingest` and `scan` left and write `data/redact`; see `redact`."""
    params = project.params("redact", RedactParams)
    params.check(set(project.task.sources), project.params("scan", ScanParams).own_entities)
    key = project.key
    made_from = begin(project, "redact")
    verdicts = in_force(project_verdicts(project), params.as_of)
    path = project.stage("ingest") / "examples.parquet"
    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    if findings.schema != FINDINGS:
        raise stale("findings.parquet has other columns than this version writes")
    closed = Closed.of(project.task)
    suppressed = listed.values() if (listed := all_suppressed(project)) else ()
    if current().name == "local" or project.task.kind is Kind.EXTRACTION or project_rows(project):
        # Spans are told from all outputs of an extraction; verdicts on rows are judged by all texts.
        examples = read_stage_frame(path, made_by="ingest")
        result = redact(
            examples,
            findings,
            params,
            key,
            project.task.kind,
            progress,
            verdicts=verdicts,
            dataset=project.task.name,
            closed=closed,
            suppressed=suppressed,
        )
        ids = examples["example_id"]
        result = with_row_verdicts(result, project, verdicts, params.as_of)
    else:
        parts = stage_parts(path, made_by="ingest")
        ids = together(parts, ("example_id",))["example_id"]
        plan = Plan(params, key, project.task.kind, project.task.name, closed, frozenset(suppressed), ())
        result = redact_parts(parts, path, findings, plan, verdicts, progress)
    return write_stage(result, ids, project.stage("redact"), made_from, params.max_dropped)


def redact_parts(
    parts: Sequence[Part],
    path: Path,
    findings: pl.DataFrame,
    plan: Plan,
    verdicts: pl.DataFrame | None = None,
    progress: Progress | None = None,
) -> StageResult:
    """`redact` of the partitions of the Examples table in `path`, on the engine in use.

    The findings are in memory, and the texts of rows with a name that scores better elsewhere.
    """
    engine = current()
    rows = findings.select("example_id").unique()
    sources = pl.concat(list(engine.map(partial(_sources, rows=rows), parts)))
    asked = with_asked_texts(findings, sources, pl.scan_parquet(path))
    acted = decide(findings, asked, plan.params, verdicts)
    _refuse_lost(acted, sources.select("example_id"))
    done: list[Done] = []

    def noted() -> Iterator[pl.DataFrame]:
        """What each partition keeps; the rest of what is known of it goes to `done`."""
        for at, one in enumerate(engine.map(partial(_carried_out, plan=plan, acted=acted), parts), 1):
            done.append(replace(one, kept=one.kept.select("example_id")))
            yield one.kept
            if progress:
                progress(at, len(parts))

    stored = engine.store(_itself, noted())
    result = plan.result(EXAMPLES.to_frame(), done, acted)
    return replace(result, parts=stored)


def _carried_out(part: Part, plan: Plan, acted: pl.DataFrame) -> Done:
    examples = part.read()
    mine = acted.join(examples.select("example_id"), on="example_id", how="semi", maintain_order="left")
    return plan.carried_out(examples, mine)


def _itself(frame: pl.DataFrame) -> pl.DataFrame:
    return frame


def _sources(part: Part, rows: pl.DataFrame) -> pl.DataFrame:
    """Id and source of those of `rows` that are in a partition."""
    mine = part.read(("example_id", "source"))
    return mine.join(rows, on="example_id", how="semi", maintain_order="left")
