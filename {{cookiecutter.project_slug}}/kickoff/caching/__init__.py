"""Cached reads that only one process builds, and that every change makes stale."""
