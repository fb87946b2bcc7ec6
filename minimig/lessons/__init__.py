"""What minimig teaches apart from its runs: a page for each code of an error."""
