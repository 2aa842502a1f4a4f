"""What a person opens: one HTML page, the same as Markdown, and the same in the terminal."""
