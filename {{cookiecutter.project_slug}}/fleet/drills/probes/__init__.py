"""The processes that know the site: one prepares it, one plays, one looks at the slots."""
