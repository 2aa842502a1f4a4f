"""The workloads of `benchmarks.stage_speed`: each stage's function on given texts, of any checkout.

Run by its place as a script, with PYTHONPATH naming the checkout, so that one that lacks this file can be
measured; modules that have moved since are sought under both names.

    python benchmarks/stage_workloads.py "redact text" texts.json     # CPU seconds of each call, in JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

Call = Callable[[], object]
_CALLS = 3
FEW = 200
_CARD = {
    "name": "speed",
    "behaviour": "Answer as the desk does",
    "metric": {"name": "chrf", "target": 0.5},
    "sources": {
        "desk": {
            "description": "made up",
            "licence": "MIT",
            "lawful_basis": "none needed",
            "purpose": "speed",
            "retention": "none",
        }
    },
}


def _one_of(*places: str) -> Any:
    """The first of `module:name` that this checkout has."""
    for place in places:
        module, _, name = place.partition(":")
        try:
            return getattr(import_module(module), name)
        except (ModuleNotFoundError, AttributeError):
            continue
    raise ImportError(f"none of {', '.join(places)}")


def _key() -> Any:
    return _one_of("curate.keys:Key")(bytes(32), "argument")


def _card(kind: str) -> Any:
    from curate.task import TaskCard

    metric = {"metric": {"name": "exact_match", "target": 0.5}} if kind == "extraction" else {}
    return TaskCard.model_validate(_CARD | {"kind": kind} | metric)


def _examples(texts: Sequence[str], outputs: Sequence[str] | None = None) -> pl.DataFrame:
    from curate.examples import EXAMPLES, conform

    frame = pl.DataFrame({"input": texts, "output": outputs or ["ok"] * len(texts)}).select(
        pl.int_range(pl.len()).cast(pl.String).str.zfill(8).alias("example_id"),
        pl.lit(False).alias("held_out"),
        pl.lit("desk").alias("source"),
        "input",
        "output",
    )
    return conform(frame, EXAMPLES)


def _scanner(examples: pl.DataFrame, kind: Any, *, names: bool) -> Call:
    params = _one_of("curate.pii.detect.params:ScanParams", "curate.pii.settings:ScanParams")
    detector = _one_of("curate.pii.detect.detector:Detector", "curate.pii.engine:Detector")
    scan = _one_of("curate.pii.scan.stage:scan", "curate.pii.scan:scan")
    chosen = params() if names else params(ner=None)
    made = detector(chosen)
    return lambda: scan(examples, chosen, _key(), kind, made)


def scanning(texts: Sequence[str], *, names: bool) -> Call:
    """The scan of inputs, with or without names of persons."""
    from curate.task import Kind

    return _scanner(_examples(texts), Kind.REWRITING, names=names)


def _slots(examples: pl.DataFrame, findings: pl.DataFrame, *, spans: bool) -> list[str]:
    """A JSON output a row that names what was found in the input, and where."""
    held = findings.select("example_id", "entity", "start", "end").join(
        examples.select("example_id", "input"), on="example_id"
    )
    slots: dict[str, list[dict[str, object]]] = {}
    for name, entity, start, end, text in held.sort("example_id", "start").iter_rows():
        place = {"start": start, "end": end} if spans else {}
        slots.setdefault(name, []).append({"kind": entity, **place, "value": text[start:end]})
    return [json.dumps({"slots": slots.get(name, [])}) for name in examples["example_id"]]


def redaction(texts: Sequence[str], *, targets: str) -> Call:
    """Redaction of inputs; with `targets` of JSON outputs too: each found value (`values`), and where
    it stands (`spans`).
    """
    from curate.task import Kind

    redact = _one_of("curate.pii.redact.stage:redact", "curate.pii.redact:redact")
    params = _one_of("curate.pii.redact.params:RedactParams", "curate.pii.policy:RedactParams")()
    kind = Kind.EXTRACTION if targets else Kind.REWRITING
    examples = _examples(texts)
    findings = _scanner(examples, Kind.REWRITING, names=False)()[0]  # type: ignore[index]
    if targets:
        outputs = _slots(examples, findings, spans=targets == "spans")
        examples = _examples(texts, outputs)
    return lambda: redact(examples, findings, params, _key(), kind)


def deduplication(texts: Sequence[str], *, slots: bool) -> Call:
    """The search for twins among inputs with one label, or with JSON outputs of slots."""
    from curate.dedup.stage import dedup
    from curate.task import Kind

    if not slots:
        labels = ["money" if "money" in text or "refund" in text else "other" for text in texts]
        return lambda: dedup(_examples(texts, labels), Kind.CLASSIFICATION)
    outputs = []
    for text in texts:
        words = text.split()
        said = [{"kind": f"k{at}", "value": words[at % len(words)]} for at in range(3)]
        outputs.append(json.dumps({"slots": said}))
    return lambda: dedup(_examples(texts, outputs), Kind.EXTRACTION)


def ingestion(texts: Sequence[str], *, form: str) -> Call:
    """Reading a file of rows or of conversations, and making examples of them."""
    from curate.ingest.params import IngestParams
    from curate.ingest.stage import Raw, ingest
    from curate.read import read_records

    kind = "extraction" if form == "json" else "rewriting"
    card = _card(kind)
    columns = {} if form == "chat" else {"columns": {"input": "text", "output": "answer"}}
    answers = [
        json.dumps({"total": len(text), "first": text[:9]}) if form == "json" else "ok" for text in texts
    ]
    if form == "csv":
        written = pl.DataFrame({"text": texts, "answer": answers}).write_csv()
    elif form == "chat":
        written = "\n".join(
            json.dumps(
                {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": "ok"}]}
            )
            for text in texts
        )
    else:
        rows = zip(texts, answers, strict=True)
        written = "\n".join(json.dumps({"text": text, "answer": answer}) for text, answer in rows)
    name = f"rows.{'csv' if form == 'csv' else 'jsonl'}"
    params = IngestParams.model_validate({"path": name, **columns})

    def read() -> object:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_text(written, encoding="utf-8")
            raw = Raw(name, "desk", False, read_records(path))
        return ingest([raw], params, card, _key())

    return read


def validation(texts: Sequence[str]) -> Call:
    """The rules over inputs and short answers."""
    from curate.validate.stage import validate

    examples = _examples(texts, [text[: len(text) // 2] for text in texts])
    return lambda: validate(examples, _card("rewriting"))


def splitting(texts: Sequence[str]) -> Call:
    """Sides for rows with one of eight labels."""
    from curate.split.stage import split
    from curate.task import Kind

    params = _one_of("curate.split.params:SplitParams", "curate.split.stage:SplitParams")()
    examples = _examples(texts, [str(len(text) % 8) for text in texts])
    return lambda: split(examples, Kind.CLASSIFICATION, params, _key())


WORKLOADS: dict[str, Callable[[Sequence[str]], Call]] = {
    "scan patterns": lambda texts: scanning(texts, names=False),
    "scan names": lambda texts: scanning(texts, names=True),
    "redact text": lambda texts: redaction(texts, targets=""),
    "redact values": lambda texts: redaction(texts, targets="values"),
    "redact spans": lambda texts: redaction(texts, targets="spans"),
    "dedup text": lambda texts: deduplication(texts, slots=False),
    "dedup slots": lambda texts: deduplication(texts, slots=True),
    "ingest csv": lambda texts: ingestion(texts, form="csv"),
    "ingest jsonl": lambda texts: ingestion(texts, form="jsonl"),
    "ingest json targets": lambda texts: ingestion(texts, form="json"),
    "ingest chat": lambda texts: ingestion(texts, form="chat"),
    "validate": validation,
    "split": splitting,
}


def main(workload: str, given: str) -> None:
    """Print CPU seconds in JSON: of a call with the first few texts (what a process loads and compiles), of
    the first call with the others, and of each later one.
    """
    texts = json.loads(Path(given).read_text(encoding="utf-8"))
    seconds = []
    for call in (WORKLOADS[workload](texts[:FEW]), *[WORKLOADS[workload](texts[FEW:])] * _CALLS):
        begun = time.process_time()
        call()
        seconds.append(time.process_time() - begun)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
