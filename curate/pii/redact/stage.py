"""Stage `redact`: the policy applied to every finding, in input, output and rejected answer alike.

What a row lost anywhere it loses everywhere: a value found in one field is taken out wherever the same value
stands in the row's other fields, found there or not, so that a label or a JSON target never gives back what
the input lost. Text outside the values is unchanged. Rows without a finding pass untouched in polars; those
with one are rewritten one by one, at some 10,000 rows a second. Not touched: ids, `group` and `subject`.

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

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from curate.errors import AssayError
from curate.examples import EDITS, EXAMPLES, FINDINGS, TEXT_FIELDS, conform, ledger, no_ledger
from curate.files import canonical_json, read_stage_frame
from curate.keys import Key
from curate.pii.decisions import CLEARING, in_force, read_verdicts
from curate.pii.redact.policy import RedactParams, decide
from curate.pii.redact.spans import Span, Spared, Value, json_tokens, merge, repeats, rewrite
from curate.pii.redact.surrogates import masked, placeholder, surrogate, tag
from curate.pii.values import normalise, value_id
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, write_stage
from curate.task import Kind

__all__ = ["EDITS", "RedactParams", "redact", "run"]


class _Row(NamedTuple):
    """One rewritten row: its texts, and what was done."""

    example_id: str
    texts: dict[str, str | None]
    edits: list[tuple[str, str, str, str, str, str | None]]
    repeated: int


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

    Returns
    -------
    StageResult
        With the table `edits` (schema `EDITS`): one row for each value at each place it was taken from, and
        one with action `keep` for each finding that stays because a steward said so.

    Raises
    ------
    AssayError
        If a finding does not fit the text it points into: the scan is of other data, or another key.
    """
    acted = decide(findings, examples, params, verdicts)
    lost = acted.join(examples, on="example_id", how="anti")
    if lost.height:
        raise _stale(
            f"{lost['example_id'].n_unique():,} rows with findings are not among the examples, e.g. "
            f"{lost['example_id'].sort()[0]}"
        )
    unwanted = acted.filter(pl.col("action") == "drop_row")
    dropped = _dropped(unwanted)
    going_on = acted.join(dropped.select("example_id"), on="example_id", how="anti")
    cleared = going_on.filter(pl.col("verdict").is_in(CLEARING))
    work = going_on.filter(pl.col("action") != "keep")
    rows = list(_rewritten(examples, work, cleared, _Names(params, key, dataset), kind, progress))
    texts = pl.DataFrame(
        [(row.example_id, *(row.texts[field] for field in TEXT_FIELDS)) for row in rows],
        schema={"example_id": pl.String, **dict.fromkeys(TEXT_FIELDS, pl.String)},
        orient="row",
    )
    untouched = examples.join(dropped.select("example_id"), on="example_id", how="anti").join(
        texts, on="example_id", how="anti"
    )
    changed = examples.drop(TEXT_FIELDS).join(texts, on="example_id", how="inner")
    kept = pl.concat([conform(untouched, EXAMPLES), conform(changed, EXAMPLES)]).sort("example_id")
    made = pl.DataFrame([edit for row in rows for edit in row.edits], schema=EDITS, orient="row")
    edits = pl.concat([made, conform(cleared, EDITS)]).sort(EDITS.names())
    counts = (
        acted.group_by("entity", "action")
        .agg(pl.len().alias("findings"), pl.col("example_id").n_unique().alias("rows"))
        .sort("entity", "action")
    )
    report = {
        "actions": counts.to_dicts(),
        "rows_changed": len(rows),
        "edits": made.height,
        "repeats_taken_out": sum(row.repeated for row in rows),
        "kept_by_verdict": dict(cleared.group_by("verdict").len().sort("verdict").iter_rows()),
        "verdicts_as_of": params.as_of.isoformat() if params.as_of else None,
        "scope": params.scope,
        "linkable_across_rows": params.scope != "record"
        and acted["action"].is_in(["replace", "pseudonymise"]).any(),
        "key_id": key.key_id,
    }
    return StageResult("redact", kept, dropped, report, {"edits": edits})


