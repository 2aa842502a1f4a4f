"""The faces of a difference: terminal, Markdown, HTML, GitHub, JSON, checklist."""
