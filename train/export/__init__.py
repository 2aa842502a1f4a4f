"""A trained system taken out of the project, in a form that other programs load."""
