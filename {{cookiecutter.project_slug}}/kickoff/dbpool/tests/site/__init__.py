"""A site with one table, for Django's commands: its settings are `site.settings` here."""
