"""A person taken out: objects removed wherever DVC keeps them, and a proof by bytes that nothing is left."""
