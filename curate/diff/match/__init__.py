"""Which row of one version is which row of the other, and whether it changed."""
