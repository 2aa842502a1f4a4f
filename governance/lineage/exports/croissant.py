"""Croissant 1.1 with its responsible-AI properties: what a gold version holds, as JSON-LD.

`mlcroissant` reads it in the tests and loads the rows by it. What nobody has stated is left out, never made
up: the fact sheets (`assay records`) show what is open.

https://docs.mlcommons.org/croissant/docs/croissant-spec.html
https://docs.mlcommons.org/croissant/docs/croissant-rai-spec.html
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_parquet
from curate.publish.digest import PUBLISHED
from curate.publish.licences import spdx_licence
from curate.shards import table_files, table_names
from curate.splits import SPLITS
from curate.task import BLANK, TaskCard
from curate.text import plain, plural
from governance.lineage.exports.version import Version
from train.export.card import slug

CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
# The standard's own context, whole: readers compare it.
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
    "conformsTo": "dct:conformsTo",
    **{
        name: f"cr:{name}"
        for name in (
            *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field"),
            *("fileProperty", "fileObject", "fileSet", "format", "includes", "isArray", "isLiveDataset"),
            *("jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
            *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
        )
    },
}
# As the standard's reader calls them.
_FORMS = {".parquet": "application/x-parquet", ".json": "application/json", ".md": "text/markdown"}
_COLUMNS = {
    "example_id": "The row's lasting id.",
    "input": "What is asked, redacted.",
    "output": "What should be answered: a label or a text.",
    "rejected": "The worse answer of a preference pair.",
    "language": "BCP 47 tag.",
    "source": "Where the row comes from, as the task card calls it.",
    "group": "Keyed digest: rows of one group stand in one split.",
    "subject": "Keyed digest of the person whom the row is about.",
    "licence": "Licence of the row.",
    "lawful_basis": "Lawful basis on which the row is held.",
    "collected_at": "When the row was collected.",
}


def croissant(version: Version, task: TaskCard, *, current: bool) -> dict[str, Any]:
    """The JSON-LD document of a gold version.

    Parameters
    ----------
    task
        The card that lies in the project.
    current
        Whether the version was made by that card; else nothing is told by it that the manifest lacks.
    """
    manifest = version.manifest
    sources: Mapping[str, Mapping[str, str]] = manifest["task"].get("sources") or {}
    # Names of staff stay out of what is published: the controller, where the card names one, is an
    # organisation.
    controller = task.processing.controller if task.processing else BLANK
    document = {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS,
        "name": slug(str(manifest["task"]["name"])),
        "description": _description(version, task if current else None),
        "version": f"{version.number}.0.0+{version.name}",
        # No address is known: a name that holds wherever the folder lies.
        "url": f"urn:assay:gold:{version.digest}",
        "identifier": version.digest,
        "citeAs": f"{plain(str(manifest['task']['name']))}, gold version {version.digest}",
        "isLiveDataset": False,
        "license": _licences(version, sources),
        "inLanguage": list(manifest["task"].get("languages") or []),
        "keywords": ["assay", str(manifest["kind"])],
        "datePublished": version.published[:10],
        "creator": {} if controller == BLANK else {"@type": "sc:Organization", "name": controller},
        "distribution": [
            *(_file(version, name) for name in sorted(version.files)),
            *(_parts(split) for split in SPLITS if _in_parts(version, split)),
        ],
        "recordSet": [
            _records(split, "fileSet" if _in_parts(version, split) else "fileObject")
            for split in SPLITS
            if split in manifest["splits"]
        ],
        **_rai(version, task if current else None, sources),
    }
    return {name: value for name, value in document.items() if value not in ("", [], {}, None)}


def _description(version: Version, task: TaskCard | None) -> str:
    rows = ", ".join(f"{version.manifest['splits'][name]['rows']:,} {name}" for name in SPLITS)
    said = f" {plain(task.behaviour, 2000)}" if task else ""
    return f"Gold version {version.name}, kind {version.manifest['kind']}: {rows} rows.{said}"


def _licences(version: Version, sources: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the rows say, else the sources; an address of SPDX where it has one, else the words."""
    stated = set(_column(version, "licence").drop_nulls().unique()) - {BLANK}
    stated = stated or {one["licence"] for one in sources.values() if one["licence"] != BLANK}
    return [
        f"https://spdx.org/licenses/{known}.html" if (known := spdx_licence(name)) else plain(name, 200)
        for name in sorted(stated)
    ]


def _file(version: Version, name: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": f"gold/{name}",  # written beside gold/, which takes no file that is not of the version
        "contentSize": f"{version.files[name].stat().st_size} B",
        "encodingFormat": _FORMS[Path(name).suffix],
        "sha256": version.sha256(name),
    }


