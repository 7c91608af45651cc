"""Processes of the site that measure from inside: `python -m fleet.bench.probes ROLE`."""
