from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.core.exceptions import FieldDoesNotExist


class CachingConfig(AppConfig):
    name = "kickoff.caching"
    label = "caching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kickoff.caching import checks  # noqa: F401
        from kickoff.caching.deletions import connect
        from kickoff.caching.entries import registry
        from kickoff.caching.watch import watches

        for config in apps.get_app_configs():
            if find_spec(f"{config.name}.entries"):
                import_module(f"{config.name}.entries")
        for entry in registry:
            try:
                for watch in entry.watches():
                    watches.add(watch)
            except (LookupError, FieldDoesNotExist, ValueError):
                continue  # the system check says what is wrong
        connect()
