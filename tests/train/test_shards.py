"""Shards: who lies where, what is trained after an erasure, and that it ends in the bytes of a clean run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curate.errors import AssayError
from curate.keys import Key
from curate.project import Project
from curate.sealed_folder import seal_folder
from curate.task import Kind

pytest.importorskip("sklearn")
pytest.importorskip("transformers")
from train.fit import Trained, train_systems
from train.lm.prompt import Brief
from train.params import TrainParams
from train.shard_rows import UNIT, parts_of, refuse_small, with_units
from train.shards import FILE, Forgotten, ShardStore, forget, store_of
from train.systems import Context, load_system, read_card

from .conftest import LABELS, toy_rows

FAST = {"lr": 5e-3, "head_lr": 1e-2, "epochs": 2, "batch_size": 16}
KEY = Key(b"k" * 32, "file")
FORM = Brief(Kind.EXTRACTION, "Answer with JSON.", {"type": "object"})


def people(count: int, seed: int = 0, prefix: str = "r") -> pl.DataFrame:
    """Toy rows of which every third person has two."""
    subjects = [f"p{row - (row % 3 == 2):04d}" for row in range(count)]
    return toy_rows(count, seed, prefix).with_columns(
        pl.Series("subject", subjects), pl.lit(None, dtype=pl.String).alias("group")
    )


def forms(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, their outputs JSON objects."""
    outputs = [json.dumps({"t": label[0]}) for label in rows["output"]]
    return rows.with_columns(pl.Series("output", outputs))


def params(encoder: Path, lm: Path | None = None, **changes: Any) -> TrainParams:
    return TrainParams(
        **{
            "encoder": str(encoder),
            "precision": "float32",
            "workers": 1,
            "shards": 3,
            "curve": None,
            "systems": ("lora",),
            "lora": {**FAST, "rank": 4},
            "language": {"model": str(lm), "shots": 1, "tuned_shots": 1, "max_new_tokens": 6},
            "lm_lora": {"epochs": 2, "rank": 2, "lr": 1e-2, "batch_size": 8},
            "lm_dpo": {"epochs": 1, "batch_size": 8},
            **changes,
        }
    )


def run(
    rows: pl.DataFrame, validation: pl.DataFrame, wanted: TrainParams, out: Path, store: Path, **more: Any
) -> Trained:
    labels = () if "brief" in more else LABELS
    return train_systems(
        rows, validation, labels, {}, wanted, out / "models", shards=ShardStore(store, KEY), **more
    )


