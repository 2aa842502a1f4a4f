"""From the options of `assay init` to a checked plan: the data is read and ingested in memory before anything
is written.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.errors import AssayError
from curate.ingest import IngestParams, Raw, ingest
from curate.ingest.identify import DuplicateKeys
from curate.ingest.normalise import normalise
from curate.ingest.personal import Personal
from curate.ingest.template import template_columns
from curate.keys import Key
from curate.params import parse
from curate.plain.spellings import spellings, told
from curate.read import Records, read_records, shown_columns
from curate.read.address import is_remote
from curate.read.dialect import delimiter_sign
from curate.stage import funnel
from curate.task import METRICS, Kind, TaskCard
from governance.scaffold import infer
from governance.scaffold.json_outputs import are_json

# A figure to argue about, not advice: without one nothing runs.
ASSUMED_TARGET = 0.80

_BEHAVIOUR = {
    Kind.CLASSIFICATION: "Given a text, name the one label that fits it",
    Kind.EXTRACTION: "Given a text, give its facts as one JSON document of the schema below",
    Kind.REWRITING: "Given a text, rewrite it in the house style",
    Kind.SUMMARY: "Given a case, summarise it under the fixed sections",
    Kind.PREFERENCE: "Given a prompt, answer as the chosen answers do",
}
# The errors of ingest speak of params.yaml, which does not exist yet.
_AS_OPTIONS = {
    "in params.yaml: `ingest.columns.input` and `ingest.columns.output`": "with --input and --output",
    "is there with `ingest.columns` in params.yaml": "is there with --input, --output, --id, ...",
    "`ingest.encoding` in params.yaml": "--encoding",
    "`ingest.personal_names: warn` in params.yaml": "--personal-names warn",
    "under `ingest.columns.output` in params.yaml": "with --output",
    "under `ingest.columns` in params.yaml": "with --input or --output",
    "check `ingest.columns` in params.yaml against": "check --input and --output against",
    "correct `ingest.layout` in params.yaml": "correct --layout",
    "declare its `format`": "declare its --format",
    "declare the `format`": "declare the --format",
    "declare `format`": "declare --format",
    " beside its path": "",
}


@dataclass(frozen=True)
class Options:
    """What the command line was given."""

    kind: str
    data: str
    input: tuple[str, ...] = ()
    input_template: str | None = None
    output: tuple[str, ...] = ()
    rejected: str | None = None
    messages: str | None = None
    id: str | None = None
    group: str | None = None
    subject: str | None = None
    source: str | None = None
    language: str | None = None
    held_out: str | None = None
    metric: str | None = None
    target: float | None = None
    name: str = "task"
    sections: tuple[str, ...] = ()
    layout: str = "auto"
    turns: str = "last"
    format: str = "auto"
    encoding: str = "utf-8"
    delimiter: str | None = None
    personal_names: str = "refuse"


@dataclass(frozen=True)
class Plan:
    """A project that is known to ingest.

    Parameters
    ----------
    card, ingest
        Contents of `task.yaml` and of section `ingest` of `params.yaml`.
    copies
        Place in the project -> file or folder to copy there.
    kept, dropped
        What the trial kept, and dropped for which reason.
    files
        How each file was read: entries of the ingest report's `files`.
    notes
        What a person should know before going on, in sentences.
    """

    card: dict[str, Any]
    ingest: dict[str, Any]
    copies: dict[str, Path]
    kept: int
    dropped: dict[str, int]
    assumed_target: bool
    sources: tuple[str, ...]
    files: tuple[dict[str, Any], ...] = ()
    notes: tuple[str, ...] = ()


def plan(options: Options) -> Plan:
    """Read the data, infer what it says, and try the ingest that the project will run.

    Raises
    ------
    AssayError
        As the readers and `ingest` do, in words of the command line; or if the metric does not fit the kind.
    """
    try:
        return _plan(options)
    except DuplicateKeys as error:
        raise AssayError(
            error.problem,
            fix="name another column with --id, or leave --id out: ids are then made from the content",
        ) from error
    except AssayError as error:
        fix = error.fix
        for said, meant in _AS_OPTIONS.items():
            fix = fix.replace(said, meant)
        raise AssayError(error.problem, fix=fix) from error


def _plan(options: Options) -> Plan:
    kind = Kind(options.kind)
    metric = options.metric or METRICS[kind][0]
    if metric not in METRICS[kind]:
        raise AssayError(
            f"metric {metric!r} does not fit kind {kind}",
            fix=f"choose --metric from {', '.join(METRICS[kind])}",
        )
    _template_fits(options)
    sign = None if options.delimiter is None else delimiter_sign(options.delimiter)
    records = read_records(options.data, format=options.format, encoding=options.encoding, delimiter=sign)
    columns = _columns(options)
    defaults: dict[str, str] = {}
    there = records.frame.columns
    if options.source in there:
        columns["source"] = options.source
    if options.language in there:
        columns["language"] = options.language
    elif options.language:
        defaults["language"] = _tag(options.language, records.frame)
    sources, source = _sources(options, records)
    if source:
        defaults["source"] = source

    copies: dict[str, Path] = {}
    path = _placed(options.data, copies)
    held_out = _placed(options.held_out, copies) if options.held_out else None
    section: dict[str, Any] = (
        {"path": path} if options.format == "auto" else {"files": [{"path": path, "format": options.format}]}
    )
    section |= {"encoding": options.encoding, "columns": columns, "defaults": defaults}
    if sign is not None:
        section["delimiter"] = sign
    section |= {"layout": options.layout, "turns": options.turns}
    if options.personal_names != "refuse":
        section["personal_names"] = options.personal_names
    if options.input_template is not None:
        section["input_template"] = _unescaped(options.input_template)
    card: dict[str, Any] = {
        "name": options.name,
        "kind": str(kind),
        "behaviour": _BEHAVIOUR[kind],
        "metric": {"name": metric, "target": ASSUMED_TARGET if options.target is None else options.target},
        "sources": {name: {} for name in sources},
        "held_out": {"path": held_out, **({"source": defaults["source"]} if "source" in defaults else {})}
        if held_out
        else None,
        "guessed": ["metric.target"] if options.target is None else [],
    }
    raws = [Raw(options.data, None, False, records)]
    if options.held_out:
        held_out_records = read_records(options.held_out, encoding=options.encoding, delimiter=sign)
        raws.append(Raw(options.held_out, None, True, held_out_records))
    # A throw-away key: the trial's ids go nowhere.
    trial = ingest(
        raws,
        parse(IngestParams, section, "params.ingest"),
        parse(TaskCard, card, "task"),
        Key(b"\0" * 32, "trial"),
    )
    kept = trial.result.kept
    variants: tuple[str, ...] = ()
    if kind is Kind.CLASSIFICATION:
        card["labels"] = infer.labels(kept["output"], ", ".join(options.output) or "output")
        variants = _spelt_otherwise(kept["output"]) + infer.stand_ins(kept["output"])
    elif kind is Kind.EXTRACTION:
        variants = are_json(kept["output"], options.output, records)
        card["output_schema"] = infer.output_schema(kept["output"])
    elif kind is Kind.SUMMARY:
        card["sections"] = list(options.sections) or infer.sections(kept["output"])
        if not card["sections"]:
            raise AssayError(
                "kind summary needs sections, and no headings are common to the outputs",
                fix="name them, in order: --section Facts --section Outcome; or, for summaries in free text, "
                "choose --kind rewriting",
            )
    files = tuple(trial.result.report["files"])
    if len({one["layout"] for one in files}) == 1:
        section["layout"] = files[0]["layout"]
    reasons = funnel(trial.result, len(trial.input_ids))["reasons"]
    read = tuple(
        f"{Path(raw.path).name}: {note}"
        for raw in raws
        for note in (*raw.records.notes, *filter(None, [raw.records.unreadable()]))
    )
    personal = tuple(
        f"{Personal(**one)} look like personal data"
        + " and are replaced by keyed digests" * (one["what"] == "id")
        for one in trial.result.report.get("personal", [])
    )
    notes = read + variants + personal + _notes(files, reasons, len(trial.input_ids), section)
    card["languages"] = kept["language"].drop_nulls().unique().sort().to_list() if options.language else []
    return Plan(
        card,
        section,
        copies,
        kept.height,
        reasons,
        options.target is None,
        tuple(sources),
        files,
        notes,
    )


def _spelt_otherwise(labels: pl.Series) -> tuple[str, ...]:
    """Labels that are spelt in several ways, each of which the card takes for a class of its own."""
    found = spellings(labels)
    if found.is_empty():
        return ()
    advice = (
        "task.yaml lists each spelling as a label of its own: make them one in the file and run init again, "
        "or take the others out of `labels`, which drops their rows as unknown_label"
    )
    return (*told(found), advice)


def _template_fits(options: Options) -> None:
    """Fail if the template and --input name different columns."""
    if options.input_template is None or not options.input:
        return
    named = template_columns(_unescaped(options.input_template))
    if set(named) != set(options.input):
        raise AssayError(
            f"--input-template names the columns {', '.join(named)}, and --input {', '.join(options.input)}",
            fix="leave --input out, or name the same columns in both",
        )


def _unescaped(template: str) -> str:
    """A template as typed in a shell, where a line break is written as backslash and n."""
    return template.replace("\\n", "\n").replace("\\t", "\t")


def _notes(
    files: tuple[dict[str, Any], ...], reasons: dict[str, int], rows: int, section: dict[str, Any]
) -> tuple[str, ...]:
    """What the trial showed that a person should know; raises `max_dropped` where the format itself marks
    rows as not to be learnt.
    """
    notes = []
    for one in files:
        if one["unused_columns"]:
            notes.append(f"columns of {one['path']} that are not used: {', '.join(one['unused_columns'])}")
        if one["looks_like"]:
            notes.append(
                f"{one['path']} looks like {one['looks_like']}, but other columns are named: leave them out "
                f"to read it whole"
            )
    share = sum(reasons.values()) / rows if rows else 0.0
    allowed = IngestParams.model_fields["max_dropped"].default
    if share > allowed:
        enough = math.ceil(share * 100) / 100
        if 2 * reasons.get("undesirable", 0) > sum(reasons.values()):
            section["max_dropped"] = enough
            notes.append(
                f"the file marks {reasons['undesirable'] / rows:.0%} of its rows as bad answers, which are "
                f"dropped: `ingest.max_dropped` is set to {enough:g} for them"
            )
        else:
            notes.append(
                f"{share:.0%} of the rows would be dropped: `assay ingest` fails until the file is corrected "
                f"or `ingest.max_dropped: {enough:g}` is set in params.yaml"
            )
    return tuple(notes)


def _columns(options: Options) -> dict[str, Any]:
    named: dict[str, Any] = {
        name: getattr(options, name) for name in ("rejected", "messages", "id", "group", "subject")
    }
    columns: dict[str, Any] = {name: value for name, value in named.items() if value}
    if options.input:
        columns = {"input": options.input[0] if len(options.input) == 1 else list(options.input), **columns}
    if options.output:
        columns["output"] = options.output[0] if len(options.output) == 1 else list(options.output)
    return columns


def _tag(language: str, frame: pl.DataFrame) -> str:
    if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", language):
        return re.split("[-_]", language)[0].lower()
    raise AssayError(
        f"--language {language!r} is neither a column ({shown_columns(frame)}) nor a language tag",
        fix="give a tag such as en or cy, or a column",
    )


def _sources(options: Options, records: Records) -> tuple[list[str], str | None]:
    """Names for the card (the source column's values, the name given, or the file's), and which stands for
    rows that name none.
    """
    stem = (
        re.sub(r"[^\w-]+", "-", Path(options.data.partition("?")[0]).name.split(".")[0]).strip("-").lower()
        or "export"
    )
    if options.source is None:
        return [stem], stem
    if options.source not in records.frame.columns:
        return [options.source], options.source
    values, _ = normalise(records.frame[options.source].cast(pl.String))
    named = sorted(set(values.drop_nulls().to_list()) - {""})
    if len(named) > infer.LABELS_UNASKED:
        raise AssayError(
            f"column {options.source!r} has {len(named):,} distinct values: sources are the few places "
            f"that rows come from",
            fix="name another column with --source, or give one name for the whole file",
        )
    if (values.is_null() | (values == "")).any():
        return [stem, *(name for name in named if name != stem)], stem
    return named, None


def _placed(path: str, copies: dict[str, Path]) -> str:
    """Where a raw file or folder goes in the project; a hub name or an address stays what it is."""
    if is_remote(path):
        return path
    if not Path(path).exists():
        raise AssayError(f"{path} names files by a wildcard", fix="copy them into one folder and name that")
    target = f"data/raw/{Path(path).resolve().name}"
    while target in copies:
        target = target.replace("data/raw/", "data/raw/held-out-")
    copies[target] = Path(path).resolve()
    return target
