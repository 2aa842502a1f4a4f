"""How well rows represent what they are for: thin classes, the mix of groups, a declared reference, and a
sample of the inputs that come in now.

`Representation` is what is found; `represent` finds it. Each part is a file: `classes` (what the held-out
rows of a class can show), `mix` (shares, and those a person declared), `live` (regions of live inputs that
no row is near, and which of them to label next), `picture` (the map).

Cost: vectors of all texts (`train.vectors`), then the product of the live sample with the training rows. No
text of the live sample is told anywhere: it has not been redacted, so its rows are named by their numbers.
"""

from __future__ import annotations

from train.represent.represent import Representation, represent

__all__ = ["Representation", "represent"]
