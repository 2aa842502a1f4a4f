"""Build the sample task: fill the hand-written tickets and plant flaws whose whereabouts are known.

`python -m sample.build` reads `sample/tickets/*.txt` and writes `data/raw/tickets.csv` and, beside
the code, `sample/truth.json`. The truth holds offsets and ids only, never a value: raw personal
data stays under `data/raw`. Standard library alone, one seeded generator: the same bytes on every machine,
whatever PYTHONHASHSEED. Linear in the number of tickets; well under a second.

The phrasings are all by hand. Code only fills slots, copies, slightly edits, mislabels and breaks
rows, each of them recorded.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sample.copies import Piece, Row, exact_copy, jaccard, near_copy
from sample.values import ENTITIES, HARD_NEGATIVES, Persona, persona, value

SEED = 2026
HERE = Path(__file__).resolve().parent
COLUMNS = ["ticket_id", "text", "queue", "received", "channel", "customer"]
SLOT = re.compile(r"\{(" + "|".join([*ENTITIES, *HARD_NEGATIVES]) + r")\}")

# Shares of the hand-written tickets: what re-sent messages and tired labellers leave in real desks' exports.
EXACT_SHARE, NEAR_SHARE, WRONG_SHARE = 0.05, 0.05, 0.04
CONFLICTING_PAIRS = 8
#: The queues that an honest labeller would confuse each queue with.
CONFUSED = {
    "account": ["technical", "privacy", "billing"],
    "billing": ["returns", "delivery", "technical"],
    "delivery": ["billing", "orders", "returns"],
    "orders": ["returns", "delivery", "product"],
    "privacy": ["account"],
    "product": ["returns", "technical", "orders"],
    "returns": ["billing", "product", "orders"],
    "technical": ["account", "product", "billing"],
}


def read_tickets(folder: Path = HERE / "tickets") -> list[tuple[str, str]]:
    """Give the hand-written tickets as (queue, text with slots), queues in alphabetical order."""
    return [
        (path.stem, text.strip("\n"))
        for path in sorted(folder.glob("*.txt"))
        for text in path.read_text(encoding="utf-8").rstrip("\n").split("\n--\n")
    ]


def fill(template: str, writer: Persona, rng: random.Random) -> tuple[Piece, ...]:
    """Put a value into every slot; a slot that comes twice in a ticket names somebody else the second
    time.
    """
    pieces: list[Piece] = []
    seen: set[str] = set()
    for place, part in enumerate(SLOT.split(template)):
        if place % 2:
            pieces.append((value(part, writer, part in seen, rng), part))
            seen.add(part)
        elif part:
            pieces.append((part, None))
    return tuple(pieces)


def tickets(rng: random.Random) -> list[Row]:
    """Fill every hand-written ticket and give it a customer (some write often), a date and a channel."""
    written = read_tickets()
    people = [persona(rng) for _ in range(460)]
    rows = []
    for queue, template in written:
        who = rng.randrange(40) if rng.random() < 0.2 else rng.randrange(len(people))
        channel = rng.choices(
            ["email", "form", "chat"], [5, 3, 2] if "\n" in template or len(template) > 250 else [3, 3, 4]
        )[0]
        day = date(2026, 1, 2) + timedelta(days=rng.randrange(178))
        rows.append(Row(fill(template, people[who], rng), queue, day, channel, who, queue))
    return rows


def plant(rows: list[Row], rng: random.Random) -> list[Row]:
    """Add exact and near-duplicates and spoil some labels; no ticket is touched twice, so each truth stands
    alone.
    """
    n_exact, n_near, n_wrong = (round(len(rows) * share) for share in (EXACT_SHARE, NEAR_SHARE, WRONG_SHARE))
    order = rng.sample(range(len(rows)), len(rows))
    near = [i for i in order if len(rows[i].text) >= 70][:n_near]
    taken = set(near)
    rest = [i for i in order if i not in taken]
    out = list(rows)
    for i in rest[:n_exact]:
        change, copy = exact_copy(rows[i], rng)
        out.append(
            replace(
                copy,
                copy=f"exact:{change}",
                origin=i,
                received=copy.received + timedelta(days=rng.randrange(3)),
            )
        )
    for k, i in enumerate(near):
        queue = rng.choice(CONFUSED[rows[i].queue]) if k < CONFLICTING_PAIRS else rows[i].queue
        copy = near_copy(rows[i], rng)
        out.append(
            replace(
                copy,
                copy="near",
                origin=i,
                queue=queue,
                received=copy.received + timedelta(days=rng.randrange(1, 9)),
            )
        )
    for i in rest[n_exact : n_exact + n_wrong]:
        out[i] = replace(rows[i], queue=rng.choice(CONFUSED[rows[i].queue]))
    return out


def malformed(ticket_id: Callable[[], str]) -> list[tuple[str, str, bytes]]:
    """Give the broken rows as (kind, ticket id, the bytes of the row), each broken in one way."""

    def row(text: str, queue: str) -> tuple[str, bytes]:
        key = ticket_id()
        return key, record([key, text, queue, "2026-04-13", "form", "C1999"])

    mojibake = "It’s the café table, £80 – the “small” one. Does it fold?".encode().decode(
        "cp1252", "replace"
    )
    broken = [
        ("empty_text", *row("", "orders")),
        ("whitespace_text", *row(" \t  \n ", "delivery")),
        (
            "missing_queue",
            *row("Does the bathroom shelf come ready assembled, or is there a weekend in it for me?", ""),
        ),
        (
            "missing_queue",
            *row("Nobody has answered my question of last Friday about the lampshade rings.", ""),
        ),
        ("unknown_queue", *row("I'd like a breakdown of the finance charge, month by month.", "billling")),
        ("unknown_queue", *row("Test ticket raised by the night shift, kindly ignore.", "N/A")),
        ("short_text", *row("???", "technical")),
        ("mojibake", *row(mojibake, "product")),
        (
            "control_characters",
            *row("My b\x07asket sh\x1b[31mows a red li\x00ne over ever\x08ything\x7f", "technical"),
        ),
    ]
    # A Latin-1 hand in a UTF-8 file; a comma that nobody quoted; a row cut short: how such rows really arise.
    for kind, rest, encoding in (
        (
            "invalid_utf8",
            "Crème brûlée dishes: are they £12 each or for the set?,product,2026-02-20,chat,C1733",
            "latin-1",
        ),
        (
            "too_many_fields",
            "Two plates, one bowl, all blue please, if there are any left,orders,2026-03-02,email,C1408",
            "utf-8",
        ),
        ("too_few_fields", "The export stopped in the middle of this one and so the rest of it is", "utf-8"),
    ):
        key = ticket_id()
        broken.append((kind, key, f"{key},{rest}\r\n".encode(encoding)))
    return broken


def record(fields: list[str]) -> bytes:
    """Give one row of the export as RFC 4180 wants it."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(fields)
    return buffer.getvalue().encode()


