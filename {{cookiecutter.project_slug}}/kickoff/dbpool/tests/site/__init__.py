"""A site with two tables, for Django's commands: python -m django … --settings=…tests.site.settings"""
