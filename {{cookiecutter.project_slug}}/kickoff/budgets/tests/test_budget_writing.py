import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kickoff.budgets.budget_file import BudgetFileError, Case, Counts, Entry, read_budgets
from kickoff.budgets.budget_writing import NEW_FILE, line_of, rewritten, stanza, write

CASE = Case("shop:book", "anonymous", "GET")
FILE = """\
# The contract.
version = 1  # of the format

[skip]
"admin:*" = "Django's own." # really

# shop: begin
["shop:book".anonymous.GET]
# Of the book.
status = 200 # "quoted" # twice
cold.queries."SELECT a#b" = 2 # a hash
hot = {}
# shop: end

[zoo.anonymous.GET]
status = 302
cold = {}
hot = {}
# The end.
"""

# Texts as they may stand in keys and reasons: quotes, hashes, brackets, other alphabets.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
counts = st.builds(
    Counts,
    st.dictionaries(texts, st.integers(1, 99), max_size=3),
    st.dictionaries(texts, st.integers(1, 99), max_size=2),
)
routes = texts.filter(lambda name: name not in ("version", "skip"))
visitors = texts.map(lambda name: name.replace(",", "").strip()).filter(bool)
cases = st.builds(Case, routes, visitors, texts)
entries = st.builds(
    Entry,
    st.integers(100, 599),
    counts,
    counts,
    st.one_of(
        st.just({}), st.fixed_dictionaries({"mysql": st.fixed_dictionaries({"cold": counts})})
    ),
    st.one_of(st.just(""), texts),
)
files = st.dictionaries(cases, entries, max_size=4)
of_one_route = st.dictionaries(
    st.builds(Case, st.just("shop"), st.sampled_from("abcd"), st.sampled_from(["GET", "POST"])),
    st.builds(Entry, st.sampled_from([200, 302]), reason=st.sampled_from(["", "Why"])),
    max_size=6,
)


def read(text):
    """Without the overrides that say nothing, which nobody writes."""
    return {
        case: Entry(entry.status, entry.cold, entry.hot, _said(entry.overrides), entry.reason)
        for case, entry in read_budgets(text).entries.items()
    }


def _said(overrides):
    said = {
        vendor: {state: numbers for state, numbers in states.items() if numbers != Counts()}
        for vendor, states in overrides.items()
    }
    return {vendor: states for vendor, states in said.items() if states}


class TestRewriting:
    @settings(max_examples=60, deadline=None)
    @given(before=files, after=files)
    def test_gives_what_was_written_and_keeps_the_rest(self, before, after):
        text = rewritten(NEW_FILE, before)
        expected = {**before, **after}
        wanted = {
            case: Entry(entry.status, entry.cold, entry.hot, _said(entry.overrides), entry.reason)
            for case, entry in expected.items()
        }
        assert read(rewritten(text, after)) == wanted

    @settings(max_examples=60, deadline=None)
    @given(before=of_one_route, after=of_one_route)
    def test_gives_what_was_written_where_visitors_share_a_header(self, before, after):
        text = rewritten(rewritten(NEW_FILE, before), after)
        assert read(text) == {**before, **after}
        # Who has the same stands under one header, even after they had different budgets.
        different = {(case.method, repr(entry)) for case, entry in {**before, **after}.items()}
        assert text.count("status = ") == len(different)

    @settings(max_examples=20, deadline=None)
    @given(after=files)
    def test_keeps_every_comment(self, after):
        text = rewritten(FILE, after)
        for comment in (
            "# The contract.",
            "# of the format",
            "# really",
            "# shop: begin",
            "# Of the book.",
            "# shop: end",
            "# The end.",
        ):
            assert comment in text

    @settings(max_examples=20, deadline=None)
    @given(before=files)
    def test_of_the_same_changes_nothing(self, before):
        text = rewritten(NEW_FILE, before)
        assert rewritten(text, read_budgets(text).entries) == text
        assert rewritten(FILE, read_budgets(FILE).entries) == FILE

    def test_changes_one_line_for_one_number(self):
        new = Entry(200, Counts({"SELECT a#b": 3}))
        assert rewritten(FILE, {CASE: new}) == FILE.replace(
            '"SELECT a#b" = 2 # a hash', '"SELECT a#b" = 3 # a hash'
        )

    def test_puts_a_new_entry_into_its_place(self):
        new = Case("tea", "anonymous", "GET")
        text = rewritten(FILE, {new: Entry(200)})
        assert text == FILE.replace(
            "# shop: end\n",
            "\n[tea.anonymous.GET]\nstatus = 200\ncold = {}\nhot = {}\n# shop: end\n",
        ).replace("hot = {}\n\n[tea", "hot = {}\n\n[tea")

    def test_takes_entries_out_but_no_comments(self):
        text = rewritten(FILE, {}, remove=[CASE, Case("zoo", "anonymous", "GET")])
        assert read_budgets(text).entries == {}
        for comment in (
            "# shop: begin",
            "# Of the book.",
            "# shop: end",
            "# The end.",
        ):
            assert comment in text

    @pytest.mark.parametrize(
        ("layout", "message"),
        [
            ("[a.b.GET]\nstatus = 200\n[a.b.GET.cold]\n", "[a.b.GET.cold] cannot be rewritten"),
            ("[a.b.GET]\nreason = '''\nlong'''\nstatus = 200", 'cannot be rewritten at "reason'),
        ],
    )
    def test_refuses_a_layout_that_is_not_its_own(self, layout, message):
        with pytest.raises(BudgetFileError) as error:
            rewritten(f"version = 1\n{layout}", {Case("a", "b", "GET"): Entry(302)})
        assert message in str(error.value)


