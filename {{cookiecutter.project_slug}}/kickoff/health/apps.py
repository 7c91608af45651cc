from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.conf import settings


class HealthConfig(AppConfig):
    name = "kickoff.health"
    label = "health"

    def ready(self) -> None:
        from kickoff.health import checks  # noqa: F401

        # An app, or the package of a database's ENGINE, adds probes in a module of that name.
        packages = [config.name for config in apps.get_app_configs()]
        engines = {database["ENGINE"] for database in settings.DATABASES.values()}
        packages += sorted({engine.rpartition(".")[0] for engine in engines} - {*packages, ""})
        for package in packages:
            if find_spec(f"{package}.probes"):
                import_module(f"{package}.probes")
