"""Can this test set resolve the target? Power, before anybody trains.

Two questions. Could a system that is always right show that it meets the target? With n independent rows the
95 % lower bound of a perfect score is 0.05^(1/n) (the exact binomial bound): where that lies below the target
no result can show it. And what gain over the simplest way could be found with a power of 0.8, if the better
system meets the target (`train.stats.power`)? There the share of rows on which two systems differ is not
known before training: their gain, and half of the rest of the better one's errors, are taken for it.

Scores that are not shares of right answers (macro-F1, chrF) spread less than such a share of the same mean,
so this asks for rather more rows than they need.
"""

from __future__ import annotations

import math
from importlib.util import find_spec

from train.advise.case import Case, Signal
from train.advise.seen import test_rows
from train.stats.power import ALPHA, EXACT, POWER, rows_needed, smallest_difference


def resolve(case: Case, simple: float | None) -> Signal:
    """What the held-out rows could show.

    Parameters
    ----------
    simple
        What the simplest way scores; None: not known.
    """
    rows, known = test_rows(case)
    goal = case.goal
    perfect = ALPHA ** (1 / rows) if rows else 0.0
    wanted = math.ceil(math.log(ALPHA) / math.log(goal)) if 0 < goal < 1 else None
    figures = {
        "held_out": rows,
        "split_known": known,
        "bound_of_perfect": round(perfect, 4),
        "rows_needed": wanted,
        "resolves": perfect >= goal or goal >= 1,
    }
    where = f"{rows:,} independent held-out rows" + ("" if known else " (three in ten; no split is known)")
    if figures["resolves"]:
        half = 1.96 * math.sqrt(goal * (1 - goal) / max(rows, 1))
        said = f"on {where} a score of {goal:.2f} is known to within {half:.2f}"
        figures["half_width"] = round(half, 4)
    else:
        said = (
            f"on {where} even a perfect score shows no more than {perfect:.2f}, below {goal:.2f}: "
            f"{wanted:,} rows would do"
        )
    if simple is not None and simple < goal:
        gain = goal - simple
        apart = gain + 0.5 * 2 * (1 - goal) * min(simple, 1 - simple)
        smallest = _smallest(rows, apart)
        figures |= {"gain_wanted": round(gain, 4), "smallest_gain": round(smallest, 4)}
        said += f"; a gain of {smallest:.2f} over a simple way would be found ({gain:.2f} is wanted)"
    return Signal("resolve", said, figures)


def _smallest(rows: int, apart: float) -> float:
    if rows < EXACT and find_spec("scipy") is None:  # the core has no scipy: counts are taken to be normal
        found = next((step / 100 for step in range(1, 100) if rows_needed(step / 100, apart) <= rows), 1.0)
        return found
    return smallest_difference(rows, apart, power=POWER)
