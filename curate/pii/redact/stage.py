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

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from curate.engine import Part, current, together
from curate.examples import EDITS, EXAMPLES, FINDINGS
from curate.files import read_stage_frame
from curate.keys import Key
from curate.pii.decisions import in_force, project_verdicts
from curate.pii.detect.params import ScanParams
from curate.pii.redact.checked import stale
from curate.pii.redact.closed import Closed
from curate.pii.redact.done import Done
from curate.pii.redact.params import RedactParams
from curate.pii.redact.plan import Plan, spans_of
from curate.pii.redact.policy import decide, with_asked_texts
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, StageResult, stage_parts, write_stage
from curate.suppress import suppressed as all_suppressed
from curate.task import Kind
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
    spans = spans_of(examples, touched, params, kind)
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
