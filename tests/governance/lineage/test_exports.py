"""Exports for other tools: each is read by that tool's own library or schema, a damaged one is not, and the
same project gives the same bytes.
"""

from __future__ import annotations

import json
import logging
import shutil
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
import yaml

from curate.errors import AssayError
from curate.project import Project
from curate.publish.licences import HUB_LICENCES, spdx_licence
from governance.cli.main import main
from governance.lineage.exports.croissant import CONTEXT
from governance.lineage.exports.version import find_version
from governance.lineage.exports.write import FORMATS, Format, export
from tests.curate.versions.test_revisions import git, store
from tests.governance.published import SECRETS

# What OpenLineage 2-0-2 asks of a run event, of its parts and of every facet.
_FACET = {
    "type": "object",
    "required": ["_producer", "_schemaURL"],
    "properties": {"_producer": {"format": "uri"}, "_schemaURL": {"format": "uri"}},
}
_NAMED = {
    "type": "object",
    "required": ["namespace", "name"],
    "properties": {
        "facets": {"additionalProperties": _FACET},
        "outputFacets": {"additionalProperties": _FACET},
    },
}
RUN_EVENT = {
    "type": "object",
    "required": ["eventTime", "producer", "schemaURL", "run", "job"],
    "properties": {
        "eventTime": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"},
        "eventType": {"enum": ["START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"]},
        "run": {"required": ["runId"], "properties": {"facets": {"additionalProperties": _FACET}}},
        "job": _NAMED,
        "producer": {"type": "string", "format": "uri"},
        "schemaURL": {"type": "string", "format": "uri"},
        "inputs": {"type": "array", "items": _NAMED},
        "outputs": {"type": "array", "items": _NAMED},
    },
    "additionalProperties": False,
}
NAMES: dict[Format, str] = {"openlineage": "gold", "croissant": "gold", "cyclonedx": "lora"}


def lines(project: Project, name: str = "gold") -> list[dict[str, Any]]:
    return [json.loads(line) for line in export(project, name, "openlineage").splitlines()]


def run_event(event: dict[str, Any]) -> Any:
    """The event by OpenLineage's own classes, which refuse fields that they do not know."""
    from openlineage.client import event_v2
    from openlineage.client.generated import (
        dataset_version_dataset,
        job_type_job,
        output_statistics_output_dataset,
        processing_engine_run,
        schema_dataset,
    )

    known = {
        "version": dataset_version_dataset.DatasetVersionDatasetFacet,
        "schema": schema_dataset.SchemaDatasetFacet,
        "outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet,
        "jobType": job_type_job.JobTypeJobFacet,
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
    }

    def facets(found: dict[str, Any]) -> dict[str, Any]:
        made = {}
        for name, fields in found.items():
            if name.startswith("assay_"):
                continue
            inner = {key: value for key, value in fields.items() if not key.startswith("_")}
            made[name] = known[name](**inner, producer=fields["_producer"])
            assert made[name]._schemaURL == fields["_schemaURL"], name
        return made

    def dataset(kind: Any, found: dict[str, Any]) -> Any:
        more = {"outputFacets": facets(found["outputFacets"])} if "outputFacets" in found else {}
        return kind(found["namespace"], found["name"], facets=facets(found["facets"]), **more)

    job = event["job"]
    made = event_v2.RunEvent(
        eventTime=event["eventTime"],
        eventType=event_v2.RunState(event["eventType"]),
        run=event_v2.Run(event["run"]["runId"], facets(event["run"]["facets"])),
        job=event_v2.Job(job["namespace"], job["name"], facets(job["facets"])),
        inputs=[dataset(event_v2.InputDataset, one) for one in event["inputs"]],
        outputs=[dataset(event_v2.OutputDataset, one) for one in event["outputs"]],
        producer=event["producer"],
    )
    assert made.schemaURL == event["schemaURL"]
    return made


def test_openlineage_reads_every_event(desk: Project) -> None:
    from openlineage.client.serde import Serde

    found = lines(desk)
    for event in found:
        jsonschema.validate(event, RUN_EVENT)
        read = json.loads(Serde.to_json(run_event(event)))
        assert read["run"]["runId"] == event["run"]["runId"]
        assert [one["name"] for one in read.get("outputs", [])] == [one["name"] for one in event["outputs"]]
    runs: dict[str, list[str]] = {}
    for event in found:
        runs.setdefault(event["run"]["runId"], []).append(event["eventType"])
    assert all(types == ["START", "COMPLETE"] for types in runs.values())
    done = [event for event in found if event["eventType"] == "COMPLETE"]
    stages = ["ingest", "scan", "redact", "dedup", "validate", "split", "publish", "train", "evaluate"]
    assert [event["job"]["name"] for event in done] == stages
    # What a stage wrote the next one reads, in the same version.
    for wrote, read in pairwise(done[:8]):
        (output,), (name,) = wrote["outputs"], [one["name"] for one in read["inputs"]]
        assert output["name"] == name
        assert output["facets"]["version"] == read["inputs"][0]["facets"]["version"]
    rows = done[0]["outputs"][0]["outputFacets"]["assay_rows"]
    assert (rows["in"], rows["kept"]) == (32, 32)


