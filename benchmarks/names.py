"""The bundled name tagger: recall, precision and F2 on each judged set, recall by slice, what a score is
worth, rows a second, size.

    python -m benchmarks.names --data ../shared/data -o names      # names.md, names.json, names.svg (the reliability plot)
    python -m benchmarks.names --model other.npz                   # another artefact, the same way
    python -m benchmarks.names --model a.npz b.npz c.npz           # several, another seed's for one: PERSON on every set, side by side
    python -m benchmarks.names --speed                             # rows a second alone

Judged on the halves that no threshold was chosen on (`recipes/name_tagger/judged.py`) and on hand-written
slices (`benchmarks/pii/slices.py`); how a value counts as found and a finding as right:
`benchmarks/pii/score.py`. Whole models through the whole scan, a user's own among them: `python -m
benchmarks.pii_accuracy --ner ENGINE:MODEL`.
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.pii.score import Found, Score, counts, score, wilson
from benchmarks.pii.slices import NAMED, NAMELESS, read
from benchmarks.pii.traits import by_trait
from curate.pii.detect.names.recognizer import ENTITIES, MODEL, NameTagger, read_model
from curate.pii.detect.names.tokens import fold
from curate.pii.detect.params import ScanParams
from recipes.name_tagger.calibrate import right
from recipes.name_tagger.judged import Judged, sets

KINDS = {entity: kind for kind, entity in ENTITIES.items()}
ALL = frozenset(KINDS)


def found(
    tagger: NameTagger, texts: list[str], threshold: float, entities: frozenset[str] = ALL
) -> list[list[Found]]:
    """Findings at or over the threshold, in the form that is scored."""
    return [
        [Found(hit.start, hit.end, hit.entity) for hit in hits if hit.score >= threshold]
        for hits in tagger.find(texts, entities)
    ]


def judged(tagger: NameTagger, data: list[Judged], threshold: float) -> dict[str, Any]:
    """Scores by set: of each kind that it annotates, and rows with an alarm where it holds no name."""
    results: dict[str, Any] = {}
    for one in data:
        texts = [row.text for row in one.rows]
        # Asked for addresses, the tagger gives them the towns behind them; alone, towns are places.
        got = [
            [*names, *streets]
            for names, streets in zip(
                found(tagger, texts, threshold, ALL - {"STREET_ADDRESS"}),
                found(tagger, texts, threshold, ALL & {"STREET_ADDRESS"}),
                strict=True,
            )
        ]
        scores = []
        for kind in one.kinds:
            entity = ENTITIES[kind]
            wanted = [
                [Found(start, end, ENTITIES[name]) for start, end, name in row.spans] for row in one.rows
            ]
            scores.append(
                score([counts(*each, entity) for each in zip(texts, wanted, got, strict=True)], entity)
            )
        alarms = sum(any(hit.entity == "PERSON" for hit in hits) for hits in got)
        results[one.name] = {"rows": len(texts), "scores": scores, "rows with PERSON": alarms}
    return results


def slices(tagger: NameTagger, threshold: float) -> dict[str, dict[str, Any]]:
    """Persons found by slice, and sentences with an alarm where there is none: by the whole scan, which takes
    an e-mail address out whole.
    """
    from curate.pii.detect.detector import Detector

    detector = Detector(ScanParams(entities=("PERSON", "EMAIL_ADDRESS"), thresholds={"PERSON": threshold}))
    detector.tagger = tagger
    table: dict[str, dict[str, Any]] = {}
    for name, block in NAMED.items():
        rows = read(block)
        got = [[Found(hit.start, hit.end, "PERSON") for hit in detector.find(text)] for text, _ in rows]
        total = np.array(
            [counts(text, wanted, hits, "PERSON") for (text, wanted), hits in zip(rows, got, strict=True)]
        ).sum(axis=0)
        table[name] = {
            "persons": int(total[0]),
            "found": int(total[1]),
            "findings": int(total[2]),
            "right": int(total[3]),
        }
    for name, block in NAMELESS.items():
        rows = read(block)
        got = found(tagger, [text for text, _ in rows], threshold)
        table[name] = {
            "sentences": len(rows),
            "alarms": sum(any(hit.entity == "PERSON" for hit in hits) for hits in got),
        }
    return table


def traits(tagger: NameTagger, data: list[Judged], threshold: float) -> dict[str, dict[str, int]]:
    """Persons and persons found by letter case, place, words and culture, over all sets that hold names."""
    rows = [row for one in data if one.name != "restaurant8k lower" for row in one.rows if row.spans]
    return by_trait(zip(rows, found(tagger, [row.text for row in rows], threshold), strict=True))


def reliability(tagger: NameTagger, data: list[Judged]) -> list[dict[str, Any]]:
    """Of the person findings with each score, how many there are and the share that is right."""
    seen: dict[float, list[bool]] = {}
    for one in data:
        for row, spans in zip(one.rows, tagger.tagger.spans([row.text for row in one.rows]), strict=True):
            for span in spans:
                if span.kind == 1:
                    seen.setdefault(tagger.score("PER", span.margin), []).append(right(span, row))
    return [
        {
            "score": value,
            "findings": len(truths),
            "right": sum(truths) / len(truths),
            "interval": wilson(sum(truths), len(truths)),
        }
        for value, truths in sorted(seen.items())
    ]


def _long_rows(rows: Iterable[str], count: int) -> list[str]:
    """Rows of about 300 characters, made of short ones in their order."""
    texts, text = [], ""
    for row in rows:
        text = f"{text} {row}".strip()
        if len(text) >= 280:
            texts.append(text[:320])
            text = ""
            if len(texts) == count:
                break
    return texts


def speed(path: Path, folder: Path, rows: int = 2_500) -> dict[str, Any]:
    """Rows of about 300 characters a second of CPU, in text of the public sets and in made-up text where
    nearly every name is new.

    Cold: the first rows of a new process, loading aside. Later: other rows of the same kind. Warm: rows whose
    words were all met before. Quick: those, by the products that a tagger takes once it has read many texts.
    """
    from recipes.name_tagger.generate import generate

    public = [
        row.text
        for one in sets(folder, "test")
        if one.name not in ("restaurant8k lower", "evi, no name")
        for row in one.rows
    ]
    random.Random(0).shuffle(public)
    results: dict[str, Any] = {}
    for name, short in (
        ("public sets", public),
        ("names all new", (row.text for row in generate(16 * rows, seed=99))),
    ):
        texts = _long_rows(short, rows)
        half = len(texts) // 2
        fold.cache_clear()
        times = [time.process_time()]
        tagger = read_model(path)
        for part in ([], texts[:half], texts[half:], texts[half:], [], texts[half:]):
            if len(times) == 5:
                tagger.tagger.quicken()
            tagger.find(part, frozenset({"PERSON"}))
            times.append(time.process_time())
        took = np.diff(times)
        results[name] = {
            "rows": len(texts),
            "characters a row": round(sum(map(len, texts)) / len(texts)),
            "seconds to load": round(took[0], 3),
            "rows/s cold": round(half / took[1]),
            "rows/s later": round((len(texts) - half) / took[2]),
            "rows/s warm": round((len(texts) - half) / took[3]),
            "seconds to be quick": round(took[4], 3),
            "rows/s quick": round((len(texts) - half) / took[5]),
        }
    return results


def side_by_side(models: list[Path], data: list[Judged], threshold: float) -> Iterator[str]:
    """Recall, precision and F2 of PERSON on each set by each model, or rows with an alarm in a thousand where
    there is none.
    """
    results = {path.stem: judged(read_model(path), data, threshold) for path in models}
    yield "| set | model | recall | precision | F2 |"
    yield "|---|---|---|---|---|"
    for one in data:
        for model, result in results.items():
            person, rows, alarms = (
                result[one.name]["scores"][0],
                result[one.name]["rows"],
                result[one.name]["rows with PERSON"],
            )
            if person.values:
                yield f"| {one.name} | {model} | {_rates(person)} |"
            else:
                yield f"| {one.name} | {model} | - | {1000 * alarms / rows:.1f} alarms in 1,000 rows | - |"


def _rate(hits: int, total: int) -> str:
    low, high = wilson(hits, total) or (0.0, 0.0)
    return f"{hits / total:.3f} [{low:.3f}, {high:.3f}]" if total else "-"


def _rates(one: Score) -> str:
    """Recall, precision and F2 as cells, each with its interval."""
    spread = f" [{one.f2_interval[0]:.3f}, {one.f2_interval[1]:.3f}]" if one.f2_interval else ""
    return f"{_rate(one.found, one.values)} | {_rate(one.right, one.findings)} | {one.f2 or 0:.3f}{spread}"


def markdown(results: dict[str, Any]) -> Iterator[str]:
    """The tables."""
    yield "| set | entity | values | recall | precision | F2 |"
    yield "|---|---|---:|---|---|---|"
    for name, one in results["sets"].items():
        for each in one["scores"]:
            if each.values:
                yield f"| {name} | {each.entity} | {each.values:,} | {_rates(each)} |"
    yield "\n| no names in it | rows | rows with an alarm | in a thousand |"
    yield "|---|---:|---:|---:|"
    for name, one in results["sets"].items():
        if not any(each.values for each in one["scores"]):
            yield (
                f"| {name} | {one['rows']:,} | {one['rows with PERSON']:,} | "
                f"{1000 * one['rows with PERSON'] / one['rows']:.1f} |"
            )
    yield "\n| slice | persons | found | findings right |"
    yield "|---|---:|---:|---:|"
    for name, one in results["slices"].items():
        if "persons" in one:
            yield f"| {name} | {one['persons']} | {one['found']} | {one['right']} of {one['findings']} |"
    yield "\n| persons | | found |"
    yield "|---|---:|---|"
    for name, one in results["traits"].items():
        yield f"| {name} | {one['persons']:,} | {_rate(one['found'], one['persons'])} |"
    yield "\n| slice without persons | sentences | with an alarm |"
    yield "|---|---:|---:|"
    for name, one in results["slices"].items():
        if "sentences" in one:
            yield f"| {name} | {one['sentences']} | {one['alarms']} |"
    yield "\n| score | findings | right |"
    yield "|---:|---:|---|"
    for one in results["reliability"]:
        yield (
            f"| {one['score']:.2f} | {one['findings']:,} | {one['right']:.2f} "
            f"[{one['interval'][0]:.2f}, {one['interval'][1]:.2f}] |"
        )


def plot(points: list[dict[str, Any]], width: int = 420) -> str:
    """The reliability plot as SVG: score against the share that is right, with intervals; the diagonal is
    perfect.
    """
    pad, side = 48, width - 64
    x = lambda value: pad + value * side
    y = lambda value: 16 + (1 - value) * side
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" font-family="sans-serif" '
        f'font-size="12" role="img" '
        'aria-label="Share of findings that are right, by score">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
        f'<path d="M{x(0)} {y(1)}V{y(0)}H{x(1)}" stroke="#333" fill="none"/>',
    ]
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<text x="{x(tick):.0f}" y="{y(0) + 18:.0f}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{pad - 8}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>')
    for one in points:
        low, high = one["interval"]
        parts.append(f'<path d="M{x(one["score"]):.1f} {y(low):.1f}V{y(high):.1f}" stroke="#1b6ca8"/>')
        size = 2 + min(5.0, one["findings"] ** 0.5 / 6)
        parts.append(
            f'<circle cx="{x(one["score"]):.1f}" cy="{y(one["right"]):.1f}" r="{size:.1f}" fill="#1b6ca8"/>'
        )
    parts.append(f'<text x="{x(0.5):.0f}" y="{y(0) + 38:.0f}" text-anchor="middle">score</text>')
    parts.append(
        f'<text transform="translate(13 {y(0.5):.0f}) rotate(-90)" text-anchor="middle">share '
        f"right</text></svg>"
    )
    return "\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets"
    )
    parser.add_argument("--model", type=Path, nargs="+", default=[MODEL], help="the artefacts to judge")
    parser.add_argument("--half", choices=("tune", "test"), default="test")
    parser.add_argument("--threshold", type=float, default=ScanParams().threshold)
    parser.add_argument("--speed", action="store_true", help="rows a second alone")
    parser.add_argument("-o", "--output", type=Path, help="write OUTPUT.md, OUTPUT.json and OUTPUT.svg")
    given = parser.parse_args()
    if given.speed:
        print(json.dumps(speed(given.model[0], given.data), indent=1))
        return
    data = sets(given.data, given.half)
    if len(given.model) > 1:
        print("\n".join(side_by_side(given.model, data, given.threshold)))
        return
    tagger = read_model(given.model[0])
    results: dict[str, Any] = {
        "size": given.model[0].stat().st_size,
        "threshold": given.threshold,
        "half": given.half,
        "sets": judged(tagger, data, given.threshold),
        "slices": slices(tagger, given.threshold),
        "traits": traits(tagger, data, given.threshold),
        "reliability": reliability(tagger, data),
    }
    table = "\n".join(markdown(results)) + "\n"
    print(table)
    if given.output:
        given.output.with_suffix(".md").write_text(table, encoding="utf-8")
        given.output.with_suffix(".svg").write_text(plot(results["reliability"]), encoding="utf-8")
        plain = json.dumps(
            results, indent=1, default=lambda one: asdict(one) if isinstance(one, Score) else str(one)
        )
        given.output.with_suffix(".json").write_text(plain + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
