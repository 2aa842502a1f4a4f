"""What a change amounts to: counts, drift, exposure of people and of the test set."""
