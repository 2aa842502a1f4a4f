"""The layers of the name tagger, by float32 products of numpy or by int8 products of torch: the same whole
numbers.

Processors multiply int8 several times as fast as float32, and numpy does not ask them to; torch does, where
it is installed. `wholes` looks whether its products are exact on this machine before it is believed: some
older processors add two products in 16 bits, where they do not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from curate.pii.detect.names.vectors import TOP

if TYPE_CHECKING:
    from curate.pii.detect.names.tagger import Weights

# Convolution and output weights count in 1/128: a sum divided by it, rounded down, is an activation.
WEIGHT_UNIT = 128
_SHIFT = 7  # its power of two


class Layers(Protocol):
    """What the tagger asks of its layers."""

    def held(self) -> AbstractContextManager[None]:
        """To be entered around calls."""

    def __call__(self, hidden: NDArray[np.int8], outside: NDArray[np.int64]) -> NDArray[np.int8]:
        """The last layer's activations, shape (positions, width); zero at `outside`, the positions between
        texts.
        """


class Floats:
    """By float32 products: sums stay under 2**24, where float32 holds every whole number."""

    def __init__(self, weights: Weights) -> None:
        # A power of two divides float32 exactly, so that sums in 1/128 are as whole as those of the numbers
        # themselves.
        unit = np.float32(WEIGHT_UNIT)
        self._layers = [
            (taps.astype(np.float32) / unit, bias.astype(np.float32) / unit, step)
            for (taps, bias), step in zip(weights.layers, weights.steps, strict=True)
        ]

    def held(self) -> AbstractContextManager[None]:
        """Nothing is to be held."""
        return nullcontext()

    def __call__(self, hidden: NDArray[np.int8], outside: NDArray[np.int64]) -> NDArray[np.int8]:
        """See `Layers`."""
        seen = hidden.astype(np.float32)
        for number, (taps, bias, step) in enumerate(self._layers):
            new = _convolve(seen, taps, step)
            new += bias
            np.floor(new, out=new)
            if number:
                new += seen
            np.clip(new, 0, TOP, out=new)
            new[outside] = 0
            seen = new
        return seen.astype(np.int8)


def _convolve(hidden: NDArray[np.float32], taps: NDArray[np.float32], step: int) -> NDArray[np.float32]:
    """Same-length convolution over positions `step` apart: (n, width) with (k, width, width)."""
    reach = len(taps) // 2
    total: NDArray[np.float32] = hidden @ taps[reach]
    for far in range(1, reach + 1):
        offset = far * step
        total[offset:] += hidden[:-offset] @ taps[reach - far]
        total[:-offset] += hidden[offset:] @ taps[reach + far]
    return total


class Wholes:
    """By int8 products of torch, one a layer: what a position's taps see lies side by side in a row."""

    def __init__(self, weights: Weights) -> None:
        import torch

        self._torch = torch
        self._layers = [
            (
                torch.from_numpy(np.ascontiguousarray(taps.reshape(-1, taps.shape[-1]))),
                bias,
                len(taps) // 2,
                step,
            )
            for (taps, bias), step in zip(weights.layers, weights.steps, strict=True)
        ]

    @contextmanager
    def held(self) -> Iterator[None]:
        """One thread meanwhile: products so small gain nothing by more, and other processes read beside."""
        threads = self._torch.get_num_threads()
        self._torch.set_num_threads(1)
        try:
            yield
        finally:
            self._torch.set_num_threads(threads)

    def product(self, left: NDArray[np.int8], right: Any) -> NDArray[np.int32]:
        """`left @ right` in int32, shape (positions, width)."""
        product: NDArray[np.int32] = self._torch._int_mm(self._torch.from_numpy(left), right).numpy()
        return product

    def __call__(self, hidden: NDArray[np.int8], outside: NDArray[np.int64]) -> NDArray[np.int8]:
        """See `Layers`."""
        for number, (taps, bias, reach, step) in enumerate(self._layers):
            new = self.product(_side_by_side(hidden, reach, step), taps)
            new += bias
            new >>= _SHIFT
            if number:
                new += hidden
            np.clip(new, 0, TOP, out=new)
            hidden = new.astype(np.int8)
            hidden[outside] = 0
        return hidden

    def exact(self) -> bool:
        """Whether the products are those of whole numbers, at the largest values too."""
        random = np.random.default_rng(0)
        for taps, *_ in self._layers:
            for positions in (17, 300, 2_048):
                left = random.integers(0, TOP + 1, (positions, taps.shape[0]), dtype=np.int8)
                left[::2] = TOP
                for right in (
                    taps.numpy(),
                    np.full(taps.shape, 127, np.int8),
                    np.full(taps.shape, -128, np.int8),
                ):
                    expected = left.astype(np.float32) @ right.astype(np.float32)  # whole: under 2**24
                    if (self.product(left, self._torch.from_numpy(right)) != expected).any():
                        return False
        return True


def _side_by_side(hidden: NDArray[np.int8], reach: int, step: int) -> NDArray[np.int8]:
    """Each position's neighbours `step` apart, `reach` to each side, in one row: (n, width) to (n, (2 reach +
    1) width).
    """
    positions, width = hidden.shape
    rows = np.zeros((positions, 2 * reach + 1, width), np.int8)
    rows[:, reach] = hidden
    for far in range(1, reach + 1):
        offset = far * step
        rows[offset:, reach - far] = hidden[:-offset]
        rows[:-offset, reach + far] = hidden[offset:]
    return rows.reshape(positions, -1)


def wholes(weights: Weights) -> Wholes | None:
    """The layers by int8 products, where torch is installed and they are exact on this machine."""
    if find_spec("torch") is None:
        return None
    try:
        layers = Wholes(weights)
        with layers.held():
            return layers if layers.exact() else None
    except (AttributeError, ImportError, OSError, RuntimeError):  # a torch without this product
        return None
