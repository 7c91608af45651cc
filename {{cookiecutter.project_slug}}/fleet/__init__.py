"""The fleet on one machine, and what is measured there."""
