"""Find personal data in texts: the detector, what it knows, and how its findings are resolved."""
