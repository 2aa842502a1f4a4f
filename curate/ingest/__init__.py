"""Raw files to the Examples table."""

from curate.ingest.params import IngestParams
from curate.ingest.stage import Ingested, Raw, ingest, run

__all__ = ["IngestParams", "Ingested", "Raw", "ingest", "run"]
