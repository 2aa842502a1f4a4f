"""What the verdict says of learning in shards."""

from __future__ import annotations

from typing import Any

import pytest

from train.judge.comparison import Judgement
from train.judge.sharding import with_sharding
from train.judge.verdict import Verdict

SHARDED = {"name": "lora", "shards": {"count": 4}}


def judgement(*names: str, pair: tuple[str, str] | None = None) -> Judgement:
    scores = {"lora": 0.80, "lora_whole": 0.85, "probe": 0.70}
    systems = [{"name": name, "title": name.title(), "accuracy": {"point": scores[name]}} for name in names]
    difference = {"point": 0.05, "low": -0.01, "high": 0.11}
    comparisons: list[dict[str, Any]] = []
    if pair is not None:
        comparisons.append({"system": pair[0], "against": pair[1], "difference": difference})
    document = {"systems": systems, "comparisons": comparisons}
    verdict = {"outcome": "fine_tune", "headline": "h", "reasons": ["first"]}
    return Judgement({**document, "verdict": verdict}, {}, Verdict("fine_tune", "h", ("first",)))


def test_the_cost_is_told_with_its_interval() -> None:
    before = judgement("lora", "lora_whole", "probe", pair=("lora_whole", "lora"))
    done = with_sharding(before, [SHARDED, {"name": "lora_whole"}], "accuracy", "accuracy")
    (part,) = done.document["sharding"]
    assert part["shards"] == 4 and part["whole"] == "lora_whole"
    assert part["difference"] == {"point": pytest.approx(-0.05), "low": -0.11, "high": 0.01}
    words = done.verdict.reasons[-1]
    assert "0.800 accuracy, and 0.850" in words and "-0.050 (interval -0.110 to +0.010)" in words
    assert done.document["verdict"]["reasons"] == ["first", words] == list(done.verdict.reasons)


def test_without_a_pair_the_points_are_compared() -> None:
    done = with_sharding(judgement("lora", "lora_whole"), [SHARDED], "accuracy", "accuracy")
    assert done.document["sharding"][0]["difference"]["low"] is None
    assert "-0.050." in done.verdict.reasons[-1]


def test_without_the_control_nothing_is_claimed() -> None:
    done = with_sharding(judgement("lora", "probe"), [SHARDED], "accuracy", "accuracy")
    assert done.document["sharding"][0]["difference"] is None
    assert "was not measured: name lora_whole" in done.verdict.reasons[-1]


def test_without_shards_nothing_changes() -> None:
    before = judgement("lora", "probe")
    assert with_sharding(before, [{"name": "lora"}], "accuracy", "accuracy") is before
