"""Top floor: command line, gates, reports and records. May import `curate` and `train`."""
