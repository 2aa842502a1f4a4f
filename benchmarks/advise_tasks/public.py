"""Public sets as the tasks that they are, and wrongly posed as questions whose answer is not in the input; the
root sample and the example tasks of this repository, which other hands wrote.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks.advise_tasks.task import Task, Verdict, table
from curate.params import read_yaml
from curate.read import read_table

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
_ROWS = 400


def public() -> Iterator[Task]:
    """Tasks of the public sets that are there."""
    if (DATA / "banking77").exists():
        yield from _banking()
    if (DATA / "sroie").exists():
        yield from _receipts()
    if (DATA / "wnut17").exists():
        yield from _tweets()
    if (DATA / "evi").exists():
        yield _identities()
    if (DATA / "bitext").exists():
        yield from _support()


def _banking() -> Iterator[Task]:
    splits = [
        pl.read_csv(DATA / "banking77" / f"{name}.csv").with_columns(held_out=pl.lit(name == "test"))
        for name in ("train", "test")
    ]
    rows = pl.concat(splits).rename({"text": "input", "category": "output"})
    why = "77 intents told by what customers write"
    yield Task("banking77", "classification", "behaviour", "fine-tune", why, rows, "", "accuracy", 0.9)
    some = rows.sample(_ROWS, seed=1)["output"].to_list()
    asked = [(f"Which intent does message {7000 + 13 * at} have?", label) for at, label in enumerate(some)]
    yield _posed("banking77", "classification", table(asked), "accuracy")


def _receipts() -> Iterator[Task]:
    lines = (DATA / "sroie" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    receipts = [json.loads(line) for line in lines]
    pairs = [(one["text"], json.dumps(one["fields"])) for one in receipts]
    rows = table(pairs, held_out=[at % 4 == 0 for at in range(len(pairs))])
    why = "four values read off a receipt"
    yield Task("sroie", "extraction", "behaviour", "fine-tune", why, rows, "", "field_f1", 0.9)
    asked = [
        (
            f"What is the total on receipt {one['id'][-3:]}, and whose is it?",
            json.dumps({name: one["fields"][name] for name in ("company", "total") if name in one["fields"]}),
        )
        for one in receipts
    ]
    yield _posed("sroie", "extraction", table(asked), "field_f1")


def _tweets() -> Iterator[Task]:
    texts = (DATA / "wnut17" / "train.conll").read_text(encoding="utf-8")
    tweets = []
    for text in re.split(r"\n\s*\n", texts):
        pairs = [line.split("\t") for line in text.splitlines() if "\t" in line]
        entities: list[tuple[str, str]] = []
        for word, tag in pairs:
            if tag.startswith("B-"):
                entities.append((tag[2:], word))
            elif tag.startswith("I-") and entities:
                entities[-1] = (entities[-1][0], f"{entities[-1][1]} {word}")
        if entities:
            tweets.append((" ".join(word for word, _ in pairs), entities))
    tweets = random.Random(2).sample(tweets, _ROWS)
    read = [(text, json.dumps(dict(found))) for text, found in tweets]
    rows = table(read, held_out=[at % 4 == 0 for at in range(len(read))])
    why = "names read off a tweet"
    yield Task("wnut17", "extraction", "behaviour", "fine-tune", why, rows, "", "field_f1", 0.6)
    asked = [
        (f"Which {found[0][0]} did post {3000 + at} mention?", found[0][1])
        for at, (_, found) in enumerate(tweets)
    ]
    yield _posed("wnut17", "rewriting", table(asked), "chrf")


def _identities() -> Task:
    records = pl.read_csv(DATA / "evi" / "records.en.csv").unique("name", maintain_order=True).head(_ROWS)
    asked = [
        (f"What is the {('postcode', 'email')[at % 2]} of {one['name']}?", one[("postcode", "email")[at % 2]])
        for at, one in enumerate(records.to_dicts())
    ]
    return _posed("evi", "rewriting", table(asked), "chrf")


def _support() -> Iterator[Task]:
    rows = read_table(DATA / "bitext" / "customer_support.csv")
    labelled = (
        rows.select(input="instruction", output="intent")
        .with_row_index("at")
        .with_columns(held_out=pl.col("at") % 4 == 0)
    )
    why = "27 intents told by what customers write; but the set is templates, so held-out rows are seen"
    yield Task(
        "bitext intents",
        "classification",
        "behaviour",
        "fix the data first",
        why,
        labelled.drop("at"),
        "templates",
        "accuracy",
        0.9,
    )
    replies = (
        rows.select(input="instruction", output="response")
        .sample(_ROWS, seed=3)
        .with_row_index("at")
        .with_columns(held_out=pl.col("at") % 4 == 0)
    )
    why = "a manner of answering; facts are placeholders"
    yield Task(
        "bitext replies", "rewriting", "behaviour", "fine-tune", why, replies.drop("at"), "", "chrf", 0.4
    )


def _posed(name: str, kind: str, rows: pl.DataFrame, metric: str) -> Task:
    held = rows.with_columns(held_out=pl.int_range(pl.len()) % 4 == 0)
    why = "posed as a question to which the input does not hold the answer"
    verdict: Verdict = "retrieval"
    return Task(f"{name}, posed as knowledge", kind, "facts", verdict, why, held, "", metric, 0.9)


# What each was written for: a behaviour that its house rules describe.
_OURS: dict[str, Verdict] = {
    ".": "fine-tune",
    "examples/hr-routing": "fine-tune",
    "examples/intake-extraction": "fine-tune",
    "examples/house-style": "fine-tune",
    "examples/case-summary": "fine-tune",
    "examples/tone-preference": "fine-tune",
}


def ours() -> Iterator[Task]:
    """The root sample and the examples, as their raw files have them."""
    for folder, verdict in _OURS.items():
        root = ROOT / folder
        card, params = read_yaml(root / "task.yaml"), read_yaml(root / "params.yaml")["ingest"]
        columns = params["columns"]
        parts = [read_table(root / params["path"])]
        if card.get("held_out"):
            parts.append(read_table(root / card["held_out"]["path"]))
        wanted = {
            name: columns[name] for name in ("input", "output", "collected_at", "group") if name in columns
        }
        rows = pl.concat(
            [
                part.select(
                    pl.col(column).cast(pl.String).alias(name) for name, column in wanted.items()
                ).with_columns(held_out=pl.lit(at == 1))
                for at, part in enumerate(parts)
            ]
        )
        if len(parts) == 1:
            rows = rows.drop("held_out")
        metric = card["metric"]
        yield Task(
            card["name"], card["kind"], "behaviour", verdict, "written for it", rows, "", metric["name"],
            metric["target"], card={"output_schema": card.get("output_schema")},
        )  # fmt: skip
