"""What holds of every pretrained model, encoder or language model: found on the disk or, for a person who
named it, on the hub; loaded without running code that its folder brings; known by the digest of its weights.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curate.digests import sha256_of
from curate.errors import AssayError
from curate.network import network
from curate.text import plain

# How everything is loaded: from the disk, and without running code that a model folder brings.
LOCAL: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}


class OtherWeights(AssayError):
    """A model's weights are not those that were asked for."""


def require_weights(what: str, digest: str, wanted: str | None) -> None:
    """Fail unless the weights of `what` have the SHA-256 `wanted`; None asks for none.

    Raises
    ------
    OtherWeights
        If they are others.
    """
    if wanted is not None and digest != wanted:
        raise OtherWeights(
            f"{what} has other weights than were asked for: SHA-256 {digest[:12]}..., not {wanted[:12]}...",
            fix="assay train   (or: dvc repro)",
        )


def folder_from_hub(
    name: str, what: str, files: Sequence[str], *, remote: bool, knob: str, instead: str
) -> Path:
    """Folder of a hub model in the local cache, downloaded if need be and allowed.

    Parameters
    ----------
    what
        What it is, for messages: `encoder`.
    files
        Patterns of the files wanted.
    remote
        Whether the hub may be asked: the name must come from a person, not from a model's card.
    knob, instead
        The parameter that names it, and what to set it to where the hub cannot be had.

    Raises
    ------
    AssayError
        If it is not on this machine and cannot or may not be fetched.
    """
    from huggingface_hub import snapshot_download

    try:
        with quiet(), network(allowed=remote):
            return Path(snapshot_download(name, allow_patterns=list(files), local_files_only=not remote))
    except Exception as error:  # the hub's client raises its own, httpx's and OS errors alike
        if not remote:
            raise AssayError(
                f"a model names the {what} `{plain(name)}`, which is not on this machine; a model's card "
                "does not start a download",
                fix=f"if you trust it, name it yourself: {knob}, then assay train",
            ) from error
        raise AssayError(
            f"{what} `{plain(name)}` is not a local folder and could not be loaded from the Hugging Face hub "
            f"({type(error).__name__})",
            fix=f"check the name and the network, or set {knob} to {instead}",
        ) from error


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return sha256_of(path)


@contextmanager
def torch_threads(count: int) -> Iterator[None]:
    """Run the block with `count` torch threads: sums are cut by thread, so the last bits follow their
    number.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the Hugging Face libraries from warning and drawing bars while the block runs."""
    from huggingface_hub.utils.tqdm import disable_progress_bars
    from transformers.utils import logging as bars

    disable_progress_bars()
    bars.disable_progress_bar()
    loggers = [logging.getLogger(name) for name in ("transformers", "huggingface_hub", "peft")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def versions() -> dict[str, str]:
    """Versions of the packages that results follow."""
    from importlib.metadata import PackageNotFoundError, version

    def of(package: str) -> str:
        try:
            return version(package)
        except PackageNotFoundError:
            return "absent"

    return {package: of(package) for package in ("numpy", "peft", "scikit-learn", "torch", "transformers")}
