"""The dataset card, `gold/README.md`: Hugging Face metadata, and what a person must know before using the
data.

It states what was done and counted, and what is not known; it never states that the data is free of personal
data or fit for a purpose. Every text from data or task card is escaped for Markdown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import yaml

from curate.publish.counts import Counts
from curate.publish.licences import hub_licence
from curate.show.blocks import Table
from curate.show.markdown import block_text
from curate.splits import SPLITS
from curate.task import BLANK, Kind, TaskCard
from curate.text import for_markdown, plain

# https://huggingface.co/tasks
TASK_CATEGORIES = {
    Kind.CLASSIFICATION: "text-classification",
    Kind.EXTRACTION: "text-generation",
    Kind.REWRITING: "text-generation",
    Kind.SUMMARY: "summarization",
    Kind.PREFERENCE: "text-generation",
}
_SIZES = (
    (10**3, "n<1K"),
    (10**4, "1K<n<10K"),
    (10**5, "10K<n<100K"),
    (10**6, "100K<n<1M"),
    (10**7, "1M<n<10M"),
    (10**8, "10M<n<100M"),
)
# Labels listed in the card; the manifest has all.
_LABELS_LISTED = 200
# Fewer training rows than this teach a label little: the smallest set that five-fold cross-validation leaves
# 8 rows of.
_FEW_ROWS = 10


def size_category(rows: int) -> str:
    """The hub's size class of a dataset."""
    return next((name for limit, name in _SIZES if rows < limit), "100M<n<1B")


def metadata(counts: Counts, task: TaskCard, in_parts: Collection[str] = ()) -> dict[str, Any]:
    """The card's YAML block."""
    licences = _licences(counts, task)
    hub = sorted({hub_licence(name) for name in licences})
    licence = hub[0] if len(hub) == 1 else "other"
    languages = sorted({tag.split("-")[0] for tag in (counts.stated("language") or task.languages)})
    return {
        "pretty_name": plain(task.name, 100),
        **({"language": languages} if languages else {}),
        "license": licence,
        **({"license_name": plain("; ".join(licences), 200) or "unstated"} if licence == "other" else {}),
        "task_categories": [TASK_CATEGORIES[task.kind]],
        "size_categories": [size_category(counts.all_rows)],
        "tags": ["assay"] + (["dpo", "preference"] if task.kind is Kind.PREFERENCE else []),
        # Naming each split's file keeps the ledger, edits and fingerprints beside them from being read as
        # rows.
        "configs": [
            {
                "config_name": "default",
                "data_files": [
                    {"split": name, "path": path} for name, path in _files(counts, in_parts).items()
                ],
            }
        ],
    }


def _files(counts: Counts, in_parts: Collection[str]) -> dict[str, str]:
    """Where the rows of each split that has some lie, in `gold/`: a file, or a pattern of its parts."""
    return {
        name: f"{name}.parquet/*.parquet" if name in in_parts else f"{name}.parquet"
        for name in SPLITS
        if counts.rows[name]
    }


def _licences(counts: Counts, task: TaskCard) -> list[str]:
    """Licences of the rows; where rows state none, of the card's sources."""
    stated = [name for name in counts.stated("licence") if name != BLANK]
    return stated or sorted({source.licence for source in task.sources.values() if source.licence != BLANK})


