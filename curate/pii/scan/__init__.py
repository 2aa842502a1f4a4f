"""Stage `scan`: whole columns searched for personal data, each distinct text once."""
