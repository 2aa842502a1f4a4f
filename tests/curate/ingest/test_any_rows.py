"""Whatever stands in the columns of a known format: each row is kept or has a reason, in any row order, and
nothing but a described error ends the run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.ingest import IngestParams, Raw, ingest
from curate.ingest.layouts.table import LAYOUTS
from curate.keys import Key
from curate.read import read_records
from curate.task import METRICS, Kind, Metric, Source, TaskCard

KEY = Key(b"\0" * 32, "test")
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.just(0.5),
    st.sampled_from(["", " ", "a", "[", "{}", "[]", "null", "true", "false", '{"a": 1, "a": 2}', "é\u0301"]),
    st.text(max_size=4),
)
TURNS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "role": st.sampled_from(["user", "assistant", "system", "tool", "x", None, 3]),
            "from": st.sampled_from(["human", "gpt", "function_call", "observation"]),
            "content": st.one_of(
                SCALARS,
                st.lists(st.dictionaries(st.sampled_from(["type", "text", "input"]), SCALARS)),
            ),
            "value": SCALARS,
            "tool_calls": st.one_of(
                SCALARS, st.lists(st.dictionaries(st.sampled_from(["function", "name"]), SCALARS))
            ),
            "weight": SCALARS,
        },
    ),
    max_size=4,
)
ANNOTATIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "was_cancelled": st.booleans(),
            "values": st.dictionaries(
                st.just("q"), st.one_of(SCALARS, st.fixed_dictionaries({"value": SCALARS}))
            ),
            "result": st.lists(
                st.fixed_dictionaries(
                    {},
                    optional={
                        "from_name": st.sampled_from(["q", None]),
                        "value": st.one_of(
                            SCALARS,
                            st.dictionaries(
                                st.sampled_from(["choices", "text", "start", "end"]),
                                st.one_of(SCALARS, st.lists(SCALARS, max_size=2)),
                            ),
                        ),
                    },
                ),
                max_size=2,
            ),
        },
    ),
    max_size=2,
)
CELLS = st.one_of(
    SCALARS,
    TURNS,
    TURNS.map(json.dumps),
    ANNOTATIONS,
    st.lists(st.lists(SCALARS, max_size=2), max_size=2),
    st.dictionaries(st.sampled_from(["text", "choices", "messages", "role", "content"]), SCALARS, max_size=2),
    st.fixed_dictionaries({"messages": TURNS}),
)
EXTRA = [["data", "annotations"], ["fields", "responses"], ["text", "q", "annotator", "annotation_id"]]
EXTRA += [["text", "q.responses"], ["text", "q", "q-suggestion"], ["text", "annotation", "prediction"]]


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, Any]]:
    usual = [[aliases[0] for aliases in (*one.needs.values(), *one.may.values())] for one in LAYOUTS]
    names = draw(st.sampled_from([*usual, *EXTRA]))
    good = draw(
        st.sampled_from(
            ["a text", [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Yo"}]]
        )
    )
    sound: dict[str, Any] = {
        name: good for name in names if name not in ("system", "tools", "history", "context")
    }
    rows = draw(
        st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(names, CELLS)), min_size=1, max_size=5)
    )
    return [sound, *rows]


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(files(), st.sampled_from(list(Kind)), st.sampled_from(["last", "each"]), st.randoms())
def test_any_rows_are_kept_or_dropped_with_a_reason_whatever_their_order(
    tmp_path_factory: Any, rows: list[dict[str, Any]], kind: Kind, turns: str, random: Any
) -> None:
    folder = tmp_path_factory.getbasetemp()
    card = TaskCard(
        name="t",
        kind=kind,
        behaviour="b",
        metric=Metric(name=METRICS[kind][0], target=0.5),
        sources={"d": Source()},
    )

    def made(rows: list[dict[str, Any]]) -> tuple[pl.DataFrame, pl.DataFrame, Mapping[str, Any]] | str:
        path = Path(folder) / "any.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        params = IngestParams(path="any.jsonl", turns="each" if turns == "each" else "last")
        try:
            found = ingest([Raw("any.jsonl", None, False, read_records(path))], params, card, KEY)
        except AssayError as error:
            assert error.problem and error.fix
            return "error"
        drops = found.result.dropped
        assert found.result.kept.height + drops.height == len(found.input_ids)
        assert found.input_ids.n_unique() == len(found.input_ids)
        assert not (drops["reason"].is_null() | (drops["reason"] == "")).any()
        assert found.result.report["files"][0]["rows"] + found.result.report["files"][0]["unreadable"] == len(
            rows
        )
        if turns == "last":
            assert len(found.input_ids) == len(rows)
        return found.result.kept, drops.sort(drops.columns), found.result.report

    first, second = made(rows), made(random.sample(rows, len(rows)))
    if isinstance(first, str) or isinstance(second, str):
        assert first == second
        return
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])
    assert first[2] == second[2]
