"""What other tools' defaults say of the years in which nothing moves (`benchmarks/monitor.py`).

    python -m benchmarks.monitor_peers [--years 100]

Years with an alarm, in the same four worlds and the same years as `benchmarks.monitor nulls`, over the
columns label, length, and the three strongest directions of the words:

- **Evidently** (0.7.23 where the figures were taken): the default test that its registry picks for each
  column (up to 1,000 reference rows: Kolmogorov & Smirnov for numbers, chi-square for categories, p below
  0.05), an alarm where one column drifted, and where half of them did, which is the preset's `drift_share`.
  The first week of each world is run through its `DataDriftPreset` too, and must say the same. Its test of
  raw text (a classifier with a bootstrap, ten CPU seconds a look) is left out;
- **river's ADWIN** (0.26.1; default delta 0.002) over a number's stream, reference first, row by row: of the
  length alone, and of any of the four numbers;
- **scipy**: Kolmogorov & Smirnov of each number at 5 %, nothing corrected.

Evidently and river are not dependencies of this project: install them in an environment of their own, with
polars, and put this checkout on PYTHONPATH. A peer that is not installed is left out, and said.
"""

from __future__ import annotations

import argparse
import importlib.util
import warnings
from typing import Any

import numpy as np

from benchmarks.monitor import Null, world, year_of
from train.drift.columns import word_matrix, word_vectors
from train.stats.intervals import exact_share

NUMBERS = ("length", "words 1", "words 2", "words 3")
KINDS = ("iid", "grouped", "duplicates", "seasonal")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--years", type=int, default=100)
    years = parser.parse_args().years
    warnings.simplefilter("ignore")
    for peer in ("river", "evidently"):
        if importlib.util.find_spec(peer) is None:
            print(f"{peer} is not installed here, and left out")
    rows = world()
    names = rows["label"].to_numpy()
    labels = np.unique(names, return_inverse=True)[1]
    counts, _ = word_matrix(rows["text"].to_list())
    values = np.column_stack([rows["text"].str.len_chars().to_numpy(), word_vectors(counts, 24)[:, :3]])
    for kind in KINDS:
        found: dict[str, int] = {}
        for year in range(years):
            weeks = list(year_of(Null(kind, labels, np.random.default_rng([2026, year]))))
            old = weeks[0][0][0]
            batches = [new[0] for _, new in weeks]
            for rule, alarm in {
                **_scipy(values, old, batches),
                **_adwin(values, old, batches),
                **_evidently(names, values, old, batches, check=year == 0),
            }.items():
                found[rule] = found.get(rule, 0) + alarm
        print(f"{kind}: {years} years")
        for rule, alarms in found.items():
            share = exact_share(alarms, years, 0.95)
            print(f"  {share.point:6.1%} ({share.low:.1%} to {share.high:.1%})  {rule}", flush=True)


def _scipy(values: np.ndarray, old: np.ndarray, batches: list[np.ndarray]) -> dict[str, bool]:
    from scipy.stats import ks_2samp

    alarm = any(
        ks_2samp(values[old, at], values[new, at]).pvalue <= 0.05
        for new in batches
        for at in range(len(NUMBERS))
    )
    return {"scipy's KS of four numbers, 5 % each": alarm}


def _adwin(values: np.ndarray, old: np.ndarray, batches: list[np.ndarray]) -> dict[str, bool]:
    if importlib.util.find_spec("river") is None:
        return {}
    from river.drift import ADWIN

    alarms = []
    for at in range(len(NUMBERS)):
        detector, alarm = ADWIN(), False
        for number in values[old, at]:
            detector.update(float(number))
        for new in batches:
            for number in values[new, at]:
                detector.update(float(number))
                alarm = alarm or bool(detector.drift_detected)
        alarms.append(alarm)
    return {"river's ADWIN of the length": alarms[0], "river's ADWIN, any of four numbers": any(alarms)}


def _evidently(
    names: np.ndarray, values: np.ndarray, old: np.ndarray, batches: list[np.ndarray], *, check: bool
) -> dict[str, bool]:
    if importlib.util.find_spec("evidently") is None:
        return {}
    import pandas as pd
    from evidently.legacy.calculations.stattests import get_stattest
    from evidently.legacy.core import ColumnType

    def frame(at: np.ndarray) -> Any:
        columns = {name: values[at, place] for place, name in enumerate(NUMBERS)}
        return pd.DataFrame({"label": names[at], **columns})

    reference = frame(old)
    shares = []
    for number, new in enumerate(batches):
        batch = frame(new)
        drifted = []
        for name in ("label", *NUMBERS):
            kind = ColumnType.Categorical if name == "label" else ColumnType.Numerical
            test = get_stattest(reference[name], batch[name], kind, None)
            drifted.append(bool(test(reference[name], batch[name], kind, None).drifted))
        shares.append(float(np.mean(drifted)))
        if check and not number:
            assert abs(_preset(reference, batch) - shares[0]) < 1e-9
    return {
        "Evidently, one column drifted": max(shares) > 0,
        "Evidently, half of the columns (drift_share 0.5)": max(shares) >= 0.5,
    }


def _preset(reference: Any, batch: Any) -> float:
    """The share of drifted columns as `DataDriftPreset` says it."""
    import json

    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    definition = DataDefinition(categorical_columns=["label"], numerical_columns=list(NUMBERS))
    sides = [Dataset.from_pandas(side, definition) for side in (batch, reference)]
    metrics = json.loads(Report([DataDriftPreset()]).run(*sides).json())["metrics"]
    (share,) = [one["value"]["share"] for one in metrics if "DriftedColumnsCount" in one["metric_name"]]
    return float(share)


if __name__ == "__main__":
    main()
