"""The door to the encoder, which lives a floor above: named here, loaded when a run asks for meaning.

As `curate.stages` names the stages of the upper floors. Nothing else of `curate` needs torch, and a run that
does not ask for meaning does not load it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

# `encoding(name) -> Encoding`.
_LOADER = ("train.meaning", "encoding")
DEFAULT_ENCODER = "all-MiniLM-L6-v2"


@dataclass(frozen=True)
class Encoding:
    """An encoder as the ground floor knows it.

    Parameters
    ----------
    name
        As the user gave it.
    sha256
        Of its weights.
    embed
        Texts to unit vectors, float32 `[texts, size]`: a text has the same bits whatever stands beside it.
    """

    name: str
    sha256: str
    embed: Callable[[Sequence[str]], Vectors]


def encoding(name: str = DEFAULT_ENCODER) -> Encoding:
    """The encoder called `name`.

    Raises
    ------
    AssayError
        If the `train` extra is not installed or the encoder is not here.
    """
    module, function = _LOADER
    loaded: Encoding = getattr(importlib.import_module(module), function)(name)
    return loaded
