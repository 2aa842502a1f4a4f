"""A tiny random encoder and toy frames, so that fine-tuning is exercised in seconds."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

WORDS = [
    "card",
    "lost",
    "stolen",
    "refund",
    "money",
    "back",
    "parcel",
    "late",
    "where",
    "is",
    "my",
    "the",
    "please",
    "help",
    "i",
    "want",
]
TOPICS = {
    "card_lost": ("card", "lost", "stolen"),
    "refund": ("refund", "money", "back"),
    "delivery": ("parcel", "late", "where"),
}
LABELS = tuple(sorted(TOPICS))


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Folder of a random two-layer BERT with a vocabulary of whole words."""
    pytest.importorskip("transformers")
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("encoder")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *[str(i) for i in range(10)]]
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n")
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    BertTokenizerFast(vocab={word: place for place, word in enumerate(vocabulary)}).save_pretrained(folder)
    return folder


def toy_rows(count: Any, seed: int = 0, prefix: Any = "r") -> Any:
    """Rows whose label shows in one of three words; every row has its own wording."""
    import random

    draw = random.Random(seed)
    rows = []
    for place in range(count):
        label = LABELS[place % len(LABELS)]
        words = [draw.choice(TOPICS[label]), *draw.choices(WORDS[9:], k=draw.randint(1, 8)), str(place % 10)]
        draw.shuffle(words)
        rows.append((f"{prefix}{place:04d}", " ".join(words), label))
    return pl.DataFrame(rows, schema=["example_id", "input", "output"], orient="row")


@pytest.fixture
def toy() -> Any:
    """Train and validation frames of three labels."""
    return toy_rows(90), toy_rows(30, seed=1, prefix="v")


CHAT = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] "
    "+ '<|im_end|>' + '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def tiny_tokenizer() -> Any:
    """A byte-level tokenizer of chat turns: one token a byte, so that nothing is unknown."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: place for place, token in enumerate([*SPECIAL, *letters])}
    inner = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=SPECIAL,
        chat_template=CHAT,
    )


@pytest.fixture(scope="session")
def tiny_lm(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Folder of a random two-layer Llama that reads bytes."""
    pytest.importorskip("transformers")
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder = tmp_path_factory.mktemp("language_model")
    tokenizer = tiny_tokenizer()
    torch.manual_seed(5)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
