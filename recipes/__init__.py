"""How shipped artefacts are made; outside the wheel."""
