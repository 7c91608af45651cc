"""The processes that know the site: who prepares it, who plays the match, who looks at the slots."""
