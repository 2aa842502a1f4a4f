"""Which side of train, validation and test each example stands on, for good.

`stage` assigns, `lock` keeps the thresholds that make it stable, `params` holds the knobs.
"""

from curate.split.lock import SplitLock
from curate.split.params import SplitParams
from curate.split.stage import run, split

__all__ = ["SplitLock", "SplitParams", "run", "split"]