def _dropped(unwanted: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows for examples that hold an entity whose action is `drop_row`."""
    if not unwanted.height:
        return no_ledger()
    each = (
        unwanted.select("example_id", (pl.col("entity") + " in " + pl.col("field")).alias("what"))
        .unique()
        .sort("example_id", "what")
        .group_by("example_id", maintain_order=True)
        .agg(pl.col("what").str.join(", "))
    )
    return ledger(each, "redact", "personal_data", pl.col("what"))


def _rewritten(
    examples: pl.DataFrame,
    work: pl.DataFrame,
    cleared: pl.DataFrame,
    names: _Names,
    kind: Kind,
    progress: Progress | None,
) -> Iterator[_Row]:
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
        yield _redact_row(row, by_row[row["example_id"]], spared[row["example_id"]], names, kind)
        if progress and done % 1000 == 0:
            progress(done, affected.height)


def _redact_row(
    row: dict[str, Any],
    findings: list[dict[str, Any]],
    cleared: list[dict[str, Any]],
    names: _Names,
    kind: Kind,
) -> _Row:
    found: dict[str, list[Span]] = defaultdict(list)
    spellings: dict[tuple[Value, str], None] = {}
    said: dict[str, str | None] = {}
    for finding in findings:
        span, spelling = _checked(row, finding, names.key)
        found[finding["field"]].append(span)
        spellings[span.value, spelling] = None
        said[finding["value_id"]] = finding["verdict"]
    spared: dict[str, list[Spared]] = defaultdict(list)
    for finding in cleared:
        spared[finding["field"]].append((finding["start"], finding["end"], finding["value_id"]))
    values = list(spellings)
    render = _Renderer(row["example_id"], names)
    texts: dict[str, str | None] = {}
    edits = []
    repeated = 0
    for field in TEXT_FIELDS:
        text = row[field]
        if text is None:
            texts[field] = None
        elif field != "input" and kind is Kind.EXTRACTION and _is_json(text):
            texts[field], spans = _redact_json(text, found[field], values, render, spared[field])
        else:
            spans = merge([*found[field], *repeats(text, values, spared[field])])
            texts[field] = rewrite(text, spans, render)
        if text is not None:
            repeated += sum(not span.found for span in spans)
            edits += [
                (row["example_id"], field, value.entity, value.value_id, value.action, said[value.value_id])
                for span in spans
                for value in (span.value, *span.also)
            ]
    return _Row(row["example_id"], texts, edits, repeated)


def _checked(row: dict[str, Any], finding: dict[str, Any], key: Key) -> tuple[Span, str]:
    """The finding's span and the text it points at, which must be the value it was made of."""
    text, entity = row[finding["field"]] or "", finding["entity"]
    spelling = text[finding["start"] : finding["end"]]
    normalised = normalise(entity, spelling)
    if not spelling or value_id(key, entity, normalised) != finding["value_id"]:
        raise _stale(
            f"finding {finding['finding_id']} of row {row['example_id']} does not fit that row's "
            f"{finding['field']}"
        )
    return Span(
        finding["start"],
        finding["end"],
        Value(entity, normalised, finding["value_id"], finding["action"]),
        found=True,
    ), spelling


def _stale(what: str) -> AssayError:
    return AssayError(
        f"the findings are not of these examples, or were made with another key: {what}",
        fix="assay scan   (or: dvc repro scan), then assay redact",
    )


class _Names(NamedTuple):
    """What replacements are made of: the policy, the key, and the dataset's name."""

    params: RedactParams
    key: Key
    dataset: str

    def scope(self, example_id: str) -> str:
        """What keys a replacement beside the value: the same scope gives the same replacement."""
        return {"record": f"record {example_id}", "dataset": f"dataset {self.dataset}", "project": ""}[
            self.params.scope
        ]


class _Renderer:
    """Writes a row's replacements; numbers its placeholders in the order in which it is asked."""

    def __init__(self, example_id: str, names: _Names) -> None:
        self.scope = names.scope(example_id)
        self.params, self.key = names.params, names.key
        self.numbers: dict[tuple[str, str], int] = {}
        self.seen: Counter[str] = Counter()

    def __call__(self, span: Span, text: str) -> str:
        value = span.value
        if value.action == "mask":
            return masked(text)
        if value.action == "pseudonymise":
            return surrogate(value.entity, text, value.normalised, self.key, self.scope)
        return placeholder(value.entity, self._name(value))

    def _name(self, value: Value) -> int | str:
        if self.params.scope != "record":
            return tag(self.key, value.entity, value.normalised, self.scope)
        name = (value.entity, value.normalised)
        if name not in self.numbers:
            self.seen[value.entity] += 1
            self.numbers[name] = self.seen[value.entity]
        return self.numbers[name]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _redact_json(
    text: str, found: list[Span], values: list[tuple[Value, str]], render: _Renderer, spared: list[Spared]
) -> tuple[str, list[Span]]:
    tokens = json_tokens(text, found, values, spared)
    number_spans = {span for token in tokens if token.is_number for span in token.spans}

    def escaped(span: Span, raw: str) -> str:
        quoted = json.dumps(render(span, raw), ensure_ascii=False)
        return quoted if span in number_spans else quoted[1:-1]

    spans = [span for token in tokens for span in token.spans]
    made = rewrite(text, spans, escaped)
    # A changed key may change the canonical order.
    return canonical_json(json.loads(made)) if any(token.is_key for token in tokens) else made, spans


def run(project: Project, progress: Progress | None = None) -> dict[str, Any]:
    """Apply verdicts and policy to what `ingest` and `scan` left and write `data/redact`; see `redact`."""
    params = project.params("redact", RedactParams)
    params.check(set(project.task.sources))
    key = project.key
    made_from = begin(project, "redact")
    verdicts = in_force(read_verdicts(project.root), params.as_of)
    examples = read_stage_frame(project.stage("ingest") / "examples.parquet", made_by="ingest")
    findings = read_stage_frame(project.stage("scan") / "findings.parquet", made_by="scan")
    if findings.schema != FINDINGS:
        raise _stale("findings.parquet has other columns than this version writes")
    result = redact(
        examples,
        findings,
        params,
        key,
        project.task.kind,
        progress,
        verdicts=verdicts,
        dataset=project.task.name,
    )
    return write_stage(result, examples["example_id"], project.stage("redact"), made_from, params.max_dropped)
