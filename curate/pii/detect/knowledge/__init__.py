"""What a steward knows and no recognizer can: own patterns, values always found, values never found."""
