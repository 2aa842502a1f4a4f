"""What the detector said of a text last time, so that a re-scan reads only what changed.

A text is known by its keyed digest, the detector by a digest of its configuration, versions and code. Kept
under `.assay/cache/scan`, which neither git nor DVC sees: digests, places, entities and scores, never a text
or a value. With or without it a scan gives the same bytes. Cost: one keyed hash a distinct text and one join
(a million texts in seconds). A cache that cannot be read or written is as good as none, and so is one whose
seal is not true: a keyed digest of the file's bytes stands beside it, because a text whose findings somebody
emptied would pass for clean (60 MB are read in 0.1 s). Scans with a model of
the user's are not cached, since a model can change under its name.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import polars as pl

from curate.errors import AssayError
from curate.files import replacing_folder, write_parquet, write_text
from curate.keys import Key
from curate.provenance import file_digest

if TYPE_CHECKING:
    from curate.pii.detect.detector import Detector

_SEAL = "texts.seal"
# Texts remembered: this scan's, then earlier ones up to this many. Three million take some 60 MB.
MAX_TEXTS = 3_000_000
# Configurations remembered: the one in use and those tried lately, each with a detector a language.
MAX_DETECTORS = 24

# One finding, without its value.
_HIT = {
    "start": pl.Int64(),
    "end": pl.Int64(),
    "entity": pl.String(),
    "score": pl.Float64(),
    "detector": pl.String(),
    "verified": pl.Boolean(),
}
_KEPT = pl.Schema({"digest": pl.String(), "hits": pl.List(pl.Struct(_HIT))})


@dataclass(frozen=True)
class ScanCache:
    """Findings by text for one key and one detector.

    Parameters
    ----------
    folder
        This detector's own, under the project's cache.
    """

    folder: Path
    key: Key

    @classmethod
    def of(cls, root: Path, key: Key, detector: Detector) -> ScanCache | None:
        """The cache of `detector` in the project at `root`; None if its findings may change unseen."""
        if detector.ner is not None:
            return None
        digest = hashlib.blake2b(
            f"{detector.describe(key)['fingerprint']}{key.key_id}".encode(), digest_size=8
        )
        for path in sorted(
            Path(__file__).parent.glob("*.py")
        ):  # the detector's fingerprint covers `detect/`; this, the search
            digest.update(path.read_bytes())
        return cls(root / ".assay" / "cache" / "scan" / digest.hexdigest(), key)

    @contextmanager
    def gathering(self) -> Iterator[ScanCache]:
        """This cache for a scan in parts: read once, and written once, when the block ends well."""
        gathered: dict[Path, _Gathered] = {}
        yield _Gathering(self.folder, self.key, gathered)
        for folder, one in gathered.items():
            if one.seen:
                seen = pl.concat(one.seen).unique("digest", keep="first", maintain_order=True)
                ScanCache(folder, self.key).write(seen, one.earlier)

    def of_detector(self, detector: Detector) -> ScanCache | None:
        """The cache beside this one of another detector, as for another language."""
        return ScanCache.of(self.folder.parents[3], self.key, detector)

    def digests(self, texts: pl.Series) -> pl.Series:
        """Keyed digests of distinct texts, in order."""
        return pl.Series("digest", self.key.digests("scan-text", texts), dtype=pl.String)

    def read(self) -> pl.DataFrame:
        """Everything remembered: `digest`, `hits`; empty if there is nothing, or nothing readable."""
        path = self.folder / "texts.parquet"
        if not self.is_true:
            return _KEPT.to_frame()
        try:
            kept = pl.read_parquet(path)
        except (OSError, pl.exceptions.PolarsError):
            return _KEPT.to_frame()
        return kept if kept.schema == _KEPT and not kept["digest"].is_duplicated().any() else _KEPT.to_frame()

    def _seal(self, path: Path, detector: str) -> str:
        """The keyed digest of a file of findings, bound to the detector that they are of."""
        return self.key.digest("scan-cache", detector, file_digest(path), length=16)

    @property
    def is_true(self) -> bool:
        """Whether its file of findings is the one that this key sealed for this detector."""
        try:
            stated = (self.folder / _SEAL).read_text(encoding="utf-8")
            true = self._seal(self.folder / "texts.parquet", self.folder.name)
        except (OSError, UnicodeDecodeError):
            return False
        return hmac.compare_digest(stated.encode(), true.encode())

    def write(self, seen: pl.DataFrame, earlier: pl.DataFrame) -> None:
        """Remember this scan's texts (`digest`, `hits`) and, up to `MAX_TEXTS`, those of earlier ones."""
        room = max(MAX_TEXTS - seen.height, 0)
        older = earlier.join(seen, on="digest", how="anti").sort("digest").head(room)
        with suppress(AssayError, OSError):  # a cache that cannot be written is as good as none
            texts = pl.concat([seen.head(MAX_TEXTS), older]).sort("digest")
            with replacing_folder(self.folder) as fresh:
                write_parquet(texts, fresh / "texts.parquet")
                write_text(fresh / _SEAL, self._seal(fresh / "texts.parquet", self.folder.name))
            others = sorted(self.folder.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
            for old in [one for one in others if one != self.folder][MAX_DETECTORS - 1 :]:
                rmtree(old, ignore_errors=True)


@dataclass
class _Gathered:
    """What one detector's cache held before, and what the parts of this scan add."""

    earlier: pl.DataFrame
    seen: list[pl.DataFrame] = field(default_factory=list)
    texts: int = 0


@dataclass(frozen=True)
class _Gathering(ScanCache):
    """A cache whose file is read and written once for all parts."""

    gathered: dict[Path, _Gathered]

    def of_detector(self, detector: Detector) -> ScanCache | None:
        """As of the cache itself."""
        one = super().of_detector(detector)
        return one and _Gathering(one.folder, one.key, self.gathered)

    def read(self) -> pl.DataFrame:
        """What was remembered before this scan."""
        if self.folder not in self.gathered:
            self.gathered[self.folder] = _Gathered(super().read())
        return self.gathered[self.folder].earlier

    def write(self, seen: pl.DataFrame, earlier: pl.DataFrame) -> None:
        """Hold what a part saw, up to as many texts as are remembered."""
        one = self.gathered[self.folder]
        if one.texts < MAX_TEXTS:
            one.seen.append(seen)
            one.texts += seen.height


def changed_caches(root: Path, key: Key) -> list[Path]:
    """Caches of the project at `root` that this key did not seal as they stand: no scan believes them."""
    folders = sorted(path.parent for path in (root / ".assay" / "cache" / "scan").glob("*/texts.parquet"))
    return [folder for folder in folders if not ScanCache(folder, key).is_true]


def as_hits(by_text: pl.DataFrame, texts: pl.DataFrame) -> pl.DataFrame:
    """One row a text (`digest`, `hits`), from one row a finding (`at` and the columns of a hit).

    Parameters
    ----------
    texts
        `at`, `digest`: every text that was read; one without findings gets an empty list.
    """
    grouped = (
        by_text.sort("at", "start")
        .group_by("at", maintain_order=True)
        .agg(pl.struct(list(_HIT)).alias("hits"))
    )
    return texts.join(grouped, on="at", how="left").select(
        "digest", pl.col("hits").fill_null(pl.lit([], dtype=_KEPT["hits"])).cast(_KEPT["hits"])
    )


def as_findings(texts: pl.DataFrame) -> pl.DataFrame:
    """The other way: `at` and the columns of a hit, with the `value` cut from the text (`at`, `text`,
    `hits`).
    """
    with_hits = texts.filter(pl.col("hits").list.len() > 0)
    unnested = with_hits.select("at", "hits").explode("hits").unnest("hits")
    # Cut in Python: polars would count the characters of a long text again for each of its findings.
    values = [
        text[hit["start"] : hit["end"]]
        for text, hits in zip(with_hits["text"].to_list(), with_hits["hits"].to_list(), strict=True)
        for hit in hits
    ]
    return unnested.with_columns(pl.Series("value", values, dtype=pl.String)).select("at", *_HIT, "value")
