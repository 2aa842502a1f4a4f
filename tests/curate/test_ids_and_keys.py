import random
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.ids import content_ids
from curate.keys import Key, find_key, write_key

KEY = Key(b"k" * 32, "file")
ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "", "é"]), st.sampled_from(["x", "y", None])),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_content_ids_do_not_follow_row_order(rows: list[tuple[str, str | None]], rng: random.Random) -> None:
    def ids(ordered: list[tuple[str, str | None]]) -> list[tuple[str, str, str | None]]:
        frame = pl.DataFrame(ordered, schema={"input": pl.String, "output": pl.String}, orient="row")
        named = frame.with_columns(content_ids(frame, KEY, tie_break=["output"]))
        return sorted(
            zip(named["example_id"], named["input"], [str(v) for v in named["output"]], strict=True)
        )

    shuffled = rng.sample(rows, len(rows))
    assert ids(rows) == ids(shuffled)
    assert len({row[0] for row in ids(rows)}) == len(rows), "ids are unique"


def test_an_id_does_not_change_when_the_label_is_corrected() -> None:
    before = pl.DataFrame({"input": ["where is my parcel"], "output": ["billing"]})
    after = before.with_columns(pl.lit("delivery").alias("output"))
    assert (
        content_ids(before, KEY, tie_break=["output"])[0] == content_ids(after, KEY, tie_break=["output"])[0]
    )


def test_ids_are_stable_across_releases() -> None:
    frame = pl.DataFrame({"input": ["hello"], "output": ["x"]})
    assert content_ids(frame, KEY, tie_break=["output"])[0] == "b1-" + KEY.digest("example-id", "hello")


def test_another_key_gives_other_digests() -> None:
    assert KEY.digest("value", "07700 900123") != Key(b"j" * 32, "file").digest("value", "07700 900123")
    assert KEY.digest("value", "a", "b") != KEY.digest("other", "a", "b")
    assert KEY.digest("value", "ab", "c") != KEY.digest("value", "a", "bc")


def test_the_secret_is_not_in_its_repr() -> None:
    assert "kkk" not in repr(KEY)


def test_a_missing_key_says_how_to_supply_one(tmp_path: Path) -> None:
    with pytest.raises(AssayError) as error:
        find_key(tmp_path)
    assert "ASSAY_KEY" in error.value.problem and "assay init --new-key" in error.value.fix


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    path = write_key(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert find_key(tmp_path).origin == "file"
    path.chmod(0o644)
    with pytest.raises(AssayError, match="can be read by other users"):
        find_key(tmp_path)


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    write_key(tmp_path)
    with pytest.raises(AssayError, match="exists"):
        write_key(tmp_path)


def test_the_environment_wins_over_file_and_demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_key(tmp_path)
    assert find_key(tmp_path, "d" * 40).origin == "file"
    monkeypatch.setenv("ASSAY_KEY", "e" * 64)
    assert find_key(tmp_path, "d" * 40).origin == "environment"
    monkeypatch.setenv("ASSAY_KEY", "short")
    with pytest.raises(AssayError, match="shorter than"):
        find_key(tmp_path)
