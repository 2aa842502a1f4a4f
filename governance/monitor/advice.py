"""What to do after a look, by stated rules; the first that holds decides, and all that hold are said.

| code | holds if | do |
|---|---|---|
| `retrain` | measured: answers are right less often than on gold's held-out rows | label, then retrain |
| `label_topics` | something moved, and live topics that gold lacks were found | label rows of each |
| `label_to_measure` | something moved, and no labels came; or the estimate is below target | label a sample |
| `wait` | nothing moved | take the next look |

Rows to label: `OF_TOPIC` of each topic, for a classifier needs some dozens of a kind (the learning curve of
the evaluation says how many here); to measure the share of right answers to within `WITHIN`, the sample size
of a share, 1.96^2 p (1 - p) / WITHIN^2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from governance.monitor.moved import Topic
from train.drift.estimate import Estimate
from train.drift.look import Tested

Code = Literal["wait", "label_topics", "label_to_measure", "retrain"]
OF_TOPIC = 30
WITHIN = 0.05


@dataclass(frozen=True)
class Advice:
    """What to do, why, and how many rows to label."""

    code: Code
    do: str
    why: tuple[str, ...]
    label: int = 0


def advise(
    tested: Sequence[Tested],
    topics: Sequence[Topic],
    estimated: Estimate | None,
    measured: bool,
    worse: bool,
    target: float | None,
    shown: str,
) -> Advice:
    """The advice.

    Parameters
    ----------
    measured, worse
        Whether labels came, and show a smaller share of right answers than gold's held-out rows have.
    target
        Of the task card, where its metric is a share of right answers.
    shown
        What the rows could have shown, in words.
    """
    moved = [column.name for column in tested if column.moved]
    why: list[str] = []
    failing = worse and "right" in moved
    if failing:
        why.append("measured: answers are right less often than on gold's held-out rows")
    if moved and topics:
        named = "; ".join(f"{topic.name} ({topic.share:.0%} of rows)" for topic in topics)
        why.append(f"topics that gold has little of: {named}")
    below = estimated is not None and target is not None and estimated.share.high < target
    if below and estimated is not None:
        why.append(
            f"the estimated share of right answers is {estimated.share.point:.0%}, "
            f"below the target of {target:.0%}"
        )
    if moved and not topics:
        why.append("no topic of its own stands out: the mix, the form or the answers changed")
    to_measure = rows_to_measure(estimated.share.point if estimated else 0.8)
    if failing:
        count = OF_TOPIC * max(1, len(topics))
        return Advice(
            "retrain", f"label {count} rows, add them to the raw files, then dvc repro", tuple(why), count
        )
    if moved and topics:
        count = sum(min(OF_TOPIC, len(topic.rows)) for topic in topics)
        return Advice(
            "label_topics",
            f"label {count} rows of these topics (assay monitor ... --candidates FILE, then assay triage "
            "--refusals FILE), name the answers among ingest.files, then dvc repro",
            tuple(why),
            count,
        )
    if (moved and not measured) or below:
        return Advice(
            "label_to_measure",
            f"label {to_measure} live rows drawn at random and look again with --labels: only that tells "
            "whether answers suffer",
            tuple(why),
            to_measure,
        )
    if moved:
        return Advice(
            "wait",
            "answers are measured and hold: note the change, and look again as planned",
            tuple(why),
        )
    return Advice("wait", "nothing to do until the next look", (shown,))


def rows_to_measure(share: float) -> int:
    """Rows to label for an interval of `WITHIN` on either side."""
    spread = min(max(share, 0.05), 0.95)
    return math.ceil(1.96**2 * spread * (1 - spread) / WITHIN**2)


def fewest_rows(live: int, reference: int, level: float, columns: int) -> int:
    """The fewest live units that must share something which the reference lacks, before a test by exchange
    could be an alarm: chance would put them all on the live side too often if they were fewer.

    It is what must be there, not what is enough: the chance of `x` units all falling among `live` of all is
    the smallest p-value that they can have, and it must pass Holm's first step.

    Examples
    --------
    >>> fewest_rows(100, 400, 0.001, 10)
    6
    """
    chance, found = 1.0, 0
    while chance > level / columns and found < live:
        chance *= (live - found) / (live + reference - found)
        found += 1
    return found


def power_words(live: int, reference: int, level: float, columns: int) -> str:
    """What these rows could have shown at all."""
    fewest = fewest_rows(live, reference, level, columns)
    return (
        f"a word that gold lacks must stand in {fewest} of these {live} independent "
        f"rows ({fewest / live:.0%}) at least to be shown at this look"
    )
