"""Five small tasks, one of each kind, that run offline; see `examples/README.md`."""
