from kickoff.budgets.budget_file import Counts, Entry
from kickoff.budgets.updating import tightened, updated

TWO, THREE = Counts({"SELECT a": 2}), Counts({"SELECT a": 3})


def measured(cold, hot=None):
    return {"cold": cold, "hot": hot or Counts()}


class TestUpdate:
    def test_takes_what_was_measured_and_keeps_the_reason(self):
        old = Entry(200, TWO, reason="It must.")
        assert updated(old, 302, measured(THREE), "sqlite") == Entry(302, THREE, reason="It must.")

    def test_on_mysql_writes_only_what_differs_there(self):
        entry = updated(Entry(200, TWO), 200, measured(THREE), "mysql")
        assert entry.cold == TWO
        assert entry.of("cold", "mysql") == THREE
        assert entry.overrides == {
            "mysql": {"cold": THREE, "hot": Counts()}
        } or entry.overrides == {"mysql": {"cold": THREE}}

    def test_on_mysql_writes_what_is_not_made_there_as_0(self):
        entry = updated(Entry(200, TWO), 200, measured(Counts()), "mysql")
        assert entry.overrides == {"mysql": {"cold": Counts({"SELECT a": 0})}}

    def test_on_mysql_of_equal_numbers_needs_no_override(self):
        old = Entry(200, TWO, overrides={"mysql": {"cold": THREE}})
        assert updated(old, 200, measured(TWO), "mysql") == Entry(200, TWO)

    def test_elsewhere_keeps_what_differs_on_mysql(self):
        old = Entry(200, TWO, overrides={"mysql": {"cold": THREE}})
        assert updated(old, 200, measured(TWO), "sqlite") == old
        assert updated(old, 200, measured(THREE), "sqlite") == Entry(200, THREE)

    def test_of_a_new_case_on_mysql_is_an_entry_like_any(self):
        assert updated(None, 200, measured(THREE), "mysql") == Entry(200, THREE)


class TestTighten:
    def test_lowers_and_never_raises(self):
        old = Entry(200, Counts({"SELECT a": 3, "SELECT b": 1}, {"get x": 2}), TWO)
        made = measured(Counts({"SELECT a": 2, "SELECT b": 5, "SELECT c": 1}), THREE)
        assert tightened(old, made, "sqlite") == Entry(
            200, Counts({"SELECT a": 2, "SELECT b": 1}), TWO
        )

    def test_on_mysql_lowers_there_alone(self):
        entry = tightened(Entry(200, THREE), measured(TWO), "mysql")
        assert entry.cold == THREE
        assert entry.of("cold", "mysql") == TWO
