"""Templates, style sheet and script of the desk, as files; `governance.desk.web` reads them."""
