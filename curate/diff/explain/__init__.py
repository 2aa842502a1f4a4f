"""Why rows changed: stage, reason and evidence."""
