"""Dataset versions as they lie in git, in DVC's cache, in folders and in plain files."""
