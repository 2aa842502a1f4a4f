"""Mutated files over every reader and every YAML and JSON file that the product reads.

    python -m benchmarks.fuzz [--inputs 10000] [--seed 1] [--only NAME]

Each input is a valid file that holds canaries, changed at random: bits flipped, pieces cut and doubled,
values replaced by ones that break parsers. Wanted: an answer or an `AssayError`, within ten seconds, and no
canary in any message or on stderr. The inputs run in a child process, so that a hang can be stopped and an
abort of a native library counted; the parent starts another one behind the input that did it. Prints one line
a target and exits 1 if any input failed.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from curate.errors import AssayError
from governance.last_words import cause, shown

CANARY = "Zebedee Quokka"
LIMIT = 10  # seconds
# What is put in the place of a piece of a text file.
NASTY = (b"1e999", b"NaN", b"-0", b"9" * 5_000, b'"\\ud800"', b"\xed\xa0\x80", b"[" * 2_000, b'{"a":' * 2_000)
NASTY += (
    b"2025-02-30",
    b"null",
    b"true",
    b"[]",
    b"{}",
    b'""',
    b"\x00",
    b"\xff\xfe",
    b"*a",
    b"&a [*a]",
    b"::",
    b"\r",
)
NASTY += (
    b"!!python/object:x",
    b"../../etc/passwd",
    b"\x1b[31m",
    b"\xe2\x80\xae",
    b"9999-99-99",
    b"0x10",
    b"~",
    b",",
)


@dataclass(frozen=True)
class Target:
    """A kind of file: a valid one, where it stands and what reads it."""

    valid: bytes
    place: str
    read: Callable[[Path], Any]


def mutated(valid: bytes, draw: random.Random) -> bytes:
    """`valid` after one to four changes."""
    data = bytearray(valid)
    if (
        b"\x00" in valid and draw.random() < 0.7
    ):  # a binary format: more than one wrong bit is refused at once
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
        return bytes(data)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.randint(1, 40))
        way = draw.randrange(7)
        if way == 0 and data:
            data[at % len(data)] ^= 1 << draw.randrange(8)
        elif way == 1:
            del data[at:end]
        elif way == 2:
            data[at:at] = data[at:end]
        elif way == 3:
            del data[at:]
        elif way == 4:
            data[at:end] = draw.randbytes(end - at)
        else:
            data[at : at + draw.randint(0, 12)] = draw.choice(NASTY)
    return bytes(data)


def _frame() -> Any:
    import datetime

    import polars as pl

    return pl.DataFrame(
        {
            "text": [CANARY, "b", None] * 20,
            "label": ["x", "y", "z"] * 20,
            "number": [1, 2, None] * 20,
            "when": [datetime.timedelta(1)] * 60,
            "raw": [CANARY.encode()] * 60,
            "nested": [{"a": [1, 2], "b": CANARY}] * 60,
            "day": [datetime.date(2025, 1, 1)] * 60,
        }
    )


def _tables() -> dict[str, Target]:
    """Every reader's format; columns of every type are then mapped, as `ingest` does."""
    import gzip

    import polars as pl
    import zstandard

    from curate.read import read_records

    whole = _frame()
    flat = whole.select("text", "label", "number")
    parquet, arrow, stream = io.BytesIO(), io.BytesIO(), io.BytesIO()
    whole.write_parquet(parquet)
    whole.write_ipc(arrow)
    whole.write_ipc_stream(stream)
    rows = [{"text": CANARY, "n": 1.5, "messages": [{"role": "user", "content": CANARY}]} for _ in range(20)]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    forms = {
        "csv": flat.write_csv().encode(),
        "tsv": flat.write_csv(separator="\t").encode(),
        "jsonl": lines,
        "json": json.dumps(rows).encode(),
        "parquet": parquet.getvalue(),
        "arrow": arrow.getvalue(),
        "ipc": stream.getvalue(),
        "csv.gz": gzip.compress(flat.write_csv().encode()),
        "jsonl.zst": zstandard.compress(lines),
    }

    def read(path: Path) -> None:
        from curate.plain.scan import scan

        frame = read_records(path).frame
        if frame.height < 100 and frame.width < 20 and "text" in frame.columns:
            scan(frame.select(pl.col("text").cast(pl.String, strict=False)), fields=["text"])

    return {form: Target(valid, f"x.{form}", read) for form, valid in forms.items()}


