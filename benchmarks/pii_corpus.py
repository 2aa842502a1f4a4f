"""Write the corpus of personal data and hard negatives as JSON lines.

    python -m benchmarks.pii_corpus corpus.jsonl                # the test half: 4,050 positives, 12,000 hard negatives
    python -m benchmarks.pii_corpus tuning.jsonl --half tuning
    python -m benchmarks.pii_corpus other.jsonl --seed 7 --per-kind 500

Halves share no template and no value (`tests/benchmarks/test_pii_corpus.py`). The same half, seed and sizes
give the same bytes. All values are made up.
"""  # noqa: E501

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

from benchmarks.pii.corpus import corpus


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=Path)
    parser.add_argument("--half", choices=("tuning", "test"), default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--per-kind", type=int, default=150)
    parser.add_argument("--negatives", type=int, default=12_000)
    given = parser.parse_args()
    rows = corpus(given.half, given.per_kind, given.negatives, given.seed)
    with given.output.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            spans = [{"start": span.start, "end": span.end, "entity": span.entity} for span in row.spans]
            file.write(
                json.dumps(
                    {"text": row.text, "kind": row.kind, "spans": spans, "digit_run": row.run},
                    ensure_ascii=False,
                )
                + "\n"
            )
    for kind, count in Counter(row.kind for row in rows).items():
        print(f"{count:6,} {kind}")


if __name__ == "__main__":
    main()