def spans(row: Row, slots: dict[str, str], label: str) -> list[dict[str, Any]]:
    """Give where the values of these slots lie in the row's text, in characters."""
    found, at = [], 0
    for text, slot in row.pieces:
        if slot in slots:
            found.append({label: slots[slot], "start": at, "end": at + len(text)})
        at += len(text)
    return found


def build(seed: int = SEED) -> tuple[bytes, dict[str, Any]]:
    """Give the export's bytes and the truth about it."""
    rng = random.Random(seed)
    rows = plant(tickets(rng), rng)
    ids = [f"T-{n:06d}" for n in range(1, len(rows) + 13)]
    places = rng.sample(range(len(ids)), len(ids))
    id_of = {i: ids[place] for i, place in enumerate(places[: len(rows)])}
    spare = iter([ids[place] for place in places[len(rows) :]])
    broken = malformed(lambda: next(spare))

    truth: dict[str, Any] = {"seed": seed, "counts": {}}
    for section in ("entities", "hard_negatives", "exact_duplicates", "near_duplicates", "wrong_labels"):
        truth[section] = {}
    truth["malformed"] = []
    lines: dict[str, bytes] = {}
    for i, row in enumerate(rows):
        key = id_of[i]
        fields = [key, row.text, row.queue, row.received.isoformat(), row.channel, f"C{1000 + row.customer}"]
        lines[key] = record(fields)
        if found := spans(row, ENTITIES, "entity"):
            truth["entities"][key] = found
        if found := spans(row, HARD_NEGATIVES, "kind"):
            truth["hard_negatives"][key] = found
        if row.copy is None:
            if row.queue != row.true_queue:
                truth["wrong_labels"][key] = {"queue": row.queue, "true_queue": row.true_queue}
        elif row.copy == "near":
            of = rows[row.origin or 0]
            truth["near_duplicates"][key] = {
                "of": id_of[row.origin or 0], "jaccard": round(jaccard(row.text, of.text), 4),
                "conflict": row.queue != row.true_queue, "true_queue": row.true_queue,
            }  # fmt: skip
        else:
            truth["exact_duplicates"][key] = {"of": id_of[row.origin or 0], "change": row.copy.split(":")[1]}
    kinds = {key: kind for kind, key, _ in broken}
    lines.update({key: data for _, key, data in broken})

    out = record(COLUMNS)
    for number, key in enumerate(ids, start=1):
        if key in kinds:
            # `line` counts physical lines from 1, header included, as an editor does; `record` counts rows
            # after the header.
            truth["malformed"].append(
                {"ticket_id": key, "kind": kinds[key], "line": out.count(b"\n") + 1, "record": number}
            )
        out += lines[key]
    for section in ("entities", "hard_negatives", "exact_duplicates", "near_duplicates", "wrong_labels"):
        truth[section] = dict(sorted(truth[section].items()))
    truth["counts"] = counts(truth, len(ids), sum(row.copy is None for row in rows))
    return out, truth


