"""minimig inside the command lines of web frameworks: `flask minimig ...`, `litestar minimig ...`."""