def _documents() -> dict[str, Target]:
    """Cards, policies, locks, records and reports."""
    root = Path(__file__).parents[1]
    from curate.dedup.params import DedupParams
    from curate.ingest.params import IngestParams
    from curate.journal import read_journal
    from curate.params import read_section
    from curate.pii.decisions import read_verdicts
    from curate.pii.detect.params import ScanParams
    from curate.pii.redact.params import RedactParams
    from curate.publish.gold import load_manifest
    from curate.publish.manifest import SCHEMA as GOLD_SCHEMA
    from curate.split.lock import read_lock as read_split
    from curate.split.params import SplitParams
    from curate.task import read_task
    from curate.validate.params import ValidateParams
    from curate.versions.locked import locked_digest, read_lock
    from governance.audit.since import BASELINE, read_baseline
    from governance.audit.since import SCHEMA as BASELINE_SCHEMA
    from governance.params import CheckParams
    from train.params import TrainParams
    from train.systems import SCHEMA as MODEL_SCHEMA
    from train.systems import read_card

    card = (root / "task.yaml").read_bytes() + f"# {CANARY}\n".encode()
    params = (root / "params.yaml").read_bytes().replace(b"helpdesk", CANARY.encode())
    params += b"check: {skip: []}\n"
    sections = {
        "ingest": IngestParams,
        "scan": ScanParams,
        "redact": RedactParams,
        "dedup": DedupParams,
        "validate": ValidateParams,
        "split": SplitParams,
        "train": TrainParams,
        "check": CheckParams,
    }
    verdict = {
        "value_id": "a" * 24,
        "finding_id": "b" * 24,
        "entity": "PERSON",
        "verdict": "real",
        "reviewer": CANARY,
        "date": "2025-01-01",
        "key_id": "c" * 8,
        "reason": CANARY,
    }
    baseline = {
        "schema": BASELINE_SCHEMA,
        "values": {"PERSON": ["a" * 24]},
        "accepted": [],
        "key_id": "c" * 8,
    }
    model = {"schema": MODEL_SCHEMA, "name": "majority", "labels": [CANARY], "files": {}}
    manifest = {
        "schema": GOLD_SCHEMA,
        "files": {"train.parquet": "x"},
        "task": {"name": CANARY},
        "params": {},
    }

    def read_params(path: Path) -> None:
        for name, section in sections.items():
            read_section(path.parent, name, section)

    def rows(path: Path) -> None:
        read_journal(path.parents[1], Path("decisions/r.jsonl"), lambda given: given)

    lock = b"stages:\n" + (root / "dvc.lock").read_bytes().split(b"stages:\n")[-1][:3_000]
    return {
        "task.yaml": Target(card, "task.yaml", lambda path: read_task(path.parent)),
        "params.yaml": Target(params, "params.yaml", read_params),
        "dvc.lock": Target(
            lock, "dvc.lock", lambda path: locked_digest(read_lock(path.parent) or {}, "outs", "gold")
        ),
        "split.lock": Target(
            (root / "split.lock").read_bytes(), "split.lock", lambda path: read_split(path.parent)
        ),
        "decisions": Target(
            (json.dumps(verdict) + "\n").encode() * 3,
            "decisions/pii.jsonl",
            lambda path: read_verdicts(path.parents[1]),
        ),
        "journal": Target((json.dumps(verdict) + "\n").encode() * 3, "decisions/r.jsonl", rows),
        "baseline": Target(
            json.dumps(baseline).encode(),
            str(BASELINE),
            lambda path: read_baseline(path.parents[len(Path(BASELINE).parts) - 1], "c" * 8),
        ),
        "manifest.json": Target(
            json.dumps(manifest).encode(), "gold/manifest.json", lambda path: load_manifest(path.parent)
        ),
        "model.json": Target(
            json.dumps(model).encode(), "model/model.json", lambda path: read_card(path.parent)
        ),
    }


