"""The database backend. Django asks for its module `base`."""
