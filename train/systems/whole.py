"""The adapters of `lora` and `lm_lora` trained on all rows at once, beside the same in shards: what sharding
costs in accuracy. Named in `train.systems` for one evaluation; after an erasure they are trained anew, whole.
"""

from __future__ import annotations

from train.systems.adapted import LanguageLora
from train.systems.base import CONTROL
from train.systems.lora import Lora

# The control of each system that learns in shards.
WHOLE = {"lora": "lora_whole", "lm_lora": "lm_lora_whole"}


class WholeLora(Lora):
    """`lora` without shards."""

    name = "lora_whole"
    title = "LoRA adapter on the encoder, all rows at once (control)"
    family = CONTROL


class WholeLanguageLora(LanguageLora):
    """`lm_lora` without shards."""

    name = "lm_lora_whole"
    title = "LoRA adapter on the language model, all rows at once (control)"
    family = CONTROL
    in_shards = False
