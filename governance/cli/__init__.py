"""The `assay` command: a lazy group and one file per command."""
