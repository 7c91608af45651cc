"""What visitors can type, and what is wrong with it."""
