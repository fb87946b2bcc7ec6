"""What is written, and what readers say about it."""