def _table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    """A Markdown table, cells escaped, with an empty line after it."""
    cells = [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return [*(block_text(Table(tuple(header), cells)) or "").rstrip("\n").split("\n"), ""]


def _said(text: str) -> str:
    return "not stated" if text in (BLANK, "") else text


def dataset_card(
    counts: Counts, task: TaskCard, manifest: Mapping[str, Any], in_parts: Collection[str] = ()
) -> str:
    """The whole card.

    Parameters
    ----------
    counts
        Of the published rows.
    task
        The task card.
    manifest
        From `build_manifest`.
    in_parts
        The splits that are folders of parts (`curate.shards`).
    """
    head = yaml.safe_dump(metadata(counts, task, in_parts), sort_keys=False, allow_unicode=True)
    sections = (
        _task(task, manifest),
        _composition(counts, task, manifest),
        _making(manifest),
        _personal_data(task, manifest),
        _limits(counts, task, manifest),
        _held_out(task, manifest),
        _loading(_files(counts, in_parts)),
    )
    return f"---\n{head}---\n\n" + "\n".join(line for section in sections for line in section)


def _task(task: TaskCard, manifest: Mapping[str, Any]) -> list[str]:
    return [
        f"# {for_markdown(task.name)}",
        "",
        f"Version `{manifest['version']}` (content digest `{manifest['content_digest']}`), "
        f"{manifest['rows']:,} rows, kind {task.kind}.",
        "",
        "## Task",
        "",
        for_markdown(task.behaviour, 2000),
        "",
        f"Judged by {for_markdown(task.metric.name)} on held-out rows; target "
        f"{for_markdown(task.target_said())}.",
        f"Simplest acceptable alternative: {for_markdown(_said(task.alternative), 500)}.",
        "",
    ]


def _composition(counts: Counts, task: TaskCard, manifest: Mapping[str, Any]) -> list[str]:
    lines = [
        "## Composition",
        "",
        *_table(("split", "rows"), [(name, counts.rows[name]) for name in SPLITS]),
    ]
    if task.kind is Kind.CLASSIFICATION:
        labelled = manifest["labels"]
        labels = sorted(set().union(*(labelled[name] for name in SPLITS)) | set(task.labels))
        listed = [
            (label, *(labelled[name].get(label, 0) for name in SPLITS), task.labels.get(label) or "")
            for label in labels[:_LABELS_LISTED]
        ]
        lines += _table(("label", *SPLITS, "when"), listed)
        if len(labels) > _LABELS_LISTED:
            lines += [f"and {len(labels) - _LABELS_LISTED:,} more labels: see `manifest.json`.", ""]
    languages = sorted(counts.of("language").items(), key=lambda one: (one[0] is None, one[0] or ""))
    return lines + _table(("language", "rows"), [(tag or "not stated", rows) for tag, rows in languages])


def _making(manifest: Mapping[str, Any]) -> list[str]:
    funnel = [
        (
            step["stage"],
            step["in"],
            step["kept"],
            step["dropped"],
            ", ".join(f"{code} {rows:,}" for code, rows in sorted(step["reasons"].items())),
        )
        for step in manifest["funnel"]
    ]
    versions = ", ".join(
        f"{name} {version}"
        for name, version in {"assay": manifest["code"]["assay"], **manifest["versions"]}.items()
    )
    return [
        "## How it was made",
        "",
        *_table(("stage", "in", "kept", "dropped", "reasons"), funnel),
        f"Made with {for_markdown(versions, 500)}. `ledger.parquet` has every dropped row with its reasons, "
        f"`manifest.json` every parameter.",
        "",
    ]


def _personal_data(task: TaskCard, manifest: Mapping[str, Any]) -> list[str]:
    actions = manifest["redaction"]["actions"]
    rows = [(line["entity"], line["findings"], line["rows"], line["action"]) for line in actions]
    if rows:
        inventory = [
            "Detectors looked for personal data in the text of every row; what they found, and what was "
            "done about it:",
            "",
            *_table(("entity", "found", "rows", "action"), rows),
        ]
    else:
        inventory = ["Detectors looked for personal data in the text of every row and found none.", ""]
    sources = [
        (
            name,
            *(
                _said(getattr(source, field))
                for field in ("description", "licence", "lawful_basis", "purpose", "retention")
            ),
        )
        for name, source in sorted(task.sources.items())
    ]
    looked_for = manifest["detectors"].get("entities", [])
    scope = [f"Looked for: {for_markdown(', '.join(looked_for), 2000)}."] if looked_for else []
    if looked_for and "PERSON" not in looked_for:
        scope.append("Names of people were not looked for: no detector of entity PERSON was configured.")
    return [
        "## Personal data",
        "",
        *inventory,
        *scope,
        "Automatic detection misses some values: this table is what was found, not a proof that nothing "
        "is left.",
        "Groups and data subjects are named by keyed digests. `edits.parquet` has every redaction, "
        "without its value.",
        "",
        *(
            _table(("source", "description", "licence", "lawful basis", "purpose", "retention"), sources)
            if sources
            else ["The task card names no sources, and so no lawful basis.", ""]
        ),
    ]


def _limits(counts: Counts, task: TaskCard, manifest: Mapping[str, Any]) -> list[str]:
    known = []
    if task.kind is Kind.CLASSIFICATION:
        labelled = manifest["labels"]
        labels = sorted(set().union(*labelled.values()) | set(task.labels))
        few = [label for label in labels if labelled["train"].get(label, 0) < _FEW_ROWS]
        unjudged = [label for label in labels if label not in labelled["test"]]
        known += (
            [f"{len(few)} of {len(labels)} labels have fewer than {_FEW_ROWS} training rows: {_some(few)}."]
            if few
            else []
        )
        known += (
            [
                f"{len(unjudged)} of {len(labels)} labels have no test row, so nothing is known about "
                f"them: {_some(unjudged)}."
            ]
            if unjudged
            else []
        )
    known += [f"Split `{name}` has no rows." for name in SPLITS if not counts.rows[name]]
    if unstated := counts.of("language").get(None):
        known.append(f"Rows whose language is not stated: {unstated:,}.")
    known += [
        f"Rows with the quality warning `{code}`: {rows:,}."
        for code, rows in sorted(manifest["warnings"].items())
    ]
    if blanks := task.blanks():
        known.append(f"The task card leaves open: {for_markdown(', '.join(blanks), 500)}.")
    known.append(
        "Labels and answers are as the sources give them; an error in them is an error here unless a "
        "stage found it."
    )
    return ["## Known limits", "", *(f"- {line}" for line in known), ""]


def _some(labels: list[str]) -> str:
    return for_markdown(", ".join(labels[:5]) + (", …" if len(labels) > 5 else ""), 300)


def _held_out(task: TaskCard, manifest: Mapping[str, Any]) -> list[str]:
    held_out = manifest["held_out"]
    origin = (
        "It comes from a file of its own, named in the task card."
        if held_out["external"]
        else "It was set apart from the same source by hash of cluster and group."
    )
    return [
        "## Held-out rows",
        "",
        f"Split `test`, {held_out['rows']:,} rows, is never trained on. {origin}",
        f"Its digest is `{held_out['digest']}`.",
        "",
    ]


def _loading(paths: Mapping[str, str]) -> list[str]:
    files = ", ".join(f'"{name}": "gold/{path}"' for name, path in paths.items())
    return [
        "## How to load",
        "",
        "```python",
        "from datasets import load_dataset",
        "",
        'load_dataset("./gold")                      # the three splits',
        f'load_dataset("parquet", data_files={{{files}}})',
        "```",
        "",
    ]