def _in_parts(version: Version, split: str) -> bool:
    """Whether the rows of a split are a folder of parts."""
    return f"{split}.parquet" not in version.files and bool(table_names(version.files, split))


def _parts(split: str) -> dict[str, Any]:
    """The parts of a split as one: each is named with its digest besides."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{split}.parquet",
        "name": f"{split}.parquet",
        "encodingFormat": _FORMS[".parquet"],
        "includes": f"gold/{split}.parquet/*.parquet",
    }


def _records(split: str, kind: str) -> dict[str, Any]:
    """The rows of a split, which lie in a `fileObject` or a `fileSet`; every published column is text."""
    return {
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": f"Rows of split {split}.",
        "key": {"@id": f"{split}/example_id"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"{split}/{column}",
                "name": column,
                "description": _COLUMNS[column],
                "dataType": "sc:Text",
                "source": {kind: {"@id": f"{split}.parquet"}, "extract": {"column": column}},
            }
            for column in PUBLISHED
        ],
    }


def _rai(version: Version, task: TaskCard | None, sources: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Responsible-AI properties, each from a figure of the manifest or a field of the card."""
    manifest = version.manifest
    told = {
        "dataCollection": " ".join(_of_sources(sources, "description")),
        "dataCollectionTimeFrame": _time_frame(version),
        "dataPreprocessingProtocol": [_step(step) for step in manifest["funnel"]],
        "dataAnnotationProtocol": [
            "Labels and answers are as the sources give them; rows that contradict each other were taken out "
            "or wait for a person."
        ],
        "machineAnnotationTools": [
            f"{name} {number}" for name, number in sorted(manifest["detectors"].get("versions", {}).items())
        ],
        "dataUseCases": _of_sources(sources, "purpose"),
        "dataBiases": _biases(manifest),
        "dataLimitations": _limits(manifest, task),
        "personalSensitiveInformation": _personal(manifest),
        "dataReleaseMaintenancePlan": " ".join(_of_sources(sources, "retention") + _review(task)),
    }
    return {f"rai:{name}": value for name, value in told.items() if value}


def _of_sources(sources: Mapping[str, Mapping[str, str]], field: str) -> list[str]:
    """What the card says of each source."""
    return [
        f"{plain(name)}: {plain(said[field], 1000)}."
        for name, said in sorted(sources.items())
        if said[field] not in (BLANK, "")
    ]


def _step(step: Mapping[str, Any]) -> str:
    reasons = ", ".join(f"{code} {rows:,}" for code, rows in sorted(step["reasons"].items()))
    return f"{step['stage']}: {step['in']:,} in, {step['kept']:,} kept" + (f" ({reasons})" if reasons else "")


def _personal(manifest: Mapping[str, Any]) -> list[str]:
    """What detectors found and what was done; never that nothing is left."""
    lines = [
        f"{line['entity']}: {plural(line['findings'], 'finding')} in {plural(line['rows'], 'row')}, "
        f"{line['action']}"
        for line in manifest["redaction"]["actions"]
    ]
    return [*lines, "Automatic detection misses some values: what was found is no proof that none is left."]


def _biases(manifest: Mapping[str, Any]) -> list[str]:
    """The rarest and the commonest label of the training rows."""
    counts: Mapping[str, int] = manifest["labels"].get("train", {})
    if not counts:
        return []
    ordered = sorted(counts.items(), key=lambda one: (one[1], one[0]))
    (rare, few), (common, many) = ordered[0], ordered[-1]
    return [
        f"Training rows by label: from {few:,} ({plain(rare)}) to {many:,} ({plain(common)}), "
        f"{plural(len(counts), 'label')}."
    ]


def _limits(manifest: Mapping[str, Any], task: TaskCard | None) -> list[str]:
    lines = [
        f"Rows with the quality warning {code}: {rows:,}."
        for code, rows in sorted(manifest["warnings"].items())
    ]
    if "PERSON" not in manifest["detectors"].get("entities", ["PERSON"]):
        lines.append("Names of people were not looked for.")
    if task and (blanks := task.blanks()):
        lines.append(f"The task card leaves open: {', '.join(blanks)}.")
    return lines


def _review(task: TaskCard | None) -> list[str]:
    return [f"Next review: {task.review.next}."] if task and task.review else []


def _time_frame(version: Version) -> list[str]:
    """The first and the last day on which a row was collected; none where rows do not say."""
    days = _column(version, "collected_at").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    days = days.drop_nulls().unique().sort()
    return [days[0].isoformat(), days[-1].isoformat()] if len(days) else []


def _column(version: Version, name: str) -> pl.Series:
    """A column of all splits."""
    frames = [
        load_parquet(path, columns=[name]) for split in SPLITS for path in table_files(version.files, split)
    ]
    return pl.concat(frames)[name]
