"""Recognizers in Presidio's form, by what they find; `build` makes the one for an entity."""
