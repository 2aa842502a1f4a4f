"""Filters of datatrove and NeMo Curator (Gopher, C4, FineWeb) beside the quality rules, on the same rows.

    python -m venv /tmp/datatrove && /tmp/datatrove/bin/pip install 'datatrove[io,processing]' spacy
    python -m venv /tmp/nemo && /tmp/nemo/bin/pip install nemo-curator
    python -m benchmarks.quality_peers --datatrove /tmp/datatrove/bin/python \\
        --nemo-curator /tmp/nemo/bin/python --data ../shared/data

The rows are the written answers of `benchmarks/quality_accuracy.py`'s goes. A filter is set beside the fault
that it speaks of, alone and at its own threshold: those for web pages also drop whatever is short, which an
answer may be, so what each filter drops as it comes is counted apart, among rows that have no fault at all.
Our rules were written on one half of the sample and corrected after the other; the peers have seen none.
With `--data ../shared/data` every check is also asked of Bitext's responses of 50 words or more, which are
long enough for all of them and sound: each text flagged there is a false alarm, or nearly always one.
Not here: filters that download a model (language, fastText quality), and word lists.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from benchmarks.quality_accuracy import GOES, Row, flagged, labelled, share

# Each body reads texts and gives, for each check, whether it flags each text; `drops` are whole filters.
FRAME = """
import json, logging, sys
texts = json.load(sys.stdin)
out = sys.stdout
sys.stdout = sys.stderr
{body}
json.dump({{name: [bool(check(text)) for text in texts] for name, check in checks.items()}}, out)
"""
DATATROVE = """
from datatrove.data import Document
from datatrove.pipeline.filters import (
    C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter)
from datatrove.pipeline.formatters import FTFYFormatter
def why(filter, text):
    result = filter.filter(Document(text=text, id="0"))
    return None if result is True else result[1]
def last(text):
    return text.strip().splitlines()[-1] if text.strip() else ""
nothing = dict.fromkeys(("min_doc_words", "max_doc_words", "min_avg_word_length", "max_avg_word_length",
    "max_symbol_word_ratio", "max_bullet_lines_ratio", "max_ellipsis_lines_ratio",
    "max_non_alpha_words_ratio", "min_stop_words"))
gopher = lambda **some: GopherQualityFilter(**{**nothing, **some})
open_c4 = dict(min_num_sentences=1, min_words_per_line=-1, max_word_length=-1, filter_lorem_ipsum=False,
    filter_javascript=False, filter_curly_bracket=False, filter_policy=False, filter_no_terminal_punct=False)
c4 = lambda **some: C4QualityFilter(**{**open_c4, **some})
unended, policy = c4(filter_no_terminal_punct=True), c4(
    filter_policy=True, filter_javascript=True, filter_lorem_ipsum=True)
fineweb, repetition, ftfy = FineWebQualityFilter(), GopherRepetitionFilter(), FTFYFormatter()
def policy_line(text):  # it takes lines out: any line gone
    return any(why(policy, line) for line in text.splitlines() if line.strip())
few_ends = FineWebQualityFilter(short_line_thr=1.0, char_duplicates_ratio=9e9, new_line_ratio=9e9)
same_lines = FineWebQualityFilter(line_punct_thr=-1, short_line_thr=1.0, new_line_ratio=9e9)
ellipsis, words = gopher(max_ellipsis_lines_ratio=0.3), gopher(
    min_avg_word_length=3, max_avg_word_length=10, max_non_alpha_words_ratio=0.8)
stop_words = gopher(min_stop_words=2)
guarded = lambda filter: lambda text: bool(text.strip()) and why(filter, text)
checks = {
    "repeated_ngrams: Gopher repetition": guarded(repetition),
    "repeated_ngrams: FineWeb same lines": guarded(same_lines),
    "truncated: C4 line without an end mark, the last": lambda text: why(unended, last(text)),
    "truncated: FineWeb lines with end marks": guarded(few_ends),
    "truncated: Gopher lines ending in dots": guarded(ellipsis),
    "boilerplate: C4 policy, script, lorem ipsum": policy_line,
    "mojibake: ftfy changes it": lambda text: ftfy.format(text) != text,
    "keyboard_mash: Gopher word length and letters": guarded(words),
    "keyboard_mash: Gopher stop words": guarded(stop_words),
    "drops: Gopher quality": guarded(GopherQualityFilter()),
    "drops: Gopher repetition": guarded(repetition),
    "drops: C4": guarded(C4QualityFilter()),
    "drops: FineWeb": guarded(fineweb),
}
"""
NEMO_CURATOR = """
from nemo_curator.stages.text.filters.heuristic import (
    BoilerPlateStringFilter, EllipsisFilter, MeanWordLengthFilter, PunctuationFilter, WordCountFilter,
    WordsWithoutAlphabetsFilter)
from nemo_curator.stages.text.filters.heuristic.repetition import (
    RepeatedLinesByCharFilter, RepeatedLinesFilter, RepeatedParagraphsByCharFilter, RepeatedParagraphsFilter,
    RepeatingDuplicateNGramsFilter, RepeatingTopNGramsFilter)
from nemo_curator.stages.text.modifiers.unicode import UnicodeReformatter
drops = lambda *filters: lambda text: bool(text.strip()) and any(
    not one.keep_document(one.score_document(text)) for one in filters)
tops = {2: 0.2, 3: 0.18, 4: 0.16}
again = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1}
repeats = [RepeatedLinesFilter(), RepeatedLinesByCharFilter(), RepeatedParagraphsFilter(),
    RepeatedParagraphsByCharFilter(), *(RepeatingTopNGramsFilter(n, most) for n, most in tops.items()),
    *(RepeatingDuplicateNGramsFilter(n, most) for n, most in again.items())]
