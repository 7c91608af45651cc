from django.apps import AppConfig


class BrakesConfig(AppConfig):
    name = "kickoff.brakes"
    label = "brakes"

    def ready(self) -> None:
        from kickoff.brakes import checks  # noqa: F401
