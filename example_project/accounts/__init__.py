"""Who reads and writes."""
