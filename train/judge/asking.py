"""Everything that the models of a project are asked: the held-out rows, what they remember of training rows,
what a language model still does of what its base did.

Each system is timed alone. What is quick answers there and then; language models on this machine, which are
slow, are asked side by side after that. Which it is changes no answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from curate.files import canonical_json
from curate.stage import Progress
from train.judge.answering import Asked, ask, clock
from train.judge.fine_tuned import remembering, same_weights
from train.judge.forgetting import figures_of, tuned_language_models
from train.judge.params import EvaluateParams
from train.judge.retained import Retained
from train.judge.side_by_side import side_by_side
from train.systems import is_fine_tuned
from train.systems.base import System

Card = Mapping[str, Any]


@dataclass(frozen=True)
class Heard:
    """What the models said.

    Parameters
    ----------
    asked
        Answers of every system, in the order of its cards.
    remembered
        What each fine-tuned system remembers, by name, but those of `shared`.
    shared
        Systems that answer with the weights of another one, and which.
    retained
        Figures on general instructions of the base and of the model made of it, by system.
    """

    asked: list[Asked]
    remembered: dict[str, Any]
    shared: dict[str, str]
    retained: dict[str, tuple[Retained, Retained]]


def ask_models(
    cards: Mapping[Path, Card],
    load: Callable[[Path], System],
    splits: Mapping[str, pl.DataFrame],
    gold_train: pl.DataFrame,
    labels: Sequence[str],
    trained: Mapping[str, Mapping[str, float]],
    params: EvaluateParams,
    keep: Path,
    progress: Progress | None = None,
) -> Heard:
    """Ask all of it.

    Parameters
    ----------
    cards
        `model.json` of each system by its folder, all in one folder.
    load
        The system in a folder; can be pickled.
    splits
        Rows to answer; `train` is a sample of `gold_train`.
    labels
        All labels of a classification.
    trained
        What each training took, by system.
    keep
        Folder of the bases' figures on general instructions.
    """
    tuned = {folder: card for folder, card in cards.items() if is_fine_tuned(card["name"])}
    shared = same_weights({card["name"]: card for card in tuned.values()})
    adapters = tuned_language_models(cards) if params.forgetting else {}
    bases = {canonical_json(cards[folders[0]]["base"]): folders[0] for folders in adapters.values()}
    slow = [folder for folder, card in cards.items() if "base" in card]
    remembering_ones = [folder for folder, card in tuned.items() if card["name"] not in shared]
    steps = len(cards) + len(slow) + len(remembering_ones) + len(bases) + len(adapters)

    def tell(done: int) -> None:
        if progress:
            progress(done, steps)

    asked: dict[Path, Asked] = {}
    # The longest first, so that all end together.
    pieces: dict[tuple[str, Path], Callable[[], Any]] = {}
    for done, (folder, card) in enumerate(cards.items()):
        tell(done)
        open_it = partial(load, folder)
        question = partial(ask, open_it, card, splits, labels, trained.get(card["name"], {}), params)
        if folder in slow:
            pieces["ask", folder] = partial(question, clock(open_it, splits, params))
        else:
            asked[folder] = question()
    for folder in remembering_ones:
        pieces["remember", folder] = partial(
            remembering, partial(load, folder), gold_train, splits["test"], params
        )
    for folder in bases.values():
        pieces["base", folder] = partial(figures_of, load, folder, keep, base=True)
    for folders in adapters.values():
        pieces["adapter", folders[0]] = partial(figures_of, load, folders[0], keep, base=False)
    # Where nothing is slow, starting a process would cost more than it saves.
    workers = params.workers if slow else 1
    results = side_by_side(list(pieces.values()), workers, lambda done: tell(len(cards) + done))
    told = dict(zip(pieces, results, strict=True))
    asked |= {folder: told["ask", folder] for folder in slow}
    return Heard(
        [asked[folder] for folder in cards],
        {cards[folder]["name"]: told["remember", folder] for folder in remembering_ones},
        shared,
        {
            cards[folder]["name"]: (
                told["base", bases[canonical_json(cards[folder]["base"])]],
                told["adapter", folders[0]],
            )
            for folders in adapters.values()
            for folder in folders
        },
    )
