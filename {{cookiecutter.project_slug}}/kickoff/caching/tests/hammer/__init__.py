"""Real processes that read, change and refresh as hard as they can: see `test_hammer.py`."""
