"""Hugging Face datasets: a hub name (`hf://owner/name@revision?split=train&config=en`) or a `save_to_disk`
folder.

The one reader that may use the network, and only for a name that says so. Class labels become their names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import polars as pl

from curate.errors import AssayError
from curate.network import network
from curate.read.columnar import columnar_records
from curate.read.records import Records

# `Path` folds `hf://` into `hf:/`.
_NAME = re.compile(r"hf:/{1,2}(?P<name>[\w.-]+(?:/[\w.-]+)?)(?:@(?P<revision>[\w./-]+))?(?:\?(?P<query>.*))?")


@dataclass(frozen=True)
class HubName:
    """A dataset on the hub."""

    name: str
    revision: str | None
    config: str | None
    split: str


def is_hub_name(path: Path | str) -> bool:
    """Whether `path` names a dataset on the hub rather than a file."""
    return str(path).startswith("hf:/")


def parse_hub_name(text: str) -> HubName:
    """The parts of `hf://owner/name[@revision][?split=S&config=C]`; the split is `train` unless named.

    Raises
    ------
    AssayError
        If it is not of that form.
    """
    match = _NAME.fullmatch(text)
    options = dict(parse_qsl(match["query"] or "", keep_blank_values=True)) if match else {}
    if match is None or not set(options) <= {"split", "config"}:
        raise AssayError(
            f"{text} is not a dataset name",
            fix="write hf://owner/name@revision?split=train&config=NAME (revision, split and config may "
            "be left out)",
        )
    return HubName(match["name"], match["revision"], options.get("config"), options.get("split") or "train")


def read_hub(text: str) -> Records:
    """All rows of one split of a dataset on the hub; the pinned revision makes a run repeatable.

    Raises
    ------
    AssayError
        If `datasets` is absent, or the dataset, revision, config or split cannot be loaded.
    """
    wanted = parse_hub_name(text)
    datasets = _datasets()
    try:
        with network(allowed=True):
            loaded = datasets.load_dataset(
                wanted.name, wanted.config, split=wanted.split, revision=wanted.revision
            )
    except Exception as error:  # datasets raises a dozen unrelated types, from requests' to its own
        raise AssayError(
            f"dataset {wanted.name} (split "
            f"{wanted.split}{f', revision {wanted.revision}' if wanted.revision else ''}) cannot be "
            f"loaded: {type(error).__name__}",
            fix="check the name, the split and the network, or download the file and name it",
        ) from error
    return _records(loaded, text)


def read_saved(folder: Path) -> Records:
    """All rows of a folder that datasets' `save_to_disk` wrote.

    Raises
    ------
    AssayError
        If the folder holds several splits, is damaged, or `datasets` is absent.
    """
    datasets = _datasets()
    try:
        with network(allowed=False):
            loaded = datasets.load_from_disk(str(folder))
    except Exception as error:  # as above
        raise AssayError(
            f"{folder} is not a folder that datasets' `save_to_disk` wrote: {type(error).__name__}",
            fix="save it again, or export Parquet",
        ) from error
    if isinstance(loaded, dict):
        raise AssayError(
            f"{folder} holds the splits {', '.join(sorted(loaded))}",
            fix=f"name one: {folder}/{sorted(loaded)[0]}",
        )
    return _records(loaded, str(folder))


def _datasets() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise AssayError(
            "reading a `datasets` folder or hub name needs the package datasets, which is not installed",
            fix="pip install 'assay[hub]'",
        ) from error
    datasets.disable_progress_bars()
    return datasets


def _records(loaded: Any, name: str) -> Records:
    return columnar_records(dataset_frame(loaded), name)


def dataset_frame(loaded: Any) -> pl.DataFrame:
    """The rows of a `datasets.Dataset`, class labels by name."""
    frame = pl.DataFrame(loaded.with_format("arrow")[:])
    labels = {
        column: list(feature.names)
        for column, feature in loaded.features.items()
        if type(feature).__name__ == "ClassLabel"
    }
    return frame.with_columns(
        pl.col(column).replace_strict(dict(enumerate(names)), default=None, return_dtype=pl.String)
        for column, names in labels.items()
    )
