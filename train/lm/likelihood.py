"""How likely answers are after their prompts: what losses are made of, and how a language model classifies.

As a classifier a model scores each allowed label and so can say nothing else. The score is the mean
log-probability of the label's tokens, its end token among them, so that long labels are not punished for
being long. What all prompts begin with is read once, and all labels stand behind a text as one tree in one
packed sequence (`train.lm.pack`): a text is read once, and so is what labels begin with alike. 77 labels of
banking77 are 558 tokens, of which 382 are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.stage import Progress
from train.arrays import Bools, Floats
from train.lm.decode import common_prefix
from train.lm.pack import (
    LONGEST,
    Branches,
    groups,
    hidden_states,
    logits_at,
    pack,
    packs_exactly,
    read_shared,
)
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
        Token ids; what all begin with is read once, the rest of each once for every `LONGEST` tokens of
        answers.
    answers
        Token ids of the allowed answers, end token included.
    """
    import torch

    scores = np.empty((len(prompts), len(answers)))
    if not prompts:
        return scores
    with torch_threads(threads), torch.inference_mode():
        if not packs_exactly(model):
            for row, prompt in enumerate(prompts):
                for column, answer in enumerate(answers):
                    told, _ = token_log_probabilities(model, [prompt], [answer], len(prompt) - 1)
                    scores[row, column] = float(told.double().mean())
            return scores
        shared = common_prefix(prompts)
        cache = read_shared(model, prompts[0][:shared]) if shared else None
        order = sorted(range(len(prompts)), key=lambda row: (len(prompts[row]), prompts[row]))
        tries = [(columns, _trie([answers[column] for column in columns])) for columns in _parts(answers)]
        widest = max(len(trie.branches.tokens) for _, trie in tries)
        done = 0
        for group in groups([len(prompts[row]) - shared + widest for row in order], 0):
            rows = [order[place] for place in group]
            for columns, trie in tries:
                own = [prompts[row][shared:] for row in rows]
                scores[np.ix_(rows, columns)] = _read(model, prompts[0][:shared], own, trie, cache)
            done += len(rows)
            if progress:
                progress(done, len(prompts))
    return scores


@dataclass(frozen=True)
class _Trie:
    """Answers as a tree of their tokens.

    `asked` are the nodes that say a next token, -1 being the prompt's last; `parents` and `wanted` are for
    each token of all answers its place in `asked` and the token, and `ends` where each answer's stop.
    """

    branches: Branches
    asked: tuple[int, ...]
    parents: tuple[int, ...]
    wanted: tuple[int, ...]
    ends: tuple[int, ...]


def _trie(answers: Sequence[Ids]) -> _Trie:
    nodes: dict[tuple[int, ...], int] = {(): -1}
    ancestors: list[list[int]] = []
    parents: list[int] = []
    wanted: list[int] = []
    ends: list[int] = []
    for answer in answers:
        path: list[int] = []
        for place, token in enumerate(answer):
            parents.append(nodes[tuple(answer[:place])])
            wanted.append(token)
            if place == len(answer) - 1:
                continue  # nothing is asked of what comes after
            known = tuple(answer[: place + 1])
            if known not in nodes:
                nodes[known] = len(ancestors)
                ancestors.append([*path, nodes[known]])
            path.append(nodes[known])
        ends.append(len(wanted))
    sees = np.zeros((len(ancestors), len(ancestors)), dtype=bool)
    for node, above in enumerate(ancestors):
        sees[node, above] = True
    tokens = tuple(path[-1] for path in nodes if path)
    branches = Branches(tokens, tuple(len(above) - 1 for above in ancestors), sees)
    asked = tuple(sorted(set(parents)))
    place_of = {node: place for place, node in enumerate(asked)}
    return _Trie(branches, asked, tuple(place_of[one] for one in parents), tuple(wanted), tuple(ends))


def tree_size(answers: Sequence[Ids]) -> int:
    """Tokens read of the answers behind each prompt."""
    return len(_trie(answers).branches.tokens)


def _parts(answers: Sequence[Ids]) -> list[list[int]]:
    """Places of answers that are asked together: those that begin alike stand beside each other, and no part
    has more than `LONGEST` tokens.
    """
    order = sorted(range(len(answers)), key=lambda place: answers[place])
    parts: list[list[int]] = [[]]
    tokens = 0
    for place in order:
        if parts[-1] and tokens + len(answers[place]) > LONGEST:
            parts.append([])
            tokens = 0
        parts[-1].append(place)
        tokens += len(answers[place])
    return parts


def _read(model: Any, shared: Ids, rows: Sequence[Ids], trie: _Trie, cache: Any) -> Floats:
    """Mean log-probability of each answer of a trie after each row, `[rows, answers]`."""
    import torch

    sequence = pack(shared, rows, trie.branches, cached=cache is not None)
    states = hidden_states(model, sequence, cache)
    places = [
        start + len(row) + node
        for start, row in zip(sequence.starts, rows, strict=True)
        for node in trie.asked
    ]
    logits = logits_at(model, states[torch.tensor(places)]).view(len(rows), len(trie.asked), -1)
    told = logits[:, torch.tensor(trie.parents), torch.tensor(trie.wanted)].double()
    told -= torch.logsumexp(logits, dim=-1).double()[:, torch.tensor(trie.parents)]
    sums = torch.cumsum(told, dim=1)[:, torch.tensor(trie.ends) - 1].numpy()
    counts = np.diff([0, *trie.ends])
    return np.asarray(np.diff(sums, axis=1, prepend=0.0) / counts)


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
