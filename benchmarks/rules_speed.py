"""CPU that each quality rule takes for 100,000 answers, and the whole pass beside the rules of before.

    python -m benchmarks.rules_speed                               # made-up support answers of 600 characters
    python -m benchmarks.rules_speed --data ../shared/data         # Bitext's support answers instead
    python -m benchmarks.rules_speed --against ../before           # another checkout's pass beside this one's
    python -m benchmarks.rules_speed --at-most 1.3                 # exit code 1 where the ratio is higher

One polars thread. Each rule is run alone over all rows and the best of `--rounds` counts; the pass is
`broken_rules` with all rules that look at rewriting, and `answer_language`. The ratio is of the pass with the
rules of instruction data (`NEW`) to the same code without them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

# Rules for instruction data; the ratio is of the pass with and without them.
NEW = (
    "cut_short",
    "prompt_in_answer",
    "code_missing",
    "json_broken",
    "wrong_arithmetic",
    "repeated_ngrams",
    "refusal",
    "boilerplate",
    "encoding_damage",
    "keyboard_mash",
    "impossible_date",
    "unit_slip",
)
_LENGTH = 600
_LABELLED = Path(__file__).parents[1] / "tests/curate/validate/labelled/quality.jsonl"


def made_up(rows: int) -> pl.DataFrame:
    """Prompts of the labelled sample, and support texts of some 600 characters for answers."""
    from benchmarks.pii.support import support_rows

    prompts = [json.loads(line)["i"] for line in _LABELLED.read_text(encoding="utf-8").splitlines()]
    texts = support_rows(max(rows // 2, 1_000), 0.0, 0)
    answers = []
    at = 0
    for number in range(rows):
        answer = ""
        while len(answer) < _LENGTH:
            at += 1
            answer = f"{answer} {texts[(at * 7919 + number) % len(texts)]}".lstrip()
        answers.append(answer)
    return pl.DataFrame({"input": [prompts[at % len(prompts)] for at in range(rows)], "output": answers})


def bitext(data: Path, rows: int) -> pl.DataFrame:
    """Bitext's instructions and responses, as often as it takes."""
    frame = pl.read_csv(data / "bitext" / "customer_support.csv", infer_schema=False).select(
        pl.col("instruction").alias("input"), pl.col("response").alias("output")
    )
    return pl.concat([frame] * (rows // frame.height + 1)).head(rows)


def examples(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows as Examples in English."""
    from curate.examples import EXAMPLES, conform

    return conform(
        frame.select(
            pl.int_range(pl.len()).cast(pl.String).str.zfill(8).alias("example_id"),
            pl.lit(False).alias("held_out"),
            pl.lit("desk").alias("source"),
            "input",
            "output",
            pl.lit("en").alias("language"),
        ),
        EXAMPLES,
    )


def seconds(call: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the best of some calls."""
    times = []
    for _ in range(rounds):
        before = time.process_time()
        call()
        times.append(time.process_time() - before)
    return min(times)


def measure(frame: pl.DataFrame, rounds: int, each: bool) -> dict[str, float]:
    """CPU seconds of the pass, of the pass without `NEW`, and with `each` of each rule."""
    from curate.task import Kind
    from curate.validate.rule import broken_rules
    from curate.validate.rules import RULES

    rows = examples(frame)
    written = [rule for rule in RULES.values() if rule.fields(Kind.REWRITING)]
    base = [rule for rule in written if rule.code not in NEW]
    broken_rules(rows.head(200), Kind.REWRITING, written)  # words and patterns are loaded once
    taken = {
        rule.code: seconds(lambda: broken_rules(rows, Kind.REWRITING, [rule]), rounds)  # noqa: B023
        for rule in (written if each else ())
    }
    taken["(base rules)"] = seconds(lambda: broken_rules(rows, Kind.REWRITING, base), rounds)
    taken["(all rules)"] = seconds(lambda: broken_rules(rows, Kind.REWRITING, written), rounds)
    return taken


def _elsewhere(texts: Path, checkout: Path, rounds: int) -> dict[str, float]:
    """`measure` in a fresh process that imports `checkout`."""
    done = subprocess.run(
        [sys.executable, "-P", str(Path(__file__).resolve()), "--texts", str(texts), "--rounds", str(rounds)],
        check=True,
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "POLARS_MAX_THREADS": "1"},
        stdout=subprocess.PIPE,
    )
    return dict(json.loads(done.stdout))


def main() -> int:
    """Print the table; with `--texts` the seconds alone, in JSON (how `--against` calls another checkout)."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, help="a folder with bitext/customer_support.csv")
    parser.add_argument("--against", type=Path, help="another checkout")
    parser.add_argument("--at-most", type=float, help="the highest ratio allowed")
    parser.add_argument("--texts", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.texts:
        print(json.dumps(measure(pl.read_parquet(given.texts), given.rounds, each=False)))
        return 0
    frame = bitext(given.data, given.rows) if given.data else made_up(given.rows)
    scale = 100_000 / frame.height
    taken = {code: spent * scale for code, spent in measure(frame, given.rounds, each=True).items()}
    whole, base = taken["(all rules)"], taken["(base rules)"]
    print(f"{frame.height:,} rows, answers of {frame['output'].str.len_chars().mean():.0f} characters")
    print("| rule | CPU s per 100,000 answers |\n|---|---:|")
    for code, spent in sorted(taken.items(), key=lambda pair: -pair[1]):
        print(f"| {code}{' (new)' if code in NEW else ''} | {spent:.2f} |")
    print(f"ratio of the whole to the base rules: {whole / base:.2f}")
    if given.against:
        with tempfile.TemporaryDirectory() as scratch:
            texts = Path(scratch) / "texts.parquet"
            frame.write_parquet(texts)
            other = _elsewhere(texts, given.against.resolve(), given.rounds)["(all rules)"] * scale
            here = _elsewhere(texts, Path(__file__).resolve().parents[1], given.rounds)["(all rules)"] * scale
        print(f"the other checkout's pass: {other:.2f}; this one's {here:.2f}: {here / other:.2f} times")
    return int(given.at_most is not None and whole / base > given.at_most)


if __name__ == "__main__":
    sys.exit(main())
