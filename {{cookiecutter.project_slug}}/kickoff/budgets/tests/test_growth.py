"""Equal counts on every world, and proof that the larger one was seen."""

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType

from kickoff.budgets import Visit, Visits
from kickoff.budgets.budget_file import Case
from kickoff.budgets.emptying import own_cache_keys
from kickoff.budgets.growth import growth_problems
from kickoff.budgets.origins import OriginFinder
from kickoff.budgets.plan import Destination
from kickoff.budgets.reports.gitlab import code_quality
from kickoff.budgets.routes import all_routes
from kickoff.budgets.tests import growing
from kickoff.budgets.visiting import Trip

pytestmark = [
    pytest.mark.urls(growing.__name__),
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def trip(pytestconfig):
    def trip(name, method="GET", **declared):
        visit = Visit(**(declared or {"grows": "groups"}))
        visits = Visits(routes={name: visit}, world=growing.world, larger={"groups": 4, "types": 5})
        route = next(route for route in all_routes() if route.key == name)
        return Trip(
            Case(name, "anonymous", method),
            Destination(route, "visits", visits),
            OriginFinder(Path(__file__).parent),
            pytestconfig.hook,
        )

    return trip


@pytest.fixture
def problems(trip):
    """A function: what is found wrong with the growth of a route."""

    def problems(name, **declared):
        with own_cache_keys():
            planned = trip(name, **declared)
            small = planned.measure(planned.visits.small)
            return [str(problem) for problem in growth_problems(planned, small)]

    return problems


class TestALargerWorld:
    def test_that_costs_the_same_is_no_problem(self, problems):
        assert problems("constant") == []

    def test_that_costs_more_is_one_cold_and_hot(self, problems):
        cold, hot = problems("repeated")
        assert cold.startswith(
            "repeated (GET, anonymous), cold, larger world (groups)\n"
            "  budget: the same with 4 groups as with 2 groups\n"
            "  COUNT auth_permission: 2 became 4\n"
        )
        assert "N+1: 4 × COUNT auth_permission from growing.py:" in cold
        assert "annotate(Count('permissions')) would remove it (in the queryset of Group)" in cold
        assert ", hot, larger world" in hot

    def test_that_is_not_shown_proves_nothing(self, problems):
        """A page of 2 with a query for each row costs the same on any number of rows."""
        (problem,) = problems("on_one_page")
        assert "The page shows no more rows for 2 more groups" in problem

    def test_that_shows_only_a_pager_more_proves_nothing(self, problems):
        (problem,) = problems("with_a_pager")
        assert "The page shows no more rows for 2 more groups" in problem

    def test_that_shows_fewer_rows_than_there_are_more_proves_nothing(self, problems):
        assert "The page shows 1 more row for 2 more groups" in problems("three_of_them")[-1]

    def test_of_json_that_only_becomes_longer_proves_nothing(self, problems):
        (problem,) = problems("total_as_json")
        assert "The page shows no more rows" in problem

    def test_in_a_dimension_that_nobody_has_named_costs_the_same(self, problems):
        """The page is said to grow with groups; it asks once for each type."""
        cold, _hot = problems("repeated_elsewhere")
        assert cold.startswith(
            "repeated_elsewhere (GET, anonymous), cold, larger world (types)\n"
            "  budget: the same with 5 types as with 2 types\n"
            "  EXISTS auth_permission: 2 became 5\n"
        )

    def test_of_each_dimension_is_a_finding_of_its_own(self, trip):
        """GitLab tells findings apart by their fingerprints."""
        with own_cache_keys():
            planned = trip("repeated_in_both", grows=["groups", "types"])
            small = planned.measure(planned.visits.small)
            found = list(growth_problems(planned, small))
        prints = [entry["fingerprint"] for entry in json.loads(code_quality(found, ""))]
        assert len(set(prints)) == len(prints) == 4

    def test_where_only_all_together_is_too_much_is_told_as_such(self, problems):
        cold, _hot = problems("when_all_is_large")
        assert "larger world (groups, types)" in cold

    def test_of_a_page_that_is_said_to_be_fixed_needs_no_rows(self, problems):
        assert problems("on_one_page", fixed="It shows two.") == []

    def test_of_a_page_that_is_said_to_be_fixed_costs_the_same(self, problems):
        assert len(problems("repeated", fixed="It is not.")) == 2

    def test_that_is_another_page_is_a_problem(self, problems):
        assert "status 200 became 404" in problems("once")[0]

    def test_is_read_to_the_end_of_a_stream(self, problems):
        assert "COUNT auth_permission: 2 became 4" in problems("streamed")[0]


class TestAPost:
    def test_finds_a_new_world_each_time_and_nothing_cached_of_the_last_one(self, trip):
        with own_cache_keys():
            planned = trip("remembering", "POST", fixed="It leads on.")
            measured = planned.measure(planned.visits.small)
        assert measured.cold.counts.queries == {"SELECT auth_group": 2, "UPDATE auth_group": 1}
        # The page that is fetched before has filled the cache.
        assert measured.hot.counts.queries == {"SELECT auth_group": 1, "UPDATE auth_group": 1}
        assert measured.again.counts == measured.hot.counts

    def test_costs_the_same_whichever_test_comes_first(self, trip):
        growing.done_in_this_process.clear()
        with own_cache_keys():
            planned = trip("once_in_a_process", "POST", fixed="It leads on.")
            measured = planned.measure(planned.visits.small)
        assert measured.cold.counts.queries == {}


class TestCold:
    def test_is_the_first_visit_of_its_rows(self, trip):
        with own_cache_keys():
            planned = trip("writing_at_first", fixed="One group.")
            measured = planned.measure(planned.visits.small)
        assert measured.cold.counts.queries["INSERT auth_group"] == 1
        assert measured.hot.counts.queries == {"SELECT auth_group": 1}

    def test_is_on_no_rows_that_migrations_have_left(self, trip):
        Group.objects.create(name="From a migration")
        with own_cache_keys():
            planned = trip("constant", grows="groups")
            measured = planned.measure(planned.visits.small)
        assert len(measured.cold.page.parts) == 2

    def test_is_what_the_first_visitor_sees_whatever_ran_before(self, trip):
        """Django remembers content types for as long as the process lives."""
        ContentType.objects.get_for_model(Group)
        with own_cache_keys():
            planned = trip("content_types", fixed="One number.")
            measured = planned.measure(planned.visits.small)
        assert measured.cold.counts.queries == {"SELECT django_content_type": 1}
        assert measured.hot.counts.queries == {}
