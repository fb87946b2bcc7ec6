"""Words for what the stages tell: one function for each kind, and the narrator who puts them in a row."""