@cache
def targets() -> dict[str, Target]:
    """All of them by name."""
    return {**_tables(), **_documents()}


def _once(target: Target, data: bytes, folder: Path) -> str:
    """What one input did: `ok`, `refused`, or what is wrong."""
    path = folder / target.place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    begun = time.perf_counter()
    try:
        target.read(path)
        said = "ok"
    except AssayError as error:
        said = "canary in a message" if CANARY in shown(error) else "refused"
    except BaseException as error:
        said = f"traceback: {cause(error)}"
    return "slow" if time.perf_counter() - begun > LIMIT and said in ("ok", "refused") else said


def _work(begin: int, count: int, seed: int, names: list[str], folder: str, pipe: Any) -> None:
    """Run the inputs from `begin` on, and tell the parent of each before and after."""
    stderr = os.open(Path(folder) / "stderr", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    os.dup2(stderr, 2)
    all_targets = targets()
    for name in names:  # what is valid is read, which also loads every library before the clock runs
        target = all_targets[name]
        if (said := _once(target, target.valid, Path(folder))) not in ("ok", "slow"):
            pipe.send((-1, name, f"the valid file: {said}"))
    for number in range(begin, count):
        name = names[number % len(names)]
        draw = random.Random(f"{seed}-{number}")
        pipe.send((number, name, None))
        pipe.send(
            (number, name, _once(all_targets[name], mutated(all_targets[name].valid, draw), Path(folder)))
        )
    pipe.close()


# Number of the input, its target, what happened.
Failure = tuple[int, str, str]


def fuzz(
    count: int, seed: int, names: list[str]
) -> tuple[dict[str, Counter[str]], list[tuple[int, str, str]]]:
    """Outcomes by target, and the inputs that failed."""
    outcomes: dict[str, Counter[str]] = {name: Counter() for name in names}
    failed: list[Failure] = []
    context = multiprocessing.get_context("spawn")  # polars does not survive a fork
    with tempfile.TemporaryDirectory() as folder:
        begin = 0
        while begin < count:
            ours, theirs = context.Pipe(duplex=False)
            child = context.Process(target=_work, args=(begin, count, seed, names, folder, theirs))
            child.start()
            theirs.close()
            number, name, begun = begin, names[begin % len(names)], False
            while True:
                # A minute more for the first, which loads the detector.
                ended = not ours.poll(LIMIT + (60 if number == begin else 5))
                try:
                    if not ended:
                        number, name, said = ours.recv()
                except EOFError:
                    child.join()
                    if not begun:
                        return outcomes, failed
                    said, begun = f"the process ended with {child.exitcode}", False
                    outcomes[name][said.split(":")[0]] += 1
                    failed.append((number, name, said))
                    break
                if ended:
                    os.kill(child.pid or 0, signal.SIGKILL)
                    outcomes[name]["hang"] += 1
                    failed.append((number, name, "hang"))
                    break
                begun = said is None
                if said is not None:
                    outcomes[name][said.split(":")[0]] += 1
                    if said not in ("ok", "refused"):
                        failed.append((number, name, said))
            begin = max(number, begin) + 1
            child.join()
        printed = (Path(folder) / "stderr").read_bytes()
        if CANARY.encode() in printed:
            failed.append((-1, "stderr", "canary on stderr"))
    return outcomes, failed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", action="append")
    given = parser.parse_args()
    names = given.only or list(targets())
    begun = time.perf_counter()
    outcomes, failed = fuzz(given.inputs, given.seed, names)
    for name, counts in outcomes.items():
        print(f"{name:14}", ", ".join(f"{said} {count:,}" for said, count in sorted(counts.items())))
    for said, count in Counter(f"{name}: {said}" for _, name, said in failed).most_common(40):
        example = next(number for number, name, words in failed if f"{name}: {words}" == said)
        print(f"FAILED {count:,} x {said} (input {example})")
    done = sum(sum(counts.values()) for counts in outcomes.values())
    print(f"{done:,} inputs in {time.perf_counter() - begun:.0f} s, {len(failed):,} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
