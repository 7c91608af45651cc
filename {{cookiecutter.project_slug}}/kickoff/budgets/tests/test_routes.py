import pytest
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.http import require_POST, require_safe
from django.views.generic import ListView, UpdateView

from kickoff.budgets.routes import all_routes, methods_of


def view(request, **kwargs):
    return HttpResponse()


shop = ([path("<slug:book>/", view, name="book"), path("cart/", view)], "shop")
urlpatterns = [
    path("", view, name="list"),
    path("<int:page>/", view, name="list"),
    path("old/", include(shop, namespace="old")),
    path("<slug:town>/new/", include(shop, namespace="new")),
    re_path(r"^archive/(?P<year>[0-9]{4})/$", view, name="archive"),
    path("feed/<int:pk>/", view),
]


@pytest.mark.urls(__name__)
class TestTheKey:
    def test_is_the_name_with_its_namespaces_or_the_address(self):
        assert [route.key for route in all_routes()] == [
            "/<slug:town>/new/cart/",
            "/feed/<int:pk>/",
            "/old/cart/",
            "archive",
            "list at ",
            "list at <int:page>/",
            "new:book",
            "old:book",
        ]

    def test_comes_with_the_parameters_of_all_that_leads_there(self):
        parameters = {route.key: route.parameters for route in all_routes()}
        assert parameters["new:book"] == ("town", "book")
        assert parameters["archive"] == ("year",)
        assert parameters["list at "] == ()

    def test_tells_whether_a_path_reaches_it(self):
        routes = {route.key: route for route in all_routes()}
        assert routes["list at <int:page>/"].answers("/3/")
        assert not routes["list at "].answers("/3/")
        assert routes["old:book"].answers("/old/cart/")  # It stands before the unnamed one.
        assert not routes["/old/cart/"].answers("/old/cart/")
        assert not routes["archive"].answers("/nowhere/else/")


class TestTheMethods:
    @pytest.mark.parametrize(
        ("takes", "methods"),
        [
            (view, ()),
            (require_safe(view), ("GET",)),
            (require_POST(view), ("POST",)),
            (ListView.as_view(), ("GET",)),
            (UpdateView.as_view(), ("GET", "POST")),
            (LoginView.as_view(), ("GET", "POST")),
            (LogoutView.as_view(), ("POST",)),
        ],
    )
    def test_are_those_that_a_view_says_it_takes(self, takes, methods):
        assert methods_of(takes) == methods