def sealed(folder: Path) -> dict[str, bytes]:
    """Bytes of every file of the models, and of their seal."""
    seal_folder(folder / "models", KEY, "models")
    paths = sorted((folder / "models").rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


units = st.lists(
    st.tuples(st.one_of(st.none(), st.text(max_size=3)), st.one_of(st.none(), st.text(max_size=3))),
    min_size=1,
    max_size=30,
)


@given(units, st.integers(1, 6), st.integers(0, 3), st.data())
def test_a_shard_never_follows_other_rows_and_a_person_lies_in_one(
    who: list[tuple[str | None, str | None]], shards: int, seed: int, data: Any
) -> None:
    frame = pl.DataFrame(
        [(f"r{row}", *one) for row, one in enumerate(who)],
        schema={"example_id": pl.String, "subject": pl.String, "group": pl.String},
        orient="row",
    )
    parts = parts_of(with_units(frame), shards, seed)
    where = {row: shard for shard, part in enumerate(parts) for row in part["example_id"]}
    assert len(parts) == shards and sorted(where) == sorted(frame["example_id"])
    kept = data.draw(st.lists(st.sampled_from(frame["example_id"].to_list()), unique=True))
    left = frame.filter(pl.col("example_id").is_in(kept)).sample(fraction=1.0, shuffle=True, seed=1)
    again = parts_of(with_units(left), shards, seed)
    assert {row: shard for shard, part in enumerate(again) for row in part["example_id"]} == {
        row: where[row] for row in kept
    }
    for column in ("subject", "group"):
        alone = frame if column == "subject" else frame.filter(pl.col("subject").is_null())
        for _, rows in alone.drop_nulls(column).group_by(column):
            assert len({where[row] for row in rows["example_id"]}) == 1
    assert all(UNIT not in part.columns for part in parts)


def test_rows_without_person_or_group_go_by_their_own_id() -> None:
    bare = with_units(toy_rows(200))
    sizes = [part.height for part in parts_of(bare, 4, 0)]
    assert bare[UNIT].n_unique() == 200 and min(sizes) > 30
    assert [part.height for part in parts_of(bare, 4, 1)] != sizes


@pytest.mark.parametrize("gone", ["train", "validation"])
def test_classifier_after_an_erasure_is_that_of_a_clean_run(
    gone: str, tiny_encoder: Path, tmp_path: Path
) -> None:
    rows, validation = people(90), people(30, 1, "v")
    wanted = params(tiny_encoder, systems=("probe", "lora"))
    before = run(rows, validation, wanted, tmp_path / "reused", tmp_path / "store")
    assert (before.shards, before.shards_trained) == (3, 3)
    left = rows.filter(pl.col("subject") != "p0001") if gone == "train" else rows
    held = validation.filter(pl.col("subject") != "p0001") if gone == "validation" else validation
    assert (left.height, held.height) == ((88, 30) if gone == "train" else (90, 28))
    again = run(left, held, wanted, tmp_path / "reused", tmp_path / "store")
    clean = run(left, held, wanted, tmp_path / "clean", tmp_path / "other")
    assert (again.shards, again.shards_trained) == (3, 1 if gone == "train" else 0)
    assert clean.shards_trained == 3
    assert sealed(tmp_path / "reused") == sealed(tmp_path / "clean")
    kept = sorted(path.name for path in (tmp_path / "store").iterdir())
    assert len(kept) == 3 and kept == sorted(path.name for path in (tmp_path / "other").iterdir())


@pytest.mark.parametrize("name", ["lm_lora", "lm_dpo"])
def test_language_adapter_after_an_erasure_is_that_of_a_clean_run(
    name: str, tiny_encoder: Path, tiny_lm: Path, tmp_path: Path
) -> None:
    rows, validation = forms(people(90)), forms(people(9, 1, "v"))
    brief = FORM
    if name == "lm_dpo":
        rows, validation = (
            frame.with_columns(pl.col("output").str.to_uppercase().alias("rejected"))
            for frame in (rows, validation)
        )
        brief = Brief(Kind.PREFERENCE, "Answer.", None)
    others = ("lm_lora", "lm_dpo") if name == "lm_dpo" else ("lm_lora", "lm_lora_retrieved")
    wanted = params(tiny_encoder, tiny_lm, systems=("prompt", *others))
    before = run(rows, validation, wanted, tmp_path / "reused", tmp_path / "store", brief=brief)
    count = 6 if name == "lm_dpo" else 3  # the adapter that answers with retrieval is the same one
    assert (before.shards, before.shards_trained) == (count, count)
    left = rows.filter(pl.col("subject") != "p0001")
    again = run(left, validation, wanted, tmp_path / "reused", tmp_path / "store", brief=brief)
    run(left, validation, wanted, tmp_path / "clean", tmp_path / "other", brief=brief)
    assert again.shards_trained == count // 3
    assert sealed(tmp_path / "reused") == sealed(tmp_path / "clean")
    card = read_card(tmp_path / "clean/models" / name)
    assert card["shards"]["count"] == 3 and sum(card["shards"]["rows"]) == 88
    system: Any = load_system(tmp_path / "clean/models" / name)
    assert system.config["r"] == 6 and len(system.answer(["refund"])) == 1


def test_mean_update_is_the_mean_of_the_folded_weights(tiny_encoder: Path, tiny_lm: Path) -> None:
    from train.systems.adapted import LanguageLora
    from train.systems.sharded import mean_update

    wanted = params(tiny_encoder, tiny_lm, shards=None)
    parts = []
    for seed in range(3):
        system = LanguageLora()
        system.fit(forms(toy_rows(24, seed)), forms(toy_rows(6, 9)), (), Context(wanted, {}, FORM))
        parts.append(system)
    base = parts[0].base.fresh_model().state_dict()
    folded = [part.folded().state_dict() for part in parts]
    together = LanguageLora()
    together.base_card = parts[0].base_card
    together.adapter = mean_update([part.adapter for part in parts])
    together.config = {**parts[0].config, "r": parts[0].config["r"] * 3}
    for name, weights in together.folded().state_dict().items():
        mean = sum((one[name] - base[name]).double() for one in folded) / 3
        assert np.allclose((weights - base[name]).numpy(), mean.numpy(), atol=1e-6)


def test_classifier_in_shards_answers_with_the_mean_of_its_shards(tiny_encoder: Path, tmp_path: Path) -> None:
    rows = people(150).filter(~((pl.col("output") == "refund") & (pl.int_range(pl.len()) > 5)))
    run(rows, people(0), params(tiny_encoder), tmp_path, tmp_path / "store")
    system: Any = load_system(tmp_path / "models/lora")
    texts = ["my parcel is late", "refund please", ""]
    assert {len(part.labels) for part in system.parts} == {2, 3}  # a label that one shard never saw
    mean = np.zeros((3, 3))
    for part in system.parts:
        mean[:, [LABELS.index(label) for label in part.labels]] += part.predict_proba(texts) / 3
    assert np.allclose(system.predict_proba(texts), mean, atol=1e-9) and system.temperature == 1.0
    assert system.predict_proba([]).shape == (0, 3)
    assert system.trainable_parameters == sum(part.trainable_parameters for part in system.parts)


def test_a_killed_run_takes_up_the_shards_that_are_done(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train.systems.lora import Lora

    real, fits = Lora.fit, []

    def counted(self: Any, *given: Any) -> None:
        fits.append(given)
        if len(fits) == 3:
            raise KeyboardInterrupt
        real(self, *given)

    monkeypatch.setattr(Lora, "fit", counted)
    wanted = params(tiny_encoder)
    with pytest.raises(KeyboardInterrupt):
        run(people(90), people(9, 1, "v"), wanted, tmp_path, tmp_path / "store")
    run(people(90), people(9, 1, "v"), wanted, tmp_path, tmp_path / "store")
    assert len(fits) == 4
    run(people(90), people(9, 1, "v"), wanted, tmp_path / "clean", tmp_path / "other")
    assert sealed(tmp_path) == sealed(tmp_path / "clean")


@pytest.mark.parametrize("change", ["lora", "seed", "text", "base"])
def test_another_input_is_another_shard(
    change: str, tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, wanted = people(90), params(tiny_encoder)
    run(rows, people(9, 1, "v"), wanted, tmp_path, tmp_path / "store")
    if change == "lora":
        wanted = params(tiny_encoder, lora={**FAST, "rank": 4, "lr": 1e-3})
    elif change == "seed":
        wanted = params(tiny_encoder, seed=1)
    elif change == "text":
        rows = rows.with_columns(pl.col("input") + " please")
    else:
        monkeypatch.setattr("train.systems.sharded.beside_weights", lambda folder: "another tokenizer")
    assert run(rows, people(9, 1, "v"), wanted, tmp_path, tmp_path / "store").shards_trained == 3


def test_a_shard_that_was_changed_is_trained_anew(tiny_encoder: Path, tmp_path: Path) -> None:
    run(people(90), people(9, 1, "v"), params(tiny_encoder), tmp_path, tmp_path / "store")
    first, second, _ = sorted((tmp_path / "store").iterdir())
    (first / "adapter_model.safetensors").write_bytes((second / "adapter_model.safetensors").read_bytes())
    seal_folder(second, None, "shard")  # digests that fit, by somebody without the key
    again = run(people(90), people(9, 1, "v"), params(tiny_encoder), tmp_path, tmp_path / "store")
    assert again.shards_trained == 2


def test_nothing_is_kept_where_there_are_no_shards(tiny_encoder: Path, tmp_path: Path) -> None:
    run(people(90), people(9, 1, "v"), params(tiny_encoder), tmp_path, tmp_path / "store")
    run(people(90), people(9, 1, "v"), params(tiny_encoder, shards=1), tmp_path, tmp_path / "store")
    assert list((tmp_path / "store").iterdir()) == []
    one = sealed(tmp_path)
    run(people(90), people(9, 1, "v"), params(tiny_encoder, shards=None), tmp_path / "null", tmp_path / "n")
    assert one == sealed(tmp_path / "null") and "shards" not in read_card(tmp_path / "models/lora")


def test_project_forgets_its_shards_and_what_was_left_unfinished(tmp_path: Path) -> None:
    project = Project(tmp_path)
    store = store_of(project, KEY)
    for name, rows in (("a", ["r1"]), ("b", ["r3"])):
        store.keep(name, rows, {"seconds": 1.0}, lambda folder: None)
    left = tmp_path / ".assay/train/run"
    left.mkdir(parents=True)
    (left / "lora.checkpoint.safetensors").write_bytes(b"weights")
    assert forget(project, []) == Forgotten((), ()) and left.exists()
    assert forget(project, ["r1"]) == Forgotten((".assay/shards/a",), (".assay/train/run",))
    assert forget(project, ["r1"]) == Forgotten((), ()) and not left.exists()
    assert [path.name for path in store.folder.iterdir()] == ["b"]
    assert forget(Project(tmp_path / "new"), ["r1"]) == Forgotten((), ())


def test_store_forgets_whoever_it_learned_from(tmp_path: Path) -> None:
    store = ShardStore(tmp_path / "shards", KEY)
    for name, rows in (("a", ["r1", "r2"]), ("b", ["r3"]), ("c", ["r4"])):
        store.keep(name, rows, {"seconds": 1.0}, lambda folder: (folder / "weights").write_text("w") and None)
    (tmp_path / "shards/c" / FILE).unlink()  # nobody can tell whose it is
    (tmp_path / "shards/stray").write_text("x")
    assert store.forget(["r2", "unknown"]) == ["a", "c", "stray"]
    assert store.forget(["r2"]) == [] and store.find("a") is None and store.find("b") is not None


@pytest.mark.parametrize(
    ("rows", "shards", "words", "fix"),
    [
        (90, 8, "rows of each of 3 labels", "to 7 or fewer"),
        (60, 4, "it takes 20", "to 3 or fewer"),
        (24, 2, "it takes 20", "remove `shards`"),
    ],
)
def test_shards_too_small_to_learn_from_are_refused(rows: int, shards: int, words: str, fix: str) -> None:
    with pytest.raises(AssayError, match=words) as raised:
        refuse_small(with_units(people(rows)), shards, 0, by_label=True)
    assert fix in raised.value.fix


def test_refusal_says_where_one_person_has_most_rows(tiny_encoder: Path, tmp_path: Path) -> None:
    rows = toy_rows(90).with_columns(subject=pl.lit("one person"))
    with pytest.raises(AssayError, match="up to 90 of them"):
        run(rows, toy_rows(9, 1, "v"), params(tiny_encoder), tmp_path, tmp_path / "store")


def test_what_does_not_go_with_shards_is_refused(tiny_encoder: Path) -> None:
    with pytest.raises(AssayError, match="control of what learns in shards"):
        params(tiny_encoder, systems=("lora", "lora_whole"), shards=None).suited(Kind.CLASSIFICATION)
    with pytest.raises(AssayError, match="too small to be trained in shards"):
        params(tiny_encoder, curve={"systems": ["lora"]}).suited(Kind.CLASSIFICATION)
    chosen = TrainParams(shards=4).suited(Kind.CLASSIFICATION).systems
    assert "lora" in chosen and not {"full", "lora_whole"} & set(chosen)
    assert "lora_whole" not in TrainParams().suited(Kind.CLASSIFICATION).systems


def test_classifier_in_shards_is_not_exported_as_one(tiny_encoder: Path, tmp_path: Path) -> None:
    from train.export.card import model_card
    from train.export.run import Source, export

    run(people(90), people(9, 1, "v"), params(tiny_encoder), tmp_path, tmp_path / "store")
    with pytest.raises(AssayError, match="mean of 3 adapters") as raised:
        export(Source(tmp_path / "models/lora"), tmp_path / "out")
    assert "shard-*" in raised.value.fix and not (tmp_path / "out").exists()
    card = read_card(tmp_path / "models/lora")
    text = model_card(card, "adapter", None, None, None)
    assert f"trained in 3 shards of {', '.join(map(str, card['shards']['rows']))} rows" in text


@pytest.mark.slow
def test_the_report_says_what_shards_cost(
    tiny_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import yaml

    from curate.publish.digest import PUBLISHED
    from curate.publish.gold import Gold
    from train.fit import run as train
    from train.judge.evaluate import run as evaluate

    task = {"assay": 1, "name": "t", "kind": "classification", "behaviour": "route"}
    task |= {"metric": {"name": "accuracy", "target": 0.9}, "labels": list(LABELS)}
    (tmp_path / "task.yaml").write_text(yaml.safe_dump(task))
    knobs = params(tiny_encoder, systems=("probe", "lora", "lora_whole"), workers=2)
    few = {"bootstrap": 100, "permutations": 100, "latency_rows": 3, "label_suspects": False}
    written = {"train": knobs.model_dump(mode="json"), "evaluate": few}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(written))

    def published(rows: pl.DataFrame) -> pl.DataFrame:
        missing = [name for name in PUBLISHED.names() if name not in rows.columns]
        nulls = [pl.lit(None, dtype=PUBLISHED[name]).alias(name) for name in missing]
        return rows.with_columns(nulls).select(PUBLISHED.names())

    frames = [published(people(*given)) for given in ((90, 0, "r"), (15, 1, "v"), (30, 2, "t"))]
    gold = Gold(*frames, {"content_digest": "abc123"})
    monkeypatch.setattr("curate.publish.gold.verify_gold", lambda folder, key: gold)
    for stage in ("train.fit", "train.judge.evaluate"):
        monkeypatch.setattr(f"{stage}.refuse_stale_gold", lambda *_: None)
    project = Project(tmp_path)
    assert "; 3 of 3 shards trained" in train(project)["summary"]
    assert len(list((tmp_path / ".assay/shards").iterdir())) == 3
    assert "; 0 of 3 shards trained" in train(project)["summary"]
    evaluate(project)
    document = json.loads((project.reports / "evaluation/comparison.json").read_text())
    (part,) = document["sharding"]
    assert part["whole"] == "lora_whole" and part["difference"]["low"] is not None
    assert part["sentence"] in document["verdict"]["reasons"] and document["fine_tuned"] == "lora"
    assert set(document["overfitting"]) == {"lora", "lora_whole"}
    assert document["overfitting"]["lora"]["course"] is None
