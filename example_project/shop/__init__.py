"""What is sold beside it."""
