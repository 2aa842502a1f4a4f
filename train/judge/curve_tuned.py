"""Fine-tuned systems on the learning curve: trained anew on growing shares of the training rows, by the fits
of `train.jobs`, and judged on held-out rows as every system is.

The point at all rows is the system itself, with each of its seeds. Cost: see
`train.trial_params.CurveParams`; a language model answers `written_rows` held-out rows for each point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from train.judge.answering import answers_to, evenly
from train.kinds import Scoring
from train.systems import load_system

if TYPE_CHECKING:
    from train.jobs import Fit, Job


def tuned_points(job: Job, held_out: pl.DataFrame, scoring: Scoring) -> list[pl.DataFrame]:
    """Tables of points, one a fine-tuned system: `system, fraction, rows, seed` and each metric of the kind.

    Parameters
    ----------
    job
        Whose fits are done.
    held_out
        Published rows.
    """
    from train.jobs import Fit, planned

    params = job.ctx.params
    assert params.curve is not None
    fits = planned(params, job.train.height)
    tables = []
    for name in params.curve.tuned:
        whole = [Fit(name, more) for more in range(params.seeds)] if 1.0 in params.curve.fractions else []
        shares = [fit for fit in fits if fit.name == name and fit.share < 1]
        tables.append(pl.DataFrame([_point(job, fit, held_out, scoring) for fit in shares + whole]))
    return [table for table in tables if table.height]


def _point(job: Job, fit: Fit, held_out: pl.DataFrame, scoring: Scoring) -> dict[str, object]:
    assert job.ctx.params.curve is not None
    system = load_system(job.home / fit.folder)
    rows = held_out.sort("example_id")
    if "base" in system.card():
        rows = evenly(rows, job.ctx.params.curve.written_rows)
    return {
        "system": fit.name,
        "fraction": fit.share,
        "rows": job.rows(fit).height,
        "seed": fit.more,
        **scoring.figures(scoring.matrix(rows, answers_to(system, rows, "held-out"))),
    }
