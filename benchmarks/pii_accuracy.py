"""Precision, recall and F2 of the detectors for each entity, with intervals, beside stock Presidio and a Rust
peer.

    python -m benchmarks.pii_accuracy --data ../shared/data -o accuracy       # accuracy.md and accuracy.json
    python -m venv peer && peer/bin/pip install presidio-rs==0.1.11 && python -m benchmarks.pii_accuracy --peer peer/bin/python
    python -m benchmarks.pii_accuracy --names --ner bundled --ner spacy:en_core_web_sm   # names alone; transformers:FOLDER_OR_ID, gliner:...
    python -m benchmarks.pii_accuracy --only assay --seed 3

How a value counts as found and a finding as right: `benchmarks/pii/score.py`. How the systems are set up:
`benchmarks/pii/systems.py`. What the public sets can judge: `benchmarks/pii/public.py`. A model given by
`--ner` runs inside Assay's detector as it would in `assay scan`, in place of the bundled tagger; each is
judged on persons, places and organisations.
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.pii import systems
from benchmarks.pii.corpus import corpus
from benchmarks.pii.public import NAMES, Labelled, all_sets, named
from benchmarks.pii.score import Found, Score, counts, score, wilson


def generated(seed: int, per_kind: int, negatives: int) -> list[Labelled]:
    """The test half as a labelled set, its hard negatives by kind, and those that are bare digit runs and
    codes.
    """
    rows = corpus("test", per_kind, negatives, seed)
    entities = tuple(dict.fromkeys(span.entity for row in rows for span in row.spans))
    values = [[Found(span.start, span.end, span.entity) for span in row.spans] for row in rows]
    sets = [Labelled("corpus, test half", [row.text for row in rows], values, entities)]
    empty = [row for row in rows if not row.spans]
    for kind in dict.fromkeys(row.kind for row in empty):
        texts = [row.text for row in empty if row.kind == kind]
        benign = next(row.benign for row in empty if row.kind == kind)
        sets.append(
            Labelled(f"hard negatives: {kind}", texts, [[] for _ in texts], (), benign | set(NAMES) | {"NRP"})
        )
    runs = [row for row in empty if row.run]
    sets.append(
        Labelled(
            "hard negatives: all digit runs and codes",
            [row.text for row in runs],
            [[] for _ in runs],
            (),
            frozenset({*NAMES, "NRP"}),
        )
    )
    return sets


def judge(data: Labelled, found: Sequence[Sequence[Found]]) -> list[Score]:
    """Each entity's score on a set that holds values."""
    return [
        score(
            [
                counts(text, wanted, one, entity)
                for text, wanted, one in zip(data.texts, data.values, found, strict=True)
            ],
            entity,
        )
        for entity in data.entities
    ]


def alarms(data: Labelled, found: Sequence[Sequence[Found]]) -> dict[str, Any]:
    """Rows with a false alarm on a set that holds no identifier, and of which entities."""
    false = [[one.entity for one in row if one.entity not in data.benign] for row in found]
    rows = sum(map(bool, false))
    kinds: dict[str, int] = {}
    for row in false:
        for entity in set(row):
            kinds[entity] = kinds.get(entity, 0) + 1
    interval = wilson(rows, len(found))
    return {
        "rows": len(found),
        "flagged": rows,
        "share": rows / len(found),
        "interval": interval,
        "entities": dict(sorted(kinds.items(), key=lambda pair: -pair[1])),
    }


def _share(value: float | None, interval: tuple[float, float] | None) -> str:
    return "-" if value is None or interval is None else f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"


