"""Fit the second tagger, for German, French, Spanish, Italian, Dutch, Portuguese and Polish.

    python -m recipes.name_tagger.fit_european --texts FOLDER     # some four minutes on one core

FOLDER holds the packages of `european.PACKAGES`, unpacked or installed. It shares the first tagger's lexicon,
so only weights are shipped; it learns from labels alone. What its margins are worth is measured on the tuning
part of the sentences in `benchmarks/pii/languages`, whose other part judges it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from benchmarks.pii.languages import LANGUAGES, sentences
from curate.pii.detect.names.products import WEIGHT_UNIT
from curate.pii.detect.names.recognizer import ENTITIES, MODEL, read_model
from curate.pii.detect.names.tagger import KINDS, Tagger, save
from curate.pii.detect.names.vectors import UNIT
from recipes.name_tagger.calibrate import margins
from recipes.name_tagger.european import generate
from recipes.name_tagger.fit import Recipe, fit
from recipes.name_tagger.judged import Judged
from recipes.name_tagger.rows import Row


def main() -> None:
    """Fit, calibrate, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True, help="folder of packages with translations")
    parser.add_argument("--count", type=int, default=8_000, help="generated rows a language")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--favour", type=float, default=1.0, help="added to PERSON's score, in nats")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, default=Path("build/names/europe.npz"))
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    lexicon = read_model(MODEL).tagger.lexicon
    rows = generate(given.count, given.seed, given.texts)
    print(f"{len(rows):,} rows", flush=True)
    recipe = Recipe(width=64, taps=(5, 3, 3), steps=(1, 2, 3), epochs=given.epochs, seed=given.seed)
    network = fit(rows, lexicon, recipe)
    favour = np.zeros(len(KINDS), np.int32)
    favour[KINDS.index("PER")] = round(given.favour * UNIT * WEIGHT_UNIT)
    tagger = Tagger(network.whole(), lexicon, favour)
    tune = [
        Judged(
            language,
            "tune",
            [Row(text, [(start, end, "PER") for start, end in spans]) for text, spans in rows],
            ("PER",),
        )
        for language in LANGUAGES
        for rows in [sentences(language)["tune"]]
    ]
    # Of places, firms and streets only generated text has labels here: their scores flatter.
    made = [Judged("generated", "tune", generate(150, given.seed + 1, given.texts), tuple(ENTITIES))]
    given.output.parent.mkdir(parents=True, exist_ok=True)
    judged_on = {kind: tune if kind == "PER" else made for kind in ENTITIES}
    save(
        given.output,
        tagger,
        {kind: margins(tagger, judged, kind) for kind, judged in judged_on.items()},
        lexicon_apart=True,
    )
    print(f"{given.output}: {given.output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
