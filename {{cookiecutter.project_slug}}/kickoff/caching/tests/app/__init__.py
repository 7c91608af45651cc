"""A small app whose changes the tests of the cache watch."""
