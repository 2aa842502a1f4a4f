"""Raw files to the Examples table."""

from curate.ingest.params import IngestParams
from curate.ingest.partitioned import Ingested
from curate.ingest.rows import Raw
from curate.ingest.stage import ingest, run

__all__ = ["IngestParams", "Ingested", "Raw", "ingest", "run"]
