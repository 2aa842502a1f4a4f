"""How an answer is scored, one file a kind of task."""
