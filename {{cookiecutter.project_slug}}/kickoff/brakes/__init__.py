"""Are the brakes on? Rules that hold the configuration of all servers against each other."""
