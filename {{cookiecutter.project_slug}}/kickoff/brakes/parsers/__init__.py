"""Readers of configuration files: small, tolerant, and every value keeps its file and line."""
