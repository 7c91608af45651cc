"""The whole site in a process of its own, for tests that take its servers away."""
