"""Section `publish` of `params.yaml`: how a version lies on disk. Its rows and digests do not follow it."""

from __future__ import annotations

from pydantic import Field

from curate.params import Params

MEGABYTE = 1_000_000


class PublishParams(Params):
    """See the module."""

    # Half a gigabyte of text is some 150 MB of Parquet: parts that load and travel well, and a million rows
    # of 300 characters stay one file.
    shard_mb: float = Field(
        default=512.0,
        gt=0,
        description="megabytes of text from which a table of gold is written in parts, each of about so "
        "many: gold/train.parquet is then a folder",
    )

    @property
    def part_bytes(self) -> int:
        """Bytes of text of a part."""
        return max(1, int(self.shard_mb * MEGABYTE))
