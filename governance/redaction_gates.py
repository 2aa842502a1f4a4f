"""The gates of `assay check` on redaction: nothing is left that the policy takes out, and what it changed in
the outputs is what somebody decided.

The detectors look again at the published text. What they find there may have been made by redaction itself: a
word beside a placeholder is read otherwise than in its own sentence. So a row in question is redacted again
from the raw text; where that gives what is published, the finding is of redaction's making and there is
nothing to fix. Otherwise gold is not what the detectors, the policy and the verdicts make now, and running
the stages again puts that right.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from curate.documents import load_parquet
from curate.examples import EXAMPLES, TEXT_FIELDS
from curate.pii.decisions import in_force, project_verdicts
from curate.pii.redact.closed import Closed
from curate.pii.redact.offsets import SpanPath
from curate.pii.redact.params import RedactParams
from curate.pii.redact.policy import decide
from curate.pii.redact.surrogates import MASKED
from curate.placeholders import PLACEHOLDER
from curate.project import Project
from curate.provenance import read_report
from curate.text import plural

Verdict = tuple[bool, str, str]  # passed, what was seen, what to run


def targets(project: Project) -> Iterator[Verdict]:
    """Whether redaction changed a field of the outputs in more rows than are allowed without a reason."""
    policy = project.params("redact", RedactParams)
    lines = read_report(project, "redact").get("targets", [])
    over = [
        line
        for line in lines
        if line["share"] > policy.max_output_share and not policy.target(line["field"]).reason.strip()
    ]
    for line in over:
        entities = ", ".join(f"{name} {count:,}" for name, count in line["entities"].items())
        field = line["field"] or "(the whole output)"
        yield (
            False,
            f"redaction changed `{field}` of the outputs in {line['changed']:,} of {line['rows']:,} rows "
            f"({line['share']:.0%}: {entities}); over {policy.max_output_share:.0%} somebody decides",
            "decide in params.yaml, under redact:  "
            f"targets: {{'{line['field']}': {{rule: follow, reason: why}}}}   (follow: it may lose what its "
            "input loses; exempt: its values stay, in the input too; redact: it goes whole), then: dvc repro",
        )
    if not over:
        changed = ", ".join(f"{line['field']} {line['share']:.0%}" for line in lines[:5])
        yield True, f"outputs are as redaction may leave them{': ' + changed if changed else ''}", ""


def personal_data(project: Project, rows: pl.DataFrame) -> Iterator[Verdict]:
    """Whether anything that the policy takes out is left in published rows (schema `EXAMPLES`)."""
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.stage import ScanParams, scan

    policy = project.params("redact", RedactParams)
    verdicts = in_force(project_verdicts(project), policy.as_of)
    params = project.params("scan", ScanParams)
    detector = Detector(params, root=project.root)
    # A placeholder's own words ("<PHONE_NUMBER_1>") are context to a detector, though not the writer's, and a
    # mask's first letter is an initial to it: they are taken out.
    ours = f"{PLACEHOLDER}|(?:{MASKED})+"
    bare = rows.with_columns(pl.col(TEXT_FIELDS).str.replace_all(ours, " "))
    findings, _ = scan(bare, params, project.key, project.task.kind, detector)
    left = decide(findings, bare, policy, verdicts).filter(pl.col("action") != "keep")
    kept = load_parquet(project.gold / "edits.parquet").filter(pl.col("action").is_in(["keep", "exempt"]))
    left = left.join(kept, on=["example_id", "field", "value_id"], how="anti")
    suspects = left["example_id"].unique()
    raw_file = project.stage("ingest") / "examples.parquet"
    if len(suspects) and not raw_file.exists():
        yield (
            False,
            f"{plural(left.height, 'finding')} in the published text cannot be judged: {raw_file} is absent",
            "dvc pull data/ingest   (or: assay ingest)",
        )
        return
    wrong = _other_than_redacted(project, rows, suspects, policy, verdicts, detector)
    left = left.filter(pl.col("example_id").is_in(wrong.implode()))
    if not left.height:
        seen = f"; {plural(len(suspects), 'row')} redacted again from the raw text and found as published"
        words = "the detectors find nothing in the published text that the policy takes out"
        yield True, words + seen * bool(len(suspects)), ""
        return
    counts = ", ".join(
        f"{name} {count:,}" for name, count in left.group_by("entity").len().sort("entity").iter_rows()
    )
    where = ", ".join(wrong.sort()[:3])
    yield (
        False,
        f"{plural(left.height, 'finding')} in the published text: {counts} (rows {where}): gold is not what "
        "the detectors, the policy and the verdicts of today make",
        "dvc repro -f scan && dvc repro   (assay why ROW shows a row's life)",
    )


def _other_than_redacted(
    project: Project,
    rows: pl.DataFrame,
    suspects: pl.Series,
    policy: RedactParams,
    verdicts: pl.DataFrame,
    detector: object,
) -> pl.Series:
    """Those of `suspects` that redaction makes otherwise today, from the raw text, than published."""
    from curate.pii.redact.stage import redact
    from curate.pii.scan.stage import ScanParams, scan
    from curate.validate.invisible import visible

    if not len(suspects):
        return suspects
    raw = load_parquet(project.stage("ingest") / "examples.parquet").filter(
        pl.col("example_id").is_in(suspects.implode())
    )
    params = project.params("scan", ScanParams)
    findings, _ = scan(raw, params, project.key, project.task.kind, detector)  # type: ignore[arg-type]
    spans = read_report(project, "redact").get("spans", [])
    corrected = policy.model_copy(update={"spans": tuple(SpanPath.model_validate(span) for span in spans)})
    again = redact(
        raw.select(EXAMPLES.names()),
        findings,
        corrected,
        project.key,
        project.task.kind,
        verdicts=verdicts,
        dataset=project.task.name,
        closed=Closed.of(project.task),
    ).kept
    # Stage `validate` takes invisible characters out.
    shown = [visible(name).alias(name) for name in TEXT_FIELDS]
    same = rows.select("example_id", *shown).join(
        again.select("example_id", *shown), on=["example_id", *TEXT_FIELDS], how="semi", nulls_equal=True
    )
    return suspects.filter(~suspects.is_in(same["example_id"].implode()))
