"""What shards cost in accuracy, and what they save when a row has to go (`train.shards`).

    python -m benchmarks.sharding [--shards 1 2 4 8] [--data sample banking77] [--clean]

The encoder's LoRA with its defaults, on the gold version of this repository's sample and on 20 intents of
banking77 (PolyAI-LDN, CC BY 4.0; 40 training rows each, `../shared/data`). For each number of shards:
macro-F1 and accuracy on the held-out rows, seconds of the processor (one thread) to train all, and to train
again after one row was erased. `--clean` also trains what is left from an empty store and compares the
SHA-256 of every file. Exit code 1 if one differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from train.encoder import load_encoder
from train.fit import train_systems
from train.kinds.classification import Classification
from train.params import TrainParams
from train.pretrained import file_sha256
from train.shards import ShardStore
from train.systems import load_system

ROOT = Path(__file__).resolve().parents[1]
INTENTS, ROWS = 20, 40


def sample(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The sample's training, validation and test rows."""
    train, validation, test = (
        pl.read_parquet(folder / f"{name}.parquet") for name in ("train", "validation", "test")
    )
    return train, validation, test


def banking77(folder: Path) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Rows of the first intents by name, drawn by a seed."""
    frames = [pl.read_csv(folder / f"{name}.csv") for name in ("train", "test")]
    chosen = frames[0]["category"].unique().sort().head(INTENTS).implode()
    train, test = (
        frame.select(
            pl.format(f"{name}{{}}", pl.int_range(pl.len())).alias("example_id"),
            pl.col("text").alias("input"),
            pl.col("category").alias("output"),
        ).filter(pl.col("output").is_in(chosen))
        for name, frame in zip("rt", frames, strict=True)
    )
    drawn = train.sample(fraction=1.0, shuffle=True, seed=0)
    place = pl.int_range(pl.len()).over("output")
    return drawn.filter(place < ROWS), drawn.filter((place >= ROWS) & (place < ROWS + 10)), test


@contextmanager
def seconds() -> Iterator[list[float]]:
    """Seconds of the processor that the block took."""
    start, taken = time.process_time(), [0.0]
    yield taken
    taken[0] = time.process_time() - start


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file."""
    return {
        path.relative_to(folder).as_posix(): file_sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def measure(frames: tuple[pl.DataFrame, ...], shards: int, clean: bool) -> dict[str, Any]:
    """Figures of one number of shards."""
    train, validation, test = frames
    labels = tuple(sorted(set(pl.concat([frame["output"] for frame in frames]))))
    params = TrainParams(systems=("lora",), curve=None, workers=1, shards=shards)
    erased = train.sort("example_id")[1:]
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        store = ShardStore(root / "store")

        def fit(rows: pl.DataFrame, name: str, store: ShardStore) -> float:
            with seconds() as taken:
                train_systems(rows, validation, labels, {}, params, root / name, shards=store)
            return taken[0]

        line: dict[str, Any] = {"train_s": fit(train, "models", store)}
        system: Any = load_system(root / "models" / "lora")
        answers = pl.Series("answer", system.answer(test["input"].to_list()), dtype=pl.String)
        scoring = Classification(labels)
        line |= scoring.figures(scoring.matrix(test, answers))
        # Without shards an erasure trains everything again: the same work on one row less.
        line["erase_s"] = fit(erased, "models", store) if shards > 1 else line["train_s"]
        if clean and shards > 1:
            fit(erased, "clean", ShardStore(root / "other"))
            line["same"] = digests(root / "models") == digests(root / "clean")
    return line


def main() -> int:
    """Print a table."""
    known = {"sample": sample, "banking77": banking77}
    data = ROOT.parent / "shared" / "data" / "banking77"
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--shards", nargs="+", type=int, default=[1, 2, 4, 8])
    parser.add_argument("--data", nargs="+", choices=list(known), default=list(known))
    parser.add_argument("--sample", type=Path, default=ROOT / "gold", help="gold version of the sample")
    parser.add_argument("--banking77", type=Path, default=data, help="folder of train.csv and test.csv")
    parser.add_argument("--clean", action="store_true")
    args = parser.parse_args()
    wrong = False
    load_encoder().embed(["torch and the encoder are loaded before the clock runs"])
    for name in args.data:
        frames = known[name](getattr(args, name))
        print(f"{name}: {', '.join(str(frame.height) for frame in frames)} rows")
        print("shards  macro-F1  accuracy  training s  erasing a row s  same bytes as clean", flush=True)
        for shards in args.shards:
            line = measure(frames, shards, args.clean)
            wrong |= line.get("same") is False
            print(
                f"{shards:6d}  {line['macro_f1']:8.3f}  {line['accuracy']:8.3f}  {line['train_s']:10.1f}  "
                f"{line['erase_s']:15.1f}  {line.get('same', '')}",
                flush=True,
            )
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