def counts(truth: dict[str, Any], rows: int, written: int) -> dict[str, Any]:
    """Give how many of each thing were planted."""
    entities = Counter(span["entity"] for found in truth["entities"].values() for span in found)
    kinds = Counter(span["kind"] for found in truth["hard_negatives"].values() for span in found)
    return {
        "rows": rows,
        "hand_written": written,
        "tickets_with_personal_data": len(truth["entities"]),
        "entities": dict(sorted(entities.items())),
        "hard_negatives": dict(sorted(kinds.items())),
        "exact_duplicates": len(truth["exact_duplicates"]),
        "near_duplicates": len(truth["near_duplicates"]),
        "conflicting_near_duplicates": sum(pair["conflict"] for pair in truth["near_duplicates"].values()),
        "wrong_labels": len(truth["wrong_labels"]),
        "malformed": dict(sorted(Counter(row["kind"] for row in truth["malformed"]).items())),
    }


def main() -> None:
    """Write the export and the truth under a folder (the repository's root by default) and say what was
    planted.
    """
    parser = argparse.ArgumentParser(
        prog="python -m sample.build", description="Build data/raw/tickets.csv and sample/truth.json."
    )
    parser.add_argument(
        "--out", type=Path, default=HERE.parent, help="folder to write under (default: the repository's root)"
    )
    root: Path = parser.parse_args().out
    data, truth = build()
    for path, content in (
        (root / "data" / "raw" / "tickets.csv", data),
        (root / "sample" / "truth.json", (json.dumps(truth, indent=1) + "\n").encode()),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        print(f"{path}  {len(content):,} bytes")
    for name, planted in truth["counts"].items():
        parts = ", ".join(f"{key} {n}" for key, n in planted.items()) if isinstance(planted, dict) else ""
        print(
            f"{name:>28}  {sum(planted.values()) if parts else planted}" + (f"  ({parts})" if parts else "")
        )


if __name__ == "__main__":
    main()
