"""Train a teacher and write what it thinks of the rows that the tagger will learn from.

    python -m recipes.name_tagger.teach --data ../shared/data      # an hour on one core, a third of it reading
    python -m recipes.name_tagger.teach --seed 1                   # another teacher, of other rows; it reads the same ones

Writes `build/names/taught-SEED.npz`: the logits of every token of the rows of part `taught`, in their order,
float16.
"""  # noqa: E501

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from recipes.name_tagger.corpus import WORK, recipe, rows
from recipes.name_tagger.lexicon import build
from recipes.name_tagger.lists import collect
from recipes.name_tagger.teacher import TeacherRecipe, scores, train
from train.encoder import BUNDLED, load_encoder


def main() -> None:
    """Train, read, write."""
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
        help="of the teacher and of the rows that it learns from",
    )
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    encoder = load_encoder(BUNDLED)
    lexicon = build(collect(), encoder, recipe()["dimensions"])
    teacher = train(
        rows("teacher", given.seed, given.data),
        lexicon,
        encoder,
        TeacherRecipe(epochs=recipe()["teacher"]["epochs"], seed=given.seed),
    )
    taught = scores(teacher, rows("taught", recipe()["seed"], given.data), lexicon)
    WORK.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        WORK / f"taught-{given.seed}.npz",
        logits=np.concatenate(taught).astype(np.float16),
        lengths=np.array([len(one) for one in taught]),
    )


if __name__ == "__main__":
    main()
