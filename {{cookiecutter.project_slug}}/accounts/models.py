"""The people who use the site."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A user of this site. Ours from the first migration on, so that fields can be added later."""
