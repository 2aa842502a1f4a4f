"""One GGUF file of a fine-tuned model whose base came as GGUF: its own description, with the trained weights.

The package `gguf` (llama.cpp's) writes the file; the converter that makes one from any Hugging Face model is
a script of llama.cpp's repository and not in it. So what is hard to get right (the tokenizer, its
pre-tokenizer, the chat template) is copied from the GGUF that the base model came in, and only the numbers
are new: matrices float16, vectors float32. Read back by transformers they must be the merged weights again
(`train.export.verify`). For every other base the merged folder is what llama.cpp converts.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from curate.errors import AssayError
from train.lm.base import packed_source
from train.systems.adapted import Adapted

if TYPE_CHECKING:
    import torch

FILE = "model.gguf"
# Of gguf.LlamaFileType: matrices are float16.
_MOSTLY_F16 = 1
_OURS = ("general.file_type", "general.quantization_version", "general.name", "general.finetune")


def write_gguf(system: Adapted, network: torch.nn.Module, folder: Path, name: str) -> None:
    """Write `model.gguf`.

    Parameters
    ----------
    network
        Merged, float32.
    name
        What the model is called.

    Raises
    ------
    AssayError
        If the base model is not the embedded one, or is not of the shape that is known here.
    """
    source = packed_source(system.base_card["name"])
    if source is None:
        raise AssayError(
            f"base model `{system.base_card['name']}` did not come as GGUF, from which its tokenizer could "
            "be copied",
            fix="assay export MODEL DIR --form merged, then llama.cpp's convert_hf_to_gguf.py DIR",
        )
    from gguf import GGUFReader, GGUFWriter

    reader = GGUFReader(source)
    architecture = reader.fields["general.architecture"].contents()
    if architecture != "llama":
        raise AssayError(
            f"GGUF is written for models of architecture `llama`; this one is `{architecture}`",
            fix="assay export MODEL DIR --form merged, then llama.cpp's convert_hf_to_gguf.py DIR",
        )
    writer = GGUFWriter(folder / FILE, architecture)
    _describe(reader, writer, name)
    config: Any = network.config
    weights = _renamed(network.state_dict(), config)
    for tensor in reader.tensors:
        given = weights.pop(tensor.name)
        writer.add_tensor(tensor.name, given.astype(np.float32 if given.ndim == 1 else np.float16))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _describe(reader: Any, writer: Any, name: str) -> None:
    """Copy the base's description, but for what the new weights change."""
    from gguf import GGUFValueType

    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name in ("general.architecture", *_OURS):
            continue
        kind = field.types[0]
        inner = field.types[-1] if kind == GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), kind, sub_type=inner)
    writer.add_name(name)
    writer.add_file_type(_MOSTLY_F16)


def _renamed(state: dict[str, torch.Tensor], config: Any) -> dict[str, np.ndarray]:
    """Weights by their names in GGUF, query and key rows in the order that llama.cpp's rotation takes."""
    from gguf import MODEL_ARCH, get_tensor_name_map

    names = get_tensor_name_map(MODEL_ARCH.LLAMA, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    weights = {}
    for name, tensor in state.items():
        array = tensor.float().numpy()
        for layer, count in heads.items():
            if f".{layer}." in name:
                array = _halves_together(array, count)
        weights[names.get_name(name, (".weight", ".bias")) or name] = array
    return weights


def _halves_together(matrix: np.ndarray, heads: int) -> np.ndarray:
    """Rows of each head reordered from two halves to pairs, as llama.cpp's converter does."""
    size = matrix.shape[0] // heads // 2
    return matrix.reshape(heads, 2, size, *matrix.shape[1:]).swapaxes(1, 2).reshape(matrix.shape)