unicode = UnicodeReformatter()
checks = {
    "repeated_ngrams: repetition filters": drops(*repeats),
    "truncated: sentences without an end mark": drops(PunctuationFilter()),
    "truncated: lines ending in dots": drops(EllipsisFilter()),
    "boilerplate: boilerplate strings": drops(BoilerPlateStringFilter()),
    "mojibake: UnicodeReformatter changes it": lambda text: unicode.modify_document(text) != text,
    "keyboard_mash: word length and letters": drops(MeanWordLengthFilter(), WordsWithoutAlphabetsFilter()),
    "drops: word count": drops(WordCountFilter()),
}
"""
PEERS = {"datatrove": DATATROVE, "nemo_curator": NEMO_CURATOR}
FAULTS = ("repeated_ngrams", "truncated", "boilerplate", "mojibake", "keyboard_mash")
# Faults of the input as well as of the answer: there a filter is asked of both.
OF_BOTH = ("mojibake", "keyboard_mash")
# Gopher's least number of words: shorter texts its authors drop before anything else.
LONG = 50
NOT_WRITTEN = ("classification", "extraction")


def checks_of(python: str, body: str, texts: list[str]) -> dict[str, list[bool]]:
    """What a peer says of each text, by check."""
    done = subprocess.run(
        [python, "-c", FRAME.format(body=body)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    given: dict[str, list[bool]] = json.loads(done.stdout)
    return given


def line(name: str, fault: str, rows: list[Row], flags: Iterable[bool]) -> str:
    """Precision and recall of one fault, rows that may say either left out."""
    pairs = [
        (fault in row.get("r", "").split(), flag)
        for row, flag in zip(rows, flags, strict=True)
        if fault not in row.get("x", "").split()
    ]
    right, wrong = pairs.count((True, True)), pairs.count((False, True))
    missed = pairs.count((True, False))
    return (
        f"  {name:62} {right + missed:3} rows  precision {share(right, right + wrong):18}"
        f"  recall {share(right, right + missed)}"
    )


def sound_rows(data: Path) -> list[Row]:
    """Bitext's responses of `LONG` words or more, each once, with what was asked."""
    table = pl.read_csv(data / "bitext/customer_support.csv", infer_schema=False)
    # To a filter that splits at line feeds each empty line is otherwise the same "\r".
    table = table.with_columns(pl.col("response").str.replace_all("\r\n", "\n", literal=True))
    long = table.filter(pl.col("response").str.count_matches(r"\S+") >= LONG)
    each = long.unique("response", keep="first", maintain_order=True)
    return [{"i": asked, "o": given} for asked, given in each.select("instruction", "response").iter_rows()]


def main() -> None:
    """Print a table for each fault, then what is dropped of sound rows."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for peer in PEERS:
        parser.add_argument(f"--{peer.replace('_', '-')}", metavar="PYTHON")
    parser.add_argument("--data", type=Path, help="the folder of the public sets")
    given = vars(parser.parse_args())
    goes = [
        (row, faults) for go in GOES for row, faults in zip(labelled(go), flagged(labelled(go)), strict=True)
    ]
    written = [(row, faults) for row, faults in goes if row.get("k", "") not in NOT_WRITTEN]
    rows = [row for row, _ in written]
    sound = sound_rows(given["data"]) if given["data"] else []
    said: dict[str, dict[str, list[bool]]] = {}
    for peer, body in PEERS.items():
        if not given[peer]:
            print(f"{peer}: no interpreter was named, and left out")
            continue
        texts = [row["o"] for row in rows] + [row["i"] for row in rows] + [row["o"] for row in sound]
        try:
            said[peer] = checks_of(given[peer], body, texts)
        except RuntimeError as error:
            print(f"{peer} cannot run: {error}", file=sys.stderr)
    count = len(rows)
    print(f"{count} written answers")
    for fault in FAULTS:
        print(fault)
        print(line("assay", fault, rows, [fault in faults for _, faults in written]))
        for name, flags in _named(said, fault):
            answers, inputs = flags[:count], flags[count : 2 * count]
            either = [a or i for a, i in zip(answers, inputs, strict=True)]
            print(line(name, fault, rows, either if fault in OF_BOTH else answers))
    faultless = [at for at, row in enumerate(rows) if not row.get("r") and not row.get("x")]
    print(f"flagged of {len(faultless)} answers without any fault, and of {len(sound)} responses of Bitext")
    ours = flagged(sound)
    for fault in FAULTS:
        few = sum(fault in written[at][1] for at in faultless)
        print(f"  {f'assay: {fault}':62} {few:4} {sum(fault in faults for faults in ours):5}")
    few = sum(bool(written[at][1]) for at in faultless)
    print(f"  {'assay: any of all its rules, warnings too':62} {few:4} {sum(map(bool, ours)):5}")
    for fault in (*FAULTS, "drops"):
        for name, flags in _named(said, fault):
            print(f"  {name:62} {sum(flags[at] for at in faultless):4} {sum(flags[2 * count :]):5}")


def _named(said: dict[str, dict[str, list[bool]]], fault: str) -> Iterator[tuple[str, list[bool]]]:
    """The peers' checks for a fault, each with a name to print."""
    for peer, checks in said.items():
        for check, flags in checks.items():
            of, _, name = check.partition(": ")
            if of == fault:
                yield f"{peer}: {name}", flags


if __name__ == "__main__":
    main()
