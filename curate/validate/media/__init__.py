"""Rule `absent_media`: what the prompt points at, and whether the row holds it."""
