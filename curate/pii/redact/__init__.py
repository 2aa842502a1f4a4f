"""Stage `redact`: what is done about each finding, and what stands in its place."""
