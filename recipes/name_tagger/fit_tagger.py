"""Fit the tagger, measure what its margins are worth, write `build/names/names.npz`.

python -m recipes.name_tagger.fit_tagger --data ../shared/data      # some six minutes on one core
python -m recipes.name_tagger.fit_tagger --seed 1 --no-teacher -o other.npz
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch

from curate.pii.detect.names.products import WEIGHT_UNIT
from curate.pii.detect.names.recognizer import ENTITIES
from curate.pii.detect.names.tagger import KINDS, Tagger, save
from curate.pii.detect.names.vectors import UNIT
from recipes.name_tagger.calibrate import margins
from recipes.name_tagger.corpus import WORK, recipe, rows
from recipes.name_tagger.fit import Recipe, fit
from recipes.name_tagger.judged import sets
from recipes.name_tagger.lexicon import build
from recipes.name_tagger.lists import collect
from recipes.name_tagger.opinions import Opinion, agreed, of_teacher
from recipes.name_tagger.rows import Row
from train.encoder import BUNDLED, load_encoder


def main() -> None:
    """Fit, calibrate, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=Path("../shared/data"), help="folder of the public data sets"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=recipe()["seed"],
        help="of the fit; the rows and the teacher stay those of the recipe",
    )
    parser.add_argument("--no-teacher", action="store_true", help="learn from labels alone")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=WORK / "names.npz")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    wanted = recipe()
    lexicon = build(collect(), load_encoder(BUNDLED), wanted["dimensions"])
    learned, plain = (rows(part, wanted["seed"], given.data) for part in ("taught", "plain"))
    taught = None if given.no_teacher else [*_taught(wanted["teachers"], learned), *[None] * len(plain)]
    settings: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in wanted["tagger"].items()
    }
    network = fit([*learned, *plain], lexicon, Recipe(seed=given.seed, **settings), taught)
    favour = np.array(
        [round(wanted["favour"].get(kind, 0.0) * UNIT * WEIGHT_UNIT) for kind in KINDS], np.int32
    )
    tagger = Tagger(network.whole(), lexicon, favour)
    data = sets(given.data, "tune")
    save(given.output, tagger, {kind: margins(tagger, data, kind) for kind in ENTITIES})
    print(f"{given.output}: {given.output.stat().st_size:,} bytes")


def _taught(teachers: list[int], learned: list[Row]) -> list[Opinion]:
    return agreed([of_teacher(WORK / f"taught-{seed}.npz", learned) for seed in teachers])


if __name__ == "__main__":
    main()
