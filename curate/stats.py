"""Statistics that more than one room uses: p-values adjusted together, and tails of two distributions.

The tails are written here and not taken from scipy, which the tests hold them to: scipy would bring 35 MB to
download and 143 MB on disk to a core that needs two of its functions, and importing `scipy.special` takes 0.5
s, a third of what a whole diff from fingerprints may take. statsmodels' Holm would bring scipy, pandas and
another 65 MB.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """p-values adjusted for being reported together, in the order given.

    Holm (1979), "A simple sequentially rejective multiple test procedure": step-down, without an assumption
    of independence.

    Examples
    --------
    >>> holm([0.01, 0.5, 0.04])
    [0.03, 0.5, 0.08]
    """
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = largest
    return adjusted


def kolmogorov_tail(x: float) -> float:
    """P(K > x) of Kolmogorov's distribution, by its alternating series (its terms fall as exp(-2 k^2
    x^2)).
    """
    if x < 0.2:  # the series converges slowly there, and 1 - P is below 1e-12
        return 1.0
    total = sum((-1.0) ** (k - 1) * math.exp(-2 * k * k * x * x) for k in range(1, 101))
    return min(1.0, max(0.0, 2 * total))


def chi_square_tail(x: float, freedom: int) -> float:
    """P(X^2 > x): the upper regularised incomplete gamma function, by series or continued fraction
    (Abramowitz & Stegun 6.5.29, 6.5.31).
    """
    a, x = freedom / 2, x / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        divisor = a
        while term > total * 1e-15:
            divisor += 1
            term *= x / divisor
            total += term
        return max(0.0, 1 - front * total)
    # Lentz's method.
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    fraction = d
    for step in range(1, 100_000):
        factor = -step * (step - a)
        b += 2
        d = factor * d + b
        d = 1 / (d if abs(d) > tiny else tiny)
        c = b + factor / c
        c = c if abs(c) > tiny else tiny
        fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return min(1.0, front * fraction)
