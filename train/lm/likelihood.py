"""How likely answers are after their prompts: what losses are made of, and how a language model classifies.

As a classifier a model scores each allowed label and so can say nothing else. The score is the mean
log-probability of the label's tokens, its end token among them, so that long labels are not punished for
being long. All labels stand behind one prompt in one packed sequence (`train.lm.pack`): a prompt is read once
whatever the number of labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.stage import Progress
from train.arrays import Bools, Floats
from train.lm.decode import common_prefix
from train.lm.pack import LONGEST, groups, hidden_states, logits_at, pack
from train.pretrained import torch_threads

if TYPE_CHECKING:
    import torch

Ids = list[int]


def token_log_probabilities(
    model: Any, prompts: Sequence[Ids], answers: Sequence[Ids], shared: int, precision: str = "float32"
) -> tuple[torch.Tensor, torch.Tensor]:
    """Log-probability of every token of every answer, nats, and whether it is the likeliest of all: both
    `[tokens of all answers]`, answer after answer.

    Parameters
    ----------
    prompts, answers
        Token ids of rows that are run as one sequence.
    shared
        Tokens that all prompts begin with, less than the shortest has.
    precision
        Of the matrix products where the model's numbers are float32.
    """
    import torch

    own = [[*prompt[shared:], *answer] for prompt, answer in zip(prompts, answers, strict=True)]
    sequence = pack(prompts[0][:shared], own)
    asked: list[int] = []
    for start, tokens, answer in zip(sequence.starts, own, answers, strict=True):
        first = start + len(tokens) - len(answer) - 1  # the token before says the first of the answer
        asked += range(first, first + len(answer))
    wanted = torch.tensor([token for answer in answers for token in answer])
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bfloat16"):
        logits = logits_at(model, hidden_states(model, sequence)[torch.tensor(asked)])
    told = torch.log_softmax(logits, dim=-1).gather(1, wanted[:, None])[:, 0]
    return told, logits.detach().argmax(dim=1) == wanted


def mean_log_probabilities(
    model: Any,
    prompts: Sequence[Ids],
    answers: Sequence[Ids],
    *,
    threads: int = 1,
    progress: Progress | None = None,
) -> Floats:
    """Mean log-probability a token of each answer after each prompt, nats, float64 `[prompts, answers]`.

    Parameters
    ----------
    prompts
        Token ids; each is read once for every `LONGEST` tokens of answers.
    answers
        Token ids of the allowed answers, end token included.
    """
    import torch

    scores = np.empty((len(prompts), len(answers)))
    order = sorted(range(len(prompts)), key=lambda row: (len(prompts[row]), prompts[row]))
    lengths = [len(answer) + 1 for answer in answers]
    with torch_threads(threads), torch.inference_mode():
        for done, row in enumerate(order, start=1):
            prompt = prompts[row]
            for group in groups(lengths, len(prompt), len(prompt) + LONGEST):
                chosen = [answers[place] for place in group]
                told, _ = token_log_probabilities(model, [prompt] * len(group), chosen, len(prompt) - 1)
                scores[row, group] = means(told, chosen)
            if progress:
                progress(done, len(prompts))
    return scores


def means(told: torch.Tensor, answers: Sequence[Ids]) -> list[float]:
    """Mean of each answer's part of `told`."""
    import torch

    parts = torch.split(told.double(), [len(answer) for answer in answers])
    return [float(part.mean()) for part in parts]


def answers_told(
    model: Any,
    prompts: Sequence[Ids],
    answers: Sequence[Ids],
    *,
    threads: int = 1,
    packed: bool = True,
    progress: Progress | None = None,
) -> list[tuple[Floats, Bools]]:
    """Log-probability of every token of each answer after its prompt, nats, and whether that token is the
    likeliest of all: for each row two arrays `[tokens of the answer]`.

    Parameters
    ----------
    model
        In evaluation mode.
    packed
        Whether rows share a sequence; see `train.lm.pack.packs_exactly`.
    """
    import torch

    order = sorted(range(len(prompts)), key=lambda row: (len(prompts[row]), prompts[row], answers[row]))
    shared = common_prefix(prompts) if packed else 0
    lengths = [len(prompts[row]) - shared + len(answers[row]) for row in order]
    found: dict[int, tuple[Floats, Bools]] = {}
    with torch_threads(threads), torch.inference_mode():
        for group in groups(lengths, shared, LONGEST if packed else 0):
            rows = [order[place] for place in group]
            chosen = [answers[row] for row in rows]
            told, first = token_log_probabilities(model, [prompts[row] for row in rows], chosen, shared)
            sizes = [len(answer) for answer in chosen]
            parts = zip(torch.split(told.double(), sizes), torch.split(first, sizes), strict=True)
            found |= {row: (part.numpy(), hit.numpy()) for row, (part, hit) in zip(rows, parts, strict=True)}
            if progress:
                progress(len(found), len(prompts))
    return [found[row] for row in range(len(prompts))]
