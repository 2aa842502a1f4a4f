"""A person's traces: where rows, versions, models, reports and caches hold them."""
