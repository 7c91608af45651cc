from django.contrib.auth.forms import UserCreationForm

from accounts.models import User


class SignUpForm(UserCreationForm):
    """A user name and a password, typed twice."""

    class Meta:
        model = User
        fields = ["username"]
