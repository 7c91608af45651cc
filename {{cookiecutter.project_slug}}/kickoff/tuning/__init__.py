"""The tuned files of deploy/: their sizes are computed from deploy/fleet.toml, and so are they."""
