from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from accounts.views import menu, sign_up

sign_in = LoginView.as_view(
    redirect_authenticated_user=True,
    # LoginView brings a site_name of its own, the host.
    extra_context={"site_name": settings.SITE_NAME},
)

urlpatterns = [
    path("sign-up/", sign_up, name="sign_up"),
    path("sign-in/", sign_in, name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("menu/", menu, name="menu"),
]
