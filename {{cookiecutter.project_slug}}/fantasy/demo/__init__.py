"""An invented competition with as many leagues as one likes: the same for the same seed."""
