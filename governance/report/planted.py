"""Found versus planted: how well each stage did on data whose faults are known.

The truth file says, by row id, what a generator planted; this compares it with what the stages recorded. For
data without such a file there is nothing to compare, and the report leaves the section out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from curate.documents import load_parquet
from curate.project import Project
from governance.report.truth import read_truth

NEAR = "near-duplicates"
# What is planted as two rows that stand in one cluster: section of the truth, what it is called, and the name
# of the other row.
TWINS = (
    ("exact_duplicates", "exact duplicates", "of"),
    ("near_duplicates", NEAR, "of"),
    ("leaks", "held-out rows among those to learn from", "of"),
    ("contradictions", "one text with two answers", "with"),
)


@dataclass(frozen=True)
class Score:
    """One kind of planted thing: how many there are, how many a stage found, and how many it took for one
    wrongly.

    `wrongly` is None where a false alarm has no meaning; `note` says what a reader should know of the row.
    """

    what: str
    planted: int
    found: int
    wrongly: int | None = None
    note: str = ""

    @property
    def missed(self) -> int:
        """Planted and not found."""
        return self.planted - self.found


def compare(project: Project, truth_path: Path) -> list[Score]:
    """Scores of every kind of planted thing, in pipeline order.

    Raises
    ------
    AssayError
        If the truth file is missing or is not of the expected form.
    """
    truth = read_truth(truth_path)
    stage = project.stage
    findings = load_parquet(stage("scan") / "findings.parquet").filter(pl.col("field") == "input")
    clusters = load_parquet(stage("dedup") / "clusters.parquet", columns=["example_id", "cluster"])
    drops = pl.concat([load_parquet(stage(name) / "drops.parquet") for name in ("ingest", "validate")])
    suspects = project.reports / "evaluation" / "label_suspects.parquet"
    flagged = load_parquet(suspects).filter("flagged") if suspects.exists() else None
    return [
        *bad_rows(truth["malformed"], drops),
        *personal_data(truth["entities"], truth["hard_negatives"], findings),
        *duplicates(truth, clusters),
        *(
            [wrong_labels(truth, flagged, clusters, drops, stage("dedup") / "drops.parquet")]
            if flagged is not None
            else []
        ),
    ]


def bad_rows(malformed: list[dict[str, Any]], drops: pl.DataFrame) -> list[Score]:
    """Malformed rows in the ledger: by id, or where the row lost its id, by the reason of an unreadable
    row.
    """
    ids = set(drops["example_id"])
    unreadable = Counter(drops.filter(pl.col("reason") == "unreadable")["evidence"])
    caught = 0
    for row in malformed:
        if row["ticket_id"] in ids:
            caught += 1
        elif unreadable[row["kind"]]:
            unreadable[row["kind"]] -= 1
            caught += 1
    named = {row["ticket_id"] for row in malformed}
    others = sum(not name.startswith("unreadable-") for name in ids - named) + sum(unreadable.values())
    return [Score("malformed rows", len(malformed), caught, others, "in the drop ledger with a reason")]


def personal_data(
    entities: dict[str, list[dict[str, Any]]],
    negatives: dict[str, list[dict[str, Any]]],
    findings: pl.DataFrame,
) -> list[Score]:
    """Planted spans that a finding of the same entity overlaps, per entity; and look-alikes that any finding
    touches.
    """
    by_row: dict[str, list[tuple[int, int, str]]] = {}
    for row, start, end, entity in findings.select("example_id", "start", "end", "entity").iter_rows():
        by_row.setdefault(row, []).append((start, end, entity))
    planted: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    matched: set[tuple[str, int]] = set()
    for row, spans in entities.items():
        for span in spans:
            planted[span["entity"]] += 1
            hits = [hit for hit in by_row.get(row, []) if hit[0] < span["end"] and span["start"] < hit[1]]
            matched |= {(row, hit[0]) for hit in hits}
            counts[span["entity"]] += any(hit[2] == span["entity"] for hit in hits)
    alarms = Counter(hit[2] for row, hits in by_row.items() for hit in hits if (row, hit[0]) not in matched)
    looked_for = set(findings["entity"])
    scores = [
        Score(
            name,
            count,
            counts[name],
            alarms.pop(name, 0),
            "" if name in looked_for else "nothing found; is it looked for? (params.scan)",
        )
        for name, count in sorted(planted.items(), key=lambda item: (-item[1], item[0]))
    ]
    scores += [Score(name, 0, 0, count, "none planted") for name, count in sorted(alarms.items())]
    kinds: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for row, spans in negatives.items():
        for span in spans:
            kinds[span["kind"]] += 1
            taken[span["kind"]] += any(
                hit[0] < span["end"] and span["start"] < hit[1] for hit in by_row.get(row, [])
            )
    look_alikes = sum(kinds.values())
    detail = ", ".join(
        f"{kind.lower()} {taken[kind]} of {count}" for kind, count in sorted(kinds.items()) if taken[kind]
    )
    if not look_alikes:
        return scores
    return [
        *scores,
        Score(
            "look-alikes left alone",
            look_alikes,
            look_alikes - sum(taken.values()),
            None,
            f"taken for personal data: {detail}"
            if detail
            else "order, invoice, tracking, stock and serial numbers",
        ),
    ]


def duplicates(truth: dict[str, Any], clusters: pl.DataFrame) -> list[Score]:
    """Planted pairs whose two rows stand in one cluster; clusters that hold no planted pair count as
    wrong.
    """
    cluster = dict(clusters.iter_rows())

    def together(a: str, b: str) -> bool:
        return a in cluster and cluster[a] == cluster.get(b)

    scores: list[tuple[str, int, int]] = []
    explained: set[str] = set()
    for kind, name, twin in TWINS:
        if kind not in truth:
            continue
        pairs = [(row, entry[twin]) for row, entry in truth[kind].items()]
        explained |= {cluster[a] for a, b in pairs if together(a, b)}
        scores.append((name, len(pairs), sum(together(a, b) for a, b in pairs)))
    sizes = clusters.group_by("cluster").len().filter(pl.col("len") > 1)
    strangers = sum(name not in explained for name in sizes["cluster"])
    return [
        Score(
            name,
            planted,
            found,
            strangers if name == NEAR else None,
            "clusters of no planted pair count as wrong" if name == NEAR else "",
        )
        for name, planted, found in scores
    ]


def wrong_labels(
    truth: dict[str, Any],
    flagged: pl.DataFrame,
    clusters: pl.DataFrame,
    drops: pl.DataFrame,
    dedup_drops: Path,
) -> Score:
    """Planted wrong labels (of tickets and of conflicting near-duplicates) that were flagged or stopped as a
    conflict.
    """
    wrong = set(truth["wrong_labels"]) | {
        row for row, entry in truth["near_duplicates"].items() if entry["conflict"]
    }
    gone = load_parquet(dedup_drops)
    conflicting = set(gone.filter(pl.col("reason") == "label_conflict")["example_id"])
    elsewhere = (set(gone["example_id"]) | set(drops["example_id"])) - conflicting
    judged = wrong - elsewhere
    caught = set(flagged["example_id"]) | conflicting
    return Score(
        "wrong labels",
        len(judged),
        len(judged & caught),
        len(set(flagged["example_id"]) - wrong),
        "flagged for review, or stopped as a conflict inside a cluster",
    )
