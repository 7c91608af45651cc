from django.apps import AppConfig


class CachingTestsConfig(AppConfig):
    name = "kickoff.caching.tests.app"
    label = "cachingtests"
    default_auto_field = "django.db.models.BigAutoField"
