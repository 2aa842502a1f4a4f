"""Risks that redaction does not settle: rows that single a person out, special categories of data."""
