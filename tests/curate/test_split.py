"""A row never changes side as data grows, and the shares are exact when they are frozen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.examples import EXAMPLES, conform
from curate.files import write_parquet
from curate.keys import Key
from curate.params import parse
from curate.project import Project
from curate.split import SplitLock, SplitParams, run, split
from curate.split.lock import freeze, read_lock
from curate.split.stage import fractions
from curate.stage import StageResult, check_conservation
from curate.task import Kind

KEY = Key(b"k" * 32, "file")


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    wide = [
        {"example_id": f"r{i:04d}", "input": "x", "output": "a", "held_out": False, "group": None} | row
        for i, row in enumerate(rows)
    ]
    return conform(
        pl.DataFrame(
            wide, infer_schema_length=None, schema_overrides={"group": pl.String, "held_out": pl.Boolean}
        ),
        EXAMPLES,
    )


def sides(result: StageResult) -> dict[str, str]:
    return dict(result.tables["assignments"].iter_rows())


@pytest.mark.parametrize(
    ("kind", "strata", "by"),
    [
        (Kind.CLASSIFICATION, {"groups", "label: a", "label: b"}, "label"),
        (Kind.SUMMARY, {"groups", "rows: en / s"}, "language and source"),
    ],
)
def test_a_release_draws_the_split_of_the_one_before(kind: Kind, strata: set[str], by: str) -> None:
    """Written down once: whoever changes how a row is drawn splits every project again."""
    rows = [
        {"output": "ab"[at % 2], "group": [None, None, "g", "h", ""][at % 5], "language": "en", "source": "s"}
        for at in range(20)
    ]
    result, lock = split(table(rows), kind, SplitParams(), KEY)
    drawn_sides = "".join(
        {"train": "-", "validation": "v", "test": "t"}[side] for side in sides(result).values()
    )
    assert drawn_sides == "v-v--v-v-tt-v----v--"
    assert set(lock.strata) == strata and result.report["stratified_by"] == by
    assert lock.frozen_test.digest == "49a9936ca94aa557a229c2dc"
    assert lock.strata["groups"].test == 0.06015477275953651
    drawn = fractions(pl.Series(["row\x1fr0000", "group\x1fg"]), 3, KEY)
    assert drawn.tolist() == [0.9950778660638926, 0.8173418117307532]


rows_drawn = st.lists(
    st.fixed_dictionaries(
        {
            "output": st.sampled_from("abc"),
            "group": st.sampled_from([None, None, "g", "h", "i", ""]),
            "language": st.sampled_from(["en", None]),
        }
    ),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=100)
@given(rows_drawn, st.data(), st.sampled_from([Kind.CLASSIFICATION, Kind.SUMMARY]))
def test_growth_never_moves_a_row(drawn: list[dict[str, Any]], data: st.DataObject, kind: Kind) -> None:
    grown = table(drawn)
    first = grown.filter(
        pl.Series(data.draw(st.lists(st.booleans(), min_size=grown.height, max_size=grown.height)))
    )
    before, lock = split(first, kind, SplitParams(), KEY)
    after, later = split(grown, kind, SplitParams(), KEY, lock)
    assert sides(before).items() <= sides(after).items()
    assert lock.strata.items() <= later.strata.items() and lock.frozen_test == later.frozen_test
    again, same = split(grown.sample(fraction=1, shuffle=True, seed=1), kind, SplitParams(), KEY, later)
    assert same == later and sides(again) == sides(after) and again.report == after.report
    grouped = grown.filter(pl.col("group") != "").join(after.tables["assignments"], on="example_id")
    assert (
        grouped.group_by("group").agg(pl.col("split").n_unique())["split"].to_list()
        == [1] * grouped["group"].n_unique()
    )
    check_conservation(after, grown["example_id"])


@settings(deadline=None, max_examples=150)
@given(
    # Even numbers: between two draws that are neighbours in binary64 there is no place for a threshold.
    st.lists(st.integers(0, 2**52 - 1).map(lambda half: 2 * half), unique=True, max_size=80),
    st.sampled_from([0.0, 0.1, 0.2, 0.5]),
    st.sampled_from([0.0, 0.1, 0.3]),
)
def test_shares_are_exact_at_the_freeze(drawn: list[int], test: float, validation: float) -> None:
    fractions = np.array(drawn, np.float64) * 2.0**-53
    limits = freeze(fractions, test, validation)
    tested, held = (int((fractions < limit).sum()) for limit in (limits.test, limits.validation))
    wanted = int(len(drawn) * test + 0.5 + 1e-9)
    if test and len(drawn) >= 5:
        wanted = max(wanted, 1)
    assert tested == wanted
    assert held == max(wanted, int(len(drawn) * (test + validation) + 0.5 + 1e-9))


def test_each_label_has_its_share() -> None:
    result, _ = split(
        table([{"output": "ab"[i % 10 == 0]} for i in range(200)]), Kind.CLASSIFICATION, SplitParams(), KEY
    )
    assert result.report["strata"] == {
        "label: a": {"test": 36, "train": 126, "validation": 18},
        "label: b": {"test": 4, "train": 14, "validation": 2},
    }
    assert result.report["rows"] == {"train": 140, "validation": 20, "test": 40}


def test_a_group_stays_together_when_its_labels_change() -> None:
    rows = [{"group": f"g{i // 3}", "output": "ab"[i % 2]} for i in range(60)]
    before, lock = split(table(rows), Kind.CLASSIFICATION, SplitParams(), KEY)
    after, _ = split(
        table([row | {"output": "b"} for row in rows]), Kind.CLASSIFICATION, SplitParams(), KEY, lock
    )
    assert sides(before) == sides(after) and before.report["rows"]["test"] == 12


def test_an_external_held_out_file_is_the_whole_test_set() -> None:
    rows = [{"group": None if i % 4 else f"g{i}"} for i in range(80)] + [
        {"held_out": True, "group": "g4"},
        {"held_out": True},
    ]
    result, lock = split(table(rows), Kind.CLASSIFICATION, SplitParams(), KEY)
    assert [name for name, side in sides(result).items() if side == "test"] == ["r0080", "r0081"]
    assert result.dropped.select("example_id", "reason").rows() == [("r0004", "group_leak")]
    # 0.1 / (0.7 + 0.1) of 60 rows (7.5 rounds up) and of the 19 groups that are left
    assert result.report["rows"] == {"train": 79 - 8 - 2, "validation": 8 + 2, "test": 2}
    assert lock.external_held_out and lock.frozen_test.rows == 2
    check_conservation(result, table(rows)["example_id"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"params": SplitParams(seed=1)}, "params.split.seed"),
        ({"params": SplitParams(train=0.6, validation=0.2)}, "shares in params.split"),
        ({"key": Key(b"z" * 32, "file")}, "secret key"),
        ({"rows": [{"held_out": True}] * 3}, "held-out file"),
    ],
)
def test_a_change_that_would_move_rows_is_refused(change: dict[str, Any], words: str) -> None:
    rows = [{"output": "a"}] * 20
    _, lock = split(table(rows), Kind.CLASSIFICATION, SplitParams(), KEY)
    with pytest.raises(AssayError, match=words) as caught:
        split(
            table(rows + change.get("rows", [])),
            Kind.CLASSIFICATION,
            change.get("params", SplitParams()),
            change.get("key", KEY),
            lock,
        )
    assert "assay split --refreeze" in caught.value.fix


@pytest.mark.parametrize("bad", [{"train": 0.9}, {"train": 0}, {"test": -0.1}, {"seed": "x"}, {"fold": 1}])
def test_bad_params_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(AssayError, match=r"params.split"):
        parse(SplitParams, bad, "params.split")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    (tmp_path / "task.yaml").write_text(
        "name: t\nkind: classification\nbehaviour: b\nmetric: {name: accuracy, target: 0.9}\n"
    )
    (tmp_path / "params.yaml").write_text("split: {seed: 3}\n")
    monkeypatch.setenv("ASSAY_KEY", "0123456789abcdef" * 4)
    # Whether the stages before belong to these rows is the business of tests/curate/test_provenance.py.
    monkeypatch.setattr("curate.split.stage.begin", lambda *_: {})
    folder = tmp_path / "data" / "validate"
    folder.mkdir(parents=True)
    rows = table([{"output": "ab"[i % 2]} for i in range(50)])
    write_parquet(rows, folder / "examples.parquet")
    (tmp_path / "data" / "dedup").mkdir()
    alone = rows.select("example_id", cluster="example_id")
    write_parquet(alone, tmp_path / "data" / "dedup" / "clusters.parquet")
    return Project(tmp_path)


def test_a_second_run_leaves_lock_and_outputs_as_they_are(project: Project) -> None:
    report = run(project)
    files = [project.root / "split.lock", *sorted(project.stage("split").iterdir())]
    before = [file.read_bytes() for file in files]
    assert run(project) == report
    assert [file.read_bytes() for file in files] == before
    lock = json.loads(before[0])
    assert lock["shares"] == {"train": 0.7, "validation": 0.1, "test": 0.2} and set(lock["strata"]) == {
        "label: a",
        "label: b",
    }
    assert report["held_out_digest"] == lock["frozen_test"]["digest"]


@pytest.mark.parametrize(
    ("fractions", "test", "threshold"),
    [
        ([0.05, 0.15, 0.35, 0.45, 0.95], 0.2, (0.05 + 0.15) / 2),  # the share would take two: midway
        ([0.05, 0.25, 0.35, 0.45, 0.95], 0.2, 0.2),  # the share itself parts them rightly
        ([0.3, 0.4, 0.5, 0.6, 0.7], 0.01, 0.35),  # five units: one is tested however small the share
        ([0.3, 0.4, 0.5, 0.6], 0.01, 0.01),  # four need not have one
        ([0.3, 0.4, 0.5, 0.6, 0.7], 0.0, 0.0),  # nothing asked for, nothing tested
        ([0.005, 0.4, 0.5, 0.6], 0.01, 0.0025),  # none may be tested, and the share would take one
    ],
)
def test_a_threshold_is_the_share_where_that_serves(
    fractions: list[float], test: float, threshold: float
) -> None:
    assert freeze(np.array(fractions), test, 0.2).test == pytest.approx(threshold)


def test_refreeze_starts_a_new_split(project: Project) -> None:
    run(project)
    (project.root / "params.yaml").write_text("split: {seed: 4}\n")
    with pytest.raises(AssayError, match=r"params.split.seed \(3 frozen, 4 now\)"):
        run(project)
    run(project, refreeze="another seed")
    lock = read_lock(project.root)
    assert isinstance(lock, SplitLock) and lock.seed == 4
    assert [entry.reason for entry in lock.refrozen] == ["another seed"]


@pytest.mark.parametrize("damage", ["{", '{"seed": 1}', "[]"])
def test_a_damaged_lock_is_an_error_and_stays(project: Project, damage: str) -> None:
    (project.root / "split.lock").write_text(damage)
    with pytest.raises(AssayError, match=r"split.lock") as caught:
        run(project)
    assert "git checkout" in caught.value.fix
    assert (project.root / "split.lock").read_text() == damage


def clusters_of(drawn: list[int], rows: int) -> pl.DataFrame:
    names = [f"c{drawn[at % len(drawn)]}" for at in range(rows)]
    return pl.DataFrame({"example_id": [f"r{at:04d}" for at in range(rows)], "cluster": names})


@settings(deadline=None, max_examples=100)
@given(rows_drawn, st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_rows_of_one_text_stay_together_and_held_out_rows_stay_held_out(
    drawn: list[dict[str, Any]], families: list[int], data: st.DataObject
) -> None:
    grown = table(drawn)
    clusters = clusters_of(families, grown.height)
    picked = data.draw(st.lists(st.booleans(), min_size=grown.height, max_size=grown.height))
    first = grown.filter(pl.Series(picked))
    before, lock = split(first, Kind.SUMMARY, SplitParams(), KEY, clusters=clusters)
    after, later = split(grown, Kind.SUMMARY, SplitParams(), KEY, lock, clusters=clusters)
    placed = grown.join(after.tables["assignments"], on="example_id").join(clusters, on="example_id")
    for column in ("cluster", "group"):
        units = placed.filter(pl.col(column).is_not_null() & (pl.col(column) != ""))
        assert units.filter(pl.col("split").n_unique().over(column) > 1).is_empty()
    order = {"train": 0, "validation": 1, "test": 2}
    now = sides(after)
    assert all(order[now[row]] >= order[side] for row, side in sides(before).items())
    shuffled = grown.sample(fraction=1, shuffle=True, seed=1)
    turned = clusters.sample(fraction=1, shuffle=True, seed=2)
    again, same = split(shuffled, Kind.SUMMARY, SplitParams(), KEY, later, clusters=turned)
    assert same == later and sides(again) == now
    check_conservation(after, grown["example_id"])


def test_two_outputs_of_one_input_are_not_parted() -> None:
    rows = [{"input": f"draft {at // 2}", "output": f"version {at}"} for at in range(200)]
    alone, _ = split(table(rows), Kind.REWRITING, SplitParams(), KEY)
    pairs = pl.DataFrame(
        {"example_id": [f"r{at:04d}" for at in range(200)], "cluster": [f"c{at // 2}" for at in range(200)]}
    )
    together, _ = split(table(rows), Kind.REWRITING, SplitParams(), KEY, clusters=pairs)

    def parted(result: StageResult) -> int:
        found = sides(result)
        return sum(found[f"r{at:04d}"] != found[f"r{at + 1:04d}"] for at in range(0, 200, 2))

    assert parted(alone) > 20 and parted(together) == 0
    assert {"train", "validation", "test"} == set(sides(together).values())
