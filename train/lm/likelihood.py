"""How likely each allowed answer is after a prompt: a language model as a classifier that cannot say anything
else.

The score of an answer is the mean log-probability of its tokens, its end token among them, so that long
labels are not punished for being long. All answers stand behind one prompt in one packed sequence
(`train.lm.pack`): a prompt is read once whatever the number of labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from curate.stage import Progress
from train.arrays import Floats
from train.encoder import torch_threads
from train.lm.pack import LONGEST, groups, hidden_states, logits_at, pack

Ids = list[int]


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
    with torch_threads(threads), torch.inference_mode():
        for done, row in enumerate(order, start=1):
            prompt = prompts[row]
            lengths = [len(answer) for answer in answers]
            for group in groups(lengths, len(prompt), len(prompt) + LONGEST):
                scores[row, group] = _behind(model, prompt, [answers[place] for place in group])
            if progress:
                progress(done, len(prompts))
    return scores


def _behind(model: Any, prompt: Ids, answers: Sequence[Ids]) -> list[float]:
    """Mean log-probabilities of a few answers in one sequence."""
    import torch

    # The last token of the prompt says the first of every answer; those before the last say the next.
    sequence = pack(prompt, [list(answer) for answer in answers])
    asked: list[int] = []
    for start, answer in zip(sequence.starts, answers, strict=True):
        asked += [len(prompt) - 1, *range(start, start + len(answer) - 1)]
    wanted = torch.tensor([token for answer in answers for token in answer])
    logits = logits_at(model, hidden_states(model, sequence)[torch.tensor(asked)])
    told = torch.log_softmax(logits, dim=-1).gather(1, wanted[:, None])[:, 0].double()
    parts = torch.split(told, [len(answer) for answer in answers])
    return [float(part.mean()) for part in parts]