def markdown(results: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Tables: one of each set with values, and one of false alarms."""
    sets = list(next(iter(results.values())))
    for data in sets:
        names = [name for name, every in results.items() if data in every]
        first = results[names[0]][data]
        if not isinstance(first, list):
            continue
        yield f"\n### {data}\n"
        yield "| entity | values | " + " | ".join(f"{name}: recall | precision | F2" for name in names) + " |"
        yield "|---|---:|" + "---:|---:|---:|" * len(names)
        for at, one in enumerate(first):
            cells = []
            for name in names:
                got = results[name][data][at]
                cells += [
                    _share(got.recall, got.recall_interval),
                    _share(got.precision, got.precision_interval),
                    _share(got.f2, got.f2_interval),
                ]
            yield f"| {one.entity} | {one.values:,} | " + " | ".join(cells) + " |"
    names = list(results)
    if all(isinstance(results[names[0]][data], list) for data in sets):
        return
    yield "\n### False alarms: rows flagged of those that hold no identifier\n"
    yield "| set | rows | " + " | ".join(names) + " |"
    yield "|---|---:|" + "---|" * len(names)
    for data in sets:
        if isinstance(results[names[0]][data], list):
            continue
        cells = []
        for name in names:
            got = results[name][data]
            worst = ", ".join(f"{entity} {count:,}" for entity, count in list(got["entities"].items())[:2])
            cells.append(f"{got['flagged']:,} ({got['share']:.2%})" + (f": {worst}" if worst else ""))
        yield f"| {data} | {results[names[0]][data]['rows']:,} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets"
    )
    parser.add_argument("--peer", help="python of a virtual environment with presidio-rs")
    parser.add_argument(
        "--ner",
        action="append",
        help="what finds names: bundled (the default), none, or ENGINE:MODEL of spacy, transformers or gliner",  # noqa: E501
    )
    parser.add_argument("--names", action="store_true", help="judge names alone")
    parser.add_argument(
        "--only", action="append", choices=("assay", "presidio", "peer"), help="run these systems only"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-kind", type=int, default=150)
    parser.add_argument("--negatives", type=int, default=12_000)
    parser.add_argument("-o", "--output", type=Path, help="write OUTPUT.md and OUTPUT.json")
    given = parser.parse_args()

    sets = [] if given.names else generated(given.seed, given.per_kind, given.negatives)
    for one in [] if given.names else all_sets(given.data):
        if isinstance(one, Labelled):
            sets.append(one)
        else:
            print(f"{one} is not in {given.data}: left out", file=sys.stderr)

    chosen: dict[str, systems.System] = {}
    wanted = ["assay"] if given.names else given.only or ["assay", "presidio", "peer"]
    people = [] if wanted == ["presidio"] or not given.data.exists() else named(given.data)
    # Built first and run last: what stock Presidio says on its logger would be a failure of Assay's detector,
    # which listens there.
    stock = systems.presidio() if "presidio" in wanted else {}
    if "assay" in wanted:
        for ner in given.ner or ["bundled"]:
            chosen[f"assay, names: {ner}" if given.ner else "assay"] = systems.assay(ner)
    chosen.update({f"presidio >= {threshold:g}": system for threshold, system in stock.items()})
    if "peer" in wanted and given.peer:
        chosen["presidio-rs"] = systems.peer(given.peer)
    elif "peer" in wanted:
        print(
            "no Rust peer: give --peer the python of an environment that holds presidio-rs", file=sys.stderr
        )

    results: dict[str, dict[str, Any]] = {}
    for name, system in chosen.items():
        results[name] = {}
        for data in [*sets, *(people if name.startswith("assay") else [])]:
            begun = time.perf_counter()
            found = system(data.texts)
            results[name][data.name] = judge(data, found) if data.entities else alarms(data, found)
            print(
                f"{name}: {data.name}, {len(data.texts):,} texts in {time.perf_counter() - begun:.1f} s",
                file=sys.stderr,
            )

    table = "\n".join(markdown(results)) + "\n"
    print(table)
    if given.output:
        plain = {
            name: {
                data: [asdict(one) for one in got] if isinstance(got, list) else got
                for data, got in every.items()
            }
            for name, every in results.items()
        }
        given.output.with_suffix(".md").write_text(table, encoding="utf-8")
        given.output.with_suffix(".json").write_text(
            json.dumps({"seed": given.seed, "systems": plain}, indent=1) + "\n", encoding="utf-8"
        )


if __name__ == "__main__":
    main()