class TestVisitorsOfOneBudget:
    ANONYMOUS, BUYER, CLERK = (
        Case("shop", name, "GET") for name in ("anonymous", "buyer", "clerk")
    )
    SHARED = """\
version = 1

# sells: begin
[shop."anonymous, buyer".GET] # both
status = 200
cold.queries."SELECT a" = 1 # a few
hot = {}
# sells: end
"""

    def test_share_a_header(self):
        entry = Entry(200, Counts({"SELECT a": 1}))
        text = rewritten("version = 1\n", {self.BUYER: entry, self.ANONYMOUS: entry})
        assert text == (
            "version = 1\n\n"
            '[shop."anonymous, buyer".GET]\nstatus = 200\ncold.queries."SELECT a" = 1\nhot = {}\n'
        )

    def test_part_when_theirs_differ_inside_the_same_marks(self):
        text = rewritten(self.SHARED, {self.ANONYMOUS: Entry(200, Counts({"SELECT a": 2}))})
        assert text == self.SHARED.replace(
            '[shop."anonymous, buyer".GET]', "[shop.buyer.GET]"
        ).replace(
            "# sells: end\n",
            '\n[shop.anonymous.GET]\nstatus = 200\ncold.queries."SELECT a" = 2\nhot = {}\n'
            "# sells: end\n",
        )

    def test_meet_again_when_theirs_are_equal(self):
        two = {self.ANONYMOUS: Entry(200, Counts({"SELECT a": 2}))}
        one = {self.ANONYMOUS: Entry(200, Counts({"SELECT a": 1}))}
        assert rewritten(rewritten(self.SHARED, two), one) == self.SHARED

    def test_change_together_in_their_place(self):
        entry = Entry(200, Counts({"SELECT a": 3}))
        assert rewritten(
            self.SHARED, {self.ANONYMOUS: entry, self.BUYER: entry}
        ) == self.SHARED.replace("= 1 # a few", "= 3 # a few")

    def test_are_joined_by_another_one(self):
        entry = Entry(200, Counts({"SELECT a": 1}))
        assert rewritten(self.SHARED, {self.CLERK: entry}) == self.SHARED.replace(
            "anonymous, buyer", "anonymous, buyer, clerk"
        )

    def test_lose_one_who_visits_no_more(self):
        assert rewritten(self.SHARED, {}, remove=[self.BUYER]) == self.SHARED.replace(
            '"anonymous, buyer"', "anonymous"
        )


def test_what_cold_and_hot_have_in_common_is_written_once():
    cold = Counts({"SELECT a": 2, "SELECT b": 1}, {"get x": 1})
    hot = Counts({"SELECT b": 3}, {"get x": 1})
    assert stanza(CASE, Entry(200, cold, hot)).split("\n")[1:] == [
        "status = 200",
        'cold.queries."SELECT a" = 2',
        'cold.queries."SELECT b" = 1',
        'hot.queries."SELECT b" = 3',
        'cache."get x" = 1',
    ]


def test_the_line_of_an_entry_is_that_of_its_header():
    assert line_of(CASE, FILE) == 8
    assert line_of(Case("zoo", "anonymous", "GET"), FILE) == 15
    shared = TestVisitorsOfOneBudget
    assert line_of(shared.BUYER, shared.SHARED) == 4
    assert line_of(shared.CLERK, shared.SHARED) == 1
    assert line_of(CASE, "version = 1\n[a.b.GET.cold]\nstatus = 200\n") == 1


def test_a_stanza_can_be_pasted():
    entry = Entry(200, Counts({"SELECT a": 1}), Counts(), reason='"Why"')
    assert read_budgets(f"version = 1\n{stanza(CASE, entry)}").entries == {CASE: entry}


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "query_budgets.toml"
    write(path, "version = 1\n")
    write(path, FILE)
    assert [file.name for file in tmp_path.iterdir()] == ["query_budgets.toml"]
    assert path.read_text() == FILE
