"""OpenLineage (2-0-2): what every stage read and wrote, as run events, a line each.

The curation stages are told from the version's manifest, training and evaluation from the journal. No stage's
clock is recorded, on purpose (the same input gives the same bytes): the stages of a version carry the time of
the record that it was published, and a START as well as a COMPLETE, which the standard asks for.

Written here: `openlineage-python` 1.54 makes the same objects, and brings two HTTP clients (requests, httpx2)
into a tool that sends nothing. Its classes read these events back in the tests.

https://openlineage.io/spec/2-0-2/OpenLineage.json
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import curate
from curate.errors import AssayError
from curate.publish.digest import PUBLISHED
from curate.show.jsontext import json_line
from curate.splits import SPLITS
from governance.lineage.exports.version import Version
from governance.records.kinds import Opening, Training
from governance.records.statement import Record

_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
# Facets of the standard with the version of each that is written.
_FACETS = {
    "schema": "1-2-0/SchemaDatasetFacet",
    "version": "1-0-1/DatasetVersionDatasetFacet",
    "outputStatistics": "1-0-2/OutputStatisticsOutputDatasetFacet",
    "jobType": "2-0-4/JobTypeJobFacet",
    "processing_engine": "1-1-1/ProcessingEngineRunFacet",
}
# Names of our own, since we hold no address: ids of runs are UUIDs (v5, RFC 9562) under the first.
_RUNS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:assay:run")
_ROWS = "urn:assay:openlineage:rows:v1"
_OUTCOME = "urn:assay:openlineage:outcome:v1"

Facets = dict[str, dict[str, Any]]


def events(version: Version, *, only: str = "") -> list[dict[str, Any]]:
    """Events of the version: curation, publication, each training, each look at its held-out rows.

    Parameters
    ----------
    only
        A system: what was done with others is left out.

    Raises
    ------
    AssayError
        If neither a record nor a commit says when the version was published.
    """
    if not version.published:
        raise AssayError(
            f"no record says when version {version.name} was published, and every event has a time",
            fix="assay publish   (or: dvc repro) writes the record",
        )
    return [*_curation(version), *_learning(version, only)]


def as_lines(found: Sequence[Mapping[str, Any]]) -> str:
    """The events as JSON lines."""
    return "".join(map(json_line, found))


def _curation(version: Version) -> Iterator[dict[str, Any]]:
    """Each stage up to the publication."""
    manifest = version.manifest
    made: Mapping[str, str] = manifest["made_from"]
    before: list[dict[str, Any]] = [_dataset(version, name) for name in _raw(manifest)]
    for step in manifest["funnel"]:
        stage = str(step["stage"])
        rows = {name: step[name] for name in ("in", "kept", "dropped", "reasons")}
        output = _dataset(
            version,
            f"data/{stage}",
            {"version": _facet(version, "version", datasetVersion=made.get(stage, version.digest))},
            {
                "outputStatistics": _facet(version, "outputStatistics", rowCount=step["kept"]),
                "assay_rows": _own(version, _ROWS, rows),
            },
        )
        yield from _run(version, stage, made.get(stage, ""), version.published, before, [output])
        before = [_as_input(output)]
    yield from _run(version, "publish", "", version.published, before, [_gold(version)])


def _learning(version: Version, only: str) -> Iterator[dict[str, Any]]:
    """What records tell of the version: trainings, and looks at its held-out rows."""
    done = [*version.journal.of(Training), *version.journal.of(Opening)]
    for record_id, record in sorted(done, key=_order):
        said = record.predicate
        assert isinstance(said, Training | Opening)
        if not version.is_called(said.version_digest):
            continue
        models = [
            _dataset(version, f"models/{name}", {"version": _facet(version, "version", datasetVersion=seen)})
            for name in said.systems
            if only in ("", name) and (seen := _card_digest(record, name))
        ]
        gold = _as_input(_gold(version))
        if isinstance(said, Training):
            if models:
                yield from _run(version, "train", record_id, said.at, [gold], models)
            continue
        outcome = {"metric": said.metric, "outcome": said.outcome}
        report = _dataset(
            version,
            "reports/evaluation",
            {"version": _facet(version, "version", datasetVersion=record_id)},
            {"assay_outcome": _own(version, _OUTCOME, outcome)},
        )
        yield from _run(version, "evaluate", record_id, said.at, [gold, *models], [report])


def _order(one: tuple[str, Record]) -> tuple[str, bool, str]:
    """By time, to the second; what was trained within the same one comes before the look at it."""
    return one[1].predicate.at, isinstance(one[1].predicate, Opening), one[0]


def _card_digest(record: Record, system: str) -> str:
    return record.digest_of(f"models/{system}/model.json") or ""


def _run(
    version: Version,
    stage: str,
    of: str,
    at: str,
    inputs: Sequence[Mapping[str, Any]],
    outputs: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """START and COMPLETE of a run; `of` parts runs of one stage on one version."""
    engine = _facet(
        version,
        "processing_engine",
        name="assay",
        version=version.manifest["code"]["assay"],
        openlineageAdapterVersion=curate.__version__,
    )
    job_type = _facet(version, "jobType", processingType="BATCH", integration="ASSAY", jobType="STAGE")
    names = "/".join((_project(version), stage, version.digest, of))
    event = {
        "eventTime": at,
        "producer": _producer(version),
        "schemaURL": _EVENT,
        "run": {"runId": str(uuid.uuid5(_RUNS, names)), "facets": {"processing_engine": engine}},
        "job": {"namespace": _namespace(version), "name": stage, "facets": {"jobType": job_type}},
        "inputs": list(inputs),
    }
    yield {**event, "eventType": "START", "outputs": []}
    yield {**event, "eventType": "COMPLETE", "outputs": list(outputs)}


def _gold(version: Version) -> dict[str, Any]:
    """The published version."""
    fields = [{"name": name, "type": str(dtype).lower()} for name, dtype in PUBLISHED.items()]
    splits = {name: version.manifest["splits"][name]["rows"] for name in SPLITS}
    return _dataset(
        version,
        "gold",
        {
            "schema": _facet(version, "schema", fields=fields),
            "version": _facet(version, "version", datasetVersion=version.digest),
        },
        {
            "outputStatistics": _facet(version, "outputStatistics", rowCount=sum(splits.values())),
            "assay_rows": _own(version, _ROWS, splits),
        },
    )


def _dataset(
    version: Version, name: str, facets: Facets | None = None, output_facets: Facets | None = None
) -> dict[str, Any]:
    described = {"namespace": _namespace(version), "name": name, "facets": facets or {}}
    return described if output_facets is None else {**described, "outputFacets": output_facets}


def _as_input(output: Mapping[str, Any]) -> dict[str, Any]:
    """What was written, read by the next stage: its columns are told where it was written."""
    facets = {name: facet for name, facet in output["facets"].items() if name != "schema"}
    return {"namespace": output["namespace"], "name": output["name"], "facets": facets}


def _facet(made: Version, name: str, /, **fields: Any) -> dict[str, Any]:
    number, _, title = _FACETS[name].partition("/")
    address = f"{_SPEC}/facets/{number}/{title}.json#/$defs/{title}"
    return {"_producer": _producer(made), "_schemaURL": address, **fields}


def _own(version: Version, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"_producer": _producer(version), "_schemaURL": name, **fields}


def _producer(version: Version) -> str:
    return f"urn:assay:release:{version.manifest['code']['assay']}"


def _project(version: Version) -> str:
    return str(version.manifest["task"]["name"])


def _namespace(version: Version) -> str:
    """Names of jobs and data are paths in the project, and so the project names them apart."""
    return f"assay:{_project(version)}"


def _raw(manifest: Mapping[str, Any]) -> list[str]:
    """What was read first; the manifest has cut paths outside the project to their last part."""
    params = manifest["params"].get("ingest") or {}
    files = [str(file["path"]) for file in params.get("files") or []]
    return files or [str(params.get("path") or "data/raw")]
