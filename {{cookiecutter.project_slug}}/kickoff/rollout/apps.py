from django.apps import AppConfig


class RolloutConfig(AppConfig):
    name = "kickoff.rollout"
    label = "rollout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kickoff.rollout import signing_in  # noqa: F401
