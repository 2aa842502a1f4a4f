"""Stage `scan`: findings of personal data in the Examples table.

Writes `data/scan/findings.parquet` and `report.json`; the examples themselves stay where `ingest` put them.
No row is dropped, no raw value is written: a finding is a place, an entity and keyed ids. A classification's
output is a label and is not scanned. Identical texts are scanned once, so the cost is that of the distinct
texts that hold a candidate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from curate.engine import Part, current
from curate.examples import FINDINGS, TEXT_FIELDS, conform
from curate.keys import Key
from curate.pii.detect.params import ScanParams
from curate.pii.scan.answers import with_doubtful_answers
from curate.pii.scan.rows import languages, search_rows
from curate.pii.values import with_ids
from curate.project import Project
from curate.provenance import begin
from curate.stage import Progress, stage_parts, write_outputs
from curate.task import Kind
from curate.text import plural

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.cache import ScanCache

__all__ = ["ScanParams", "run", "scan"]


def scanned_fields(params: ScanParams, kind: Kind) -> list[str]:
    """The fields that are scanned for this kind: a label is not a text, and only a preference has a rejected
    answer.
    """
    skipped = {"output"} if kind is Kind.CLASSIFICATION else set()
    if kind is not Kind.PREFERENCE:
        skipped.add("rejected")
    return [field for field in params.fields if field not in skipped]


def scan(
    examples: pl.DataFrame,
    params: ScanParams,
    key: Key,
    kind: Kind,
    detector: Detector,
    progress: Progress | None = None,
    cache: ScanCache | None = None,
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Findings in `examples` and the report.

    Parameters
    ----------
    examples
        Schema `EXAMPLES`.
    detector
        Made from `params`; building one costs seconds, so the caller keeps it.
    cache
        What earlier scans found; changes nothing but the time.

    Returns
    -------
    findings, report
        Schema `FINDINGS`, sorted by example, field and start; counts with no raw value.
    """
    return _together(
        [_found(examples, params, key, kind, detector, progress, cache)], params, key, kind, detector
    )


@dataclass(frozen=True)
class _Found:
    """Findings in some rows, each with the `source` of its row, and the languages of the rows."""

    findings: pl.DataFrame
    rows: int
    languages: dict[str, int]
    others: dict[str, int]


def _found(
    examples: pl.DataFrame,
    params: ScanParams,
    key: Key,
    kind: Kind,
    detector: Detector,
    progress: Progress | None,
    cache: ScanCache | None,
) -> _Found:
    fields = scanned_fields(params, kind)
    spoken = languages(examples, fields, params)
    rows = examples.rename({"example_id": "row"})
    hits = search_rows(rows, fields, spoken.of, detector, progress, cache)
    hits = with_doubtful_answers(hits, rows, fields).rename({"row": "example_id"})
    findings = conform(with_ids(hits, key), FINDINGS)
    findings = findings.join(examples.select("example_id", "source"), on="example_id", how="left")
    return _Found(findings, examples.height, spoken.counts, spoken.others)


def _together(
    found: Sequence[_Found], params: ScanParams, key: Key, kind: Kind, detector: Detector
) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Findings and report of the whole from those of its partitions."""
    everything = pl.concat([one.findings for one in found]).sort("example_id", "field", "start", "entity")
    findings = everything.drop("source")
    rows = sum(one.rows for one in found)
    others = _added(one.others for one in found)
    inventory = (
        everything.group_by("entity", "field", "source")
        .agg(
            pl.len().alias("findings"),
            pl.col("example_id").n_unique().alias("rows"),
            pl.col("value_id").n_unique().alias("values"),
            pl.col("verified").sum().alias("verified"),
        )
        .sort("entity", "field", "source", nulls_last=True)
    )
    found_in = findings["example_id"].n_unique()
    report = {
        "stage": "scan",
        "funnel": {"in": rows, "kept": rows, "dropped": 0, "reasons": {}},
        "summary": f"{plural(findings.height, 'finding')} in {found_in:,} of {plural(rows, 'row')}"
        + _by_entity(findings),
        "findings": findings.height,
        "rows_with_findings": found_in,
        "inventory": inventory.to_dicts(),
        "fields": scanned_fields(params, kind),
        "detectors": detector.describe(key),
        "language": {
            "scanned_as": params.languages[0],
            "rows": _added(one.languages for one in found),
            "other_rows": others,
            "note": _LANGUAGE_NOTE if others else "",
        },
        "key_id": key.key_id,
    }
    return findings, report


def _added(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    whole: Counter[str] = Counter()
    for one in counts:
        whole.update(one)
    return dict(sorted(whole.items()))


_LANGUAGE_NOTE = (
    "rows in other languages were scanned with language-neutral patterns and the context words of the first "
    "language listed: labels in their own language raise no score"
)


def _by_entity(findings: pl.DataFrame) -> str:
    counts = findings.group_by("entity").len().sort(["len", "entity"], descending=[True, False])
    return (
        f" ({', '.join(f'{entity} {count:,}' for entity, count in counts.iter_rows())})"
        if counts.height
        else ""
    )


def run(project: Project, progress: Progress | None = None, processes: int | None = None) -> dict[str, Any]:
    """Scan what `ingest` left and write `data/scan`; see `scan`. `processes` stands in for that of
    `params.yaml`.
    """
    params = project.params("scan", ScanParams)
    if processes is not None:
        params = params.model_copy(update={"processes": processes})
    key = project.key
    made_from = begin(project, "scan")
    parts = stage_parts(project.stage("ingest") / "examples.parquet", made_by="ingest")
    from curate.pii.detect.detector import Detector
    from curate.pii.scan.cache import ScanCache

    detector = Detector(params, root=project.root)
    detector.own.check(TEXT_FIELDS, project.task.sources)
    cache = ScanCache.of(project.root, key, detector)
    gathered = cache.gathering() if cache and len(parts) > 1 else nullcontext(cache)
    with gathered as cache:
        work = partial(_part, params=params, key=key, kind=project.task.kind, detector=detector, cache=cache)
        found = []
        for done, one in enumerate(current().map(partial(work, progress=progress), parts), 1):
            found.append(one)
            if progress and len(parts) > 1:
                progress(done, len(parts))
    findings, report = _together(found, params, key, project.task.kind, detector)
    return write_outputs(project.stage("scan"), {"findings": findings}, report, made_from)


def _part(
    part: Part,
    params: ScanParams,
    key: Key,
    kind: Kind,
    detector: Detector,
    cache: ScanCache | None,
    progress: Progress | None,
) -> _Found:
    return _found(part.read(), params, key, kind, detector, progress, cache)