@pytest.mark.parametrize(
    ("part", "value"),
    [("eventTime", "yesterday"), ("eventType", "DONE"), ("run", {}), ("job", {"name": "x"}), ("more", 1)],
)
def test_a_damaged_event_is_refused(desk: Project, part: str, value: Any) -> None:
    event = {**lines(desk)[0], part: value}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(event, RUN_EVENT)
    if part != "more":
        with pytest.raises((ValueError, KeyError)):
            run_event(event)


def test_a_systems_events_leave_other_systems_out(desk: Project) -> None:
    names = {one["name"] for event in lines(desk, "lora") for one in event["outputs"]}
    assert {"gold", "models/lora", "reports/evaluation"} <= names
    digest = find_version(desk, "gold").digest
    assert lines(desk, digest[:8]) == lines(desk)


def read_croissant(text: str, folder: Path) -> Any:
    """The document by mlcroissant, beside the rows; whatever it warns of is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlcroissant

        path = folder / "croissant.json"
        path.write_text(text)
        logging.disable(logging.WARNING)
        try:
            dataset = mlcroissant.Dataset(jsonld=path)
            issues = dataset.metadata.ctx.issues
            assert not issues.errors and not issues.warnings, issues.report()
            splits = {
                name: [dict(row) for row in dataset.records(name)] for name in ("train", "validation", "test")
            }
        finally:
            logging.disable(logging.NOTSET)
    return dataset, splits


def test_mlcroissant_validates_the_document_and_loads_the_rows_by_it(desk: Project) -> None:
    text = export(desk, "gold", "croissant")
    dataset, splits = read_croissant(text, desk.root)
    assert dataset.metadata.ctx.is_v1_1()
    for name, rows in splits.items():
        frame = pl.read_parquet(desk.gold / f"{name}.parquet")
        read = [row[f"{name}/input"].decode() for row in rows]
        assert sorted(read) == sorted(frame["input"].to_list())
    told = json.loads(text)
    assert told["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html", "house terms"]
    assert any("EMAIL_ADDRESS" in line for line in told["rai:personalSensitiveInformation"])
    assert told["rai:dataCollectionTimeFrame"] == ["2026-01-01", "2026-02-16"]
    assert dataset.metadata.data_preprocessing_protocol == told["rai:dataPreprocessingProtocol"]
    assert "Ann Owner" not in text  # staff stays out of what is published


def test_the_context_is_the_standards_own() -> None:
    from mlcroissant._src.core.context import Context, CroissantVersion
    from mlcroissant._src.core.rdf import make_context

    standard = make_context(Context(conforms_to=CroissantVersion.V_1_1))
    assert {name: CONTEXT.get(name) for name in standard} == standard


@pytest.mark.parametrize("damage", ["type", "column", "bytes", "reference"])
def test_a_damaged_croissant_is_refused(desk: Project, damage: str) -> None:
    document = json.loads(export(desk, "gold", "croissant"))
    if damage == "type":
        document["recordSet"][0]["field"][0].pop("dataType")
    elif damage == "column":
        document["recordSet"][0]["field"][1]["source"]["extract"]["column"] = "absent"
    elif damage == "reference":
        document["recordSet"][0]["field"][1]["source"]["fileObject"]["@id"] = "absent.parquet"
    else:
        (desk.gold / "train.parquet").write_bytes((desk.gold / "test.parquet").read_bytes())
    with pytest.raises(Exception, match=r"."):
        read_croissant(json.dumps(document), desk.root)


def judge(text: str) -> Any:
    """What CycloneDX's own strict schema has against the document; None if nothing."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def test_cyclonedx_accepts_the_bill_of_materials(desk: Project) -> None:
    text = export(desk, "lora", "cyclonedx")
    assert judge(text) is None
    document = json.loads(text)
    parts = {part["bom-ref"]: part for part in document["components"]}
    base = parts["base:" + "5" * 64]
    assert base["hashes"] == [{"alg": "SHA-256", "content": "5" * 64}]
    assert base["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    dataset = next(part for part in parts.values() if part["type"] == "data")
    assert {"license": {"id": "CC-BY-4.0"}} in dataset["licenses"]
    assert {"license": {"name": "house terms"}} in dataset["licenses"]
    assert "pkg:pypi/torch@2.13.0%2Bcpu" in parts
    model = document["metadata"]["component"]
    assert {file["name"] for file in model["components"]} == {"adapter_model.safetensors", "model.json"}
    (metric,) = model["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert (metric["type"], metric["value"]) == ("macro_f1", "0.610000")
    refs = {model["bom-ref"], *parts}
    assert all(set(one.get("dependsOn", [])) | {one["ref"]} <= refs for one in document["dependencies"])


@pytest.mark.parametrize("damage", ["licence", "hash", "type", "more"])
def test_a_damaged_bill_is_refused(desk: Project, damage: str) -> None:
    document = json.loads(export(desk, "lora", "cyclonedx"))
    part = document["components"][0]
    if damage == "licence":
        part["licenses"] = [{"license": {"id": "Not-A-Licence"}}]
    elif damage == "hash":
        part["hashes"] = [{"alg": "SHA-256", "content": "short"}]
    elif damage == "type":
        part["type"] = "idea"
    else:
        document["more"] = 1
    assert judge(json.dumps(document)) is not None


def test_the_same_project_gives_the_same_bytes_and_no_value_or_place(desk: Project) -> None:
    for form in FORMATS:
        text = export(desk, NAMES[form], form)
        assert text == export(Project(desk.root), NAMES[form], form)
        assert not [word for word in (*SECRETS, str(desk.root), str(Path.home())) if word in text], form


def command(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["lineage", *arguments])
    return int(stop.value.code or 0)


def test_the_command_writes_a_file_and_refuses_what_was_changed(
    desk: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command("gold", "--format", "croissant", "-o", "croissant.json") == 0
    assert json.loads(Path("croissant.json").read_text())["@type"] == "sc:Dataset"
    assert command("gold", "--format", "openlineage") == 0
    assert len(capsys.readouterr().out.splitlines()) == 18
    assert command("gold", "--format", "cyclonedx") == 2
    assert "here: lora" in capsys.readouterr().err
    assert command("T-1", "--format", "croissant") == 2
    weights = desk.models / "lora" / "adapter_model.safetensors"
    weights.write_bytes(b"others")
    assert command("lora", "--format", "cyclonedx") == 1
    (desk.gold / "ledger.parquet").write_bytes(b"others")
    assert command("gold", "--format", "croissant") == 1
    assert "ledger.parquet" in capsys.readouterr().err


def test_the_cards_and_the_exports_name_one_data_set_and_version(desk: Project) -> None:
    from huggingface_hub import DatasetCard, ModelCard

    from train.export.card import model_card, slug

    dataset: Any = DatasetCard((desk.gold / "README.md").read_text())
    name = slug(str(dataset.data.pretty_name))
    digest = find_version(desk, "gold").digest
    assert f"content digest `{digest}`" in dataset.text
    card = json.loads((desk.models / "lora" / "model.json").read_text())
    comparison = json.loads((desk.reports / "evaluation" / "comparison.json").read_text())
    comparison |= {"params": {"confidence": 0.95}, "test_clusters": 7}
    model: Any = ModelCard(model_card(card, "adapter", desk.task, comparison, "apache-2.0"))
    assert model.data.datasets == [name] and digest in model.text
    (result,) = model.data.eval_results or []
    assert (result.dataset_type, result.dataset_revision) == (name, digest)
    croissant = json.loads(export(desk, "gold", "croissant"))
    assert (croissant["name"], croissant["identifier"]) == (name, digest)
    bill = json.loads(export(desk, "lora", "cyclonedx"))
    (described,) = [part for part in bill["components"] if part["type"] == "data"]
    assert described["name"] == name
    assert {"name": "assay:content_digest", "value": digest} in described["properties"]
    (splits,) = [one["data_files"] for one in dataset.data.to_dict()["configs"]]
    assert {one["path"] for one in splits} <= {one["@id"] for one in croissant["distribution"]}


def test_an_old_version_is_told_from_the_cache_as_it_was_here(desk: Project) -> None:
    here = {form: export(desk, "gold", form) for form in ("openlineage", "croissant")}
    digest, cache = find_version(desk, "gold").digest, desk.root / ".dvc" / "cache"
    listing = [
        {"md5": store(cache, path.read_bytes()), "relpath": path.name} for path in sorted(desk.gold.iterdir())
    ]
    out = {"path": "gold", "hash": "md5", "md5": store(cache, json.dumps(listing).encode(), ".dir")}
    stages = {"publish": {"cmd": "x", "outs": [out]}}
    (desk.root / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    git(desk.root, "init", "-b", "main")
    git(desk.root, "add", "dvc.lock")
    git(desk.root, "commit", "-m", "a version")
    shutil.rmtree(desk.gold)
    old = {form: export(Project(desk.root), digest[:10], form) for form in ("openlineage", "croissant")}
    assert old == here
    shutil.rmtree(cache)
    with pytest.raises(AssayError, match=r"no gold version|lacks"):
        export(Project(desk.root), digest[:10], "croissant")


def test_licences_are_spelled_as_spdx_does() -> None:
    from cyclonedx.spdx import is_supported_id

    assert spdx_licence("CC BY 4.0") == "CC-BY-4.0" and spdx_licence("gpl") is None
    named = [spdx for name in HUB_LICENCES if (spdx := spdx_licence(name))]
    assert len(named) > 30 and [spdx for spdx in named if not is_supported_id(spdx)] == []
