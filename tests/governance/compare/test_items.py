"""What is compared: answers that belong together, masked, and held-out rows marked."""

from __future__ import annotations

import polars as pl
import pytest

from curate.errors import AssayError
from curate.project import Project
from curate.sealed_folder import seal_folder
from governance.compare.items import FILE, near_held_out, prepare, prepare_held_out, read_items
from tests.governance.compare.conftest import HELD_OUT, PROMPTS, answers, both, rows


def test_validation_rows_become_items_in_an_order_that_is_the_keys(compared: Project) -> None:
    items = read_items(compared)
    assert items.height == len(PROMPTS) and not items["held_out"].any()
    assert set(items["origin"]) == {"validation"}
    assert items["first"].unique().to_list() == ["base"] and items["second"].unique().to_list() == ["tuned"]
    assert items["example_id"].to_list() != sorted(items["example_id"])
    again = prepare(compared, None, both(compared.root))
    assert read_items(compared).equals(items) and again.items == len(PROMPTS)


def test_a_row_is_an_item_whatever_the_order_of_the_answers(compared: Project) -> None:
    items = read_items(compared)
    for name, path in both(compared.root).items():
        pl.read_parquet(path).sort("row", descending=True).write_parquet(path.with_name(f"{name}2.parquet"))
    others = {name: compared.root / f"{name}2.parquet" for name in both(compared.root)}
    prepare(compared, None, others)
    assert read_items(compared).drop("run").equals(items.drop("run"))


def test_personal_data_in_a_prompt_or_an_answer_is_masked(project: Project) -> None:
    root = project.root
    live = pl.DataFrame(
        {"id": ["kim@example.com", "b"], "input": ["write to kim@example.com please", "hello there"]}
    )
    live.write_ndjson(root / "live.jsonl")
    for name, said in (("base", "no"), ("tuned", "ask zoe.canary@example.com")):
        pl.DataFrame({"row": [0, 1], "output": [f"{said} 0", f"{said} 1"]}).write_parquet(
            root / f"{name}.parquet"
        )
    done = prepare(project, root / "live.jsonl", both(root))
    assert done.items == 2
    texts = "\n".join(read_items(project).select(pl.col(pl.String)).to_numpy().ravel().tolist())
    assert "kim@example.com" not in texts and "zoe.canary" not in texts and "<EMAIL_ADDRESS_1>" in texts
    assert set(read_items(project)["origin"]) == {"live"}


def test_a_held_out_row_is_marked_by_its_id_and_by_its_text(project: Project) -> None:
    root = project.root
    texts = [*PROMPTS[:2], HELD_OUT[0], HELD_OUT[1].replace("narrow", "narrow,").upper()]
    live = pl.DataFrame({"id": ["n0", "n1", "n2", "n3"], "input": texts})
    live.write_ndjson(root / "live.jsonl")
    for name, ending in (("base", "."), ("tuned", "!")):
        answers(texts, ending).write_parquet(root / f"{name}.parquet")
    done = prepare(project, root / "live.jsonl", both(root))
    items = read_items(project)
    assert done.held_out == 2 and sorted(items.filter("held_out")["example_id"]) == ["n2", "n3"]
    test = project.gold / "test.parquet"
    for name, ending in (("base", "."), ("tuned", "!")):
        answers(HELD_OUT, ending).write_parquet(root / f"{name}.parquet")
    prepare(project, test, both(root))
    assert read_items(project)["held_out"].all() and set(read_items(project)["origin"]) == {"test"}


def test_where_nothing_says_what_is_held_out_nothing_is_prepared(project: Project) -> None:
    (project.gold / "test.parquet").unlink()
    with pytest.raises(AssayError, match="which rows are held out"):
        prepare(project, None, both(project.root))
    assert not (project.root / FILE).exists()


def test_answers_to_other_rows_are_refused(project: Project) -> None:
    root = project.root
    for broken in (
        answers([*PROMPTS, "one more"], "."),
        answers(PROMPTS, ".").with_columns(row=pl.lit(0)),
        answers(PROMPTS, ".").with_columns(id=pl.lit("x")),
    ):
        broken.write_parquet(root / "base.parquet")
        with pytest.raises(AssayError, match="answers other rows"):
            prepare(project, None, both(root))


def test_equal_answers_and_rows_that_one_left_out_are_counted(project: Project) -> None:
    root = project.root
    told = answers(PROMPTS, "!")
    told.write_parquet(root / "base.parquet")
    told.with_columns(
        output=pl.when(pl.col("row") == 0).then("output").when(pl.col("row") > 1).then(pl.lit("other"))
    ).write_parquet(root / "tuned.parquet")
    done = prepare(project, None, both(root))
    assert (done.items, done.same, done.unanswered) == (4, 1, 1)
    told.write_parquet(root / "tuned.parquet")
    with pytest.raises(AssayError, match="the same answer to every row"):
        prepare(project, None, both(root))


@pytest.mark.parametrize("name", ["a b", "", "<b>", "../x", "-x"])
def test_a_name_that_is_none_is_refused(project: Project, name: str) -> None:
    with pytest.raises(AssayError, match="cannot name a system"):
        prepare(project, None, {name: project.root / "base.parquet", "tuned": project.root / "tuned.parquet"})


def test_a_text_that_was_changed_is_not_judged(compared: Project) -> None:
    path = compared.root / FILE
    pl.read_parquet(path).with_columns(first_answer=pl.lit("another")).write_parquet(path)
    with pytest.raises(AssayError, match="was changed"):
        read_items(compared)


def test_nothing_prepared_says_what_to_run(project: Project) -> None:
    with pytest.raises(AssayError) as error:
        read_items(project)
    assert "assay compare prepare" in error.value.fix


def test_the_evaluations_answers_are_held_out(project: Project) -> None:
    folder = project.reports / "evaluation"
    folder.mkdir(parents=True)
    ids = rows("h", HELD_OUT)["example_id"].to_list()
    told = [(name, system, f"{system} says {name}") for name in ids for system in ("base", "prompt", "tuned")]
    frame = pl.DataFrame(told, schema=["example_id", "system", "raw"], orient="row")
    frame.with_columns(predicted="raw").write_parquet(folder / "predictions.parquet")
    with pytest.raises(AssayError):  # nobody sealed it
        prepare_held_out(project, [])
    seal_folder(folder, project.key, "evaluation")
    with pytest.raises(AssayError, match="3 systems"):
        prepare_held_out(project, [])
    with pytest.raises(AssayError, match="not among the systems"):
        prepare_held_out(project, ["base", "other"])
    done = prepare_held_out(project, ["tuned", "base"])
    assert done.items == done.held_out == 2 and done.systems == ("base", "tuned")


def test_nearly_held_out_is_held_out(project: Project) -> None:
    told = [HELD_OUT[0] + "!", HELD_OUT[0] + "es", PROMPTS[0]]  # the same, nearly the same, another
    asked = pl.DataFrame({"name": ["a", "b", "c"], "input": told})
    assert near_held_out(project, asked) == ["a", "b"]
