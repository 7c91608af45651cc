"""The folder of the plugin, copied alone into a fresh project: what its user sees."""
