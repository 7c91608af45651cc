from django.contrib.auth.forms import UserCreationForm
from django.db import IntegrityError, transaction

from accounts.models import User


class SignUpForm(UserCreationForm):
    """A user name and a password, typed twice."""

    def save_if_free(self) -> User | None:
        """The new user; None, with an error at the name, when somebody took it a moment ago."""
        try:
            with transaction.atomic():
                user: User = self.save()
        except IntegrityError:
            self.add_error("username", "A user with that username already exists.")
            return None
        return user

    class Meta:
        model = User
        fields = ["username"]
