"""Personal data: find it (`scan`) and take it out (`redact`)."""
