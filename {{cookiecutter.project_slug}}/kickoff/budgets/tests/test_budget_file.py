import pytest

from kickoff.budgets.budget_file import (
    BudgetFileError,
    Budgets,
    Case,
    Counts,
    Entry,
    read_budgets,
)

CASE = Case("shop:book", "anonymous", "GET")
FILE = """\
version = 1

[skip]
"admin:*" = "Django's own."
"shop:book POST" = "Only robots do."

["shop:book".anonymous.GET]
status = 200
cold.queries."SELECT shop_book" = 2
cold.cache."get book.#" = 1
hot = {}
mysql.cold.queries."SELECT shop_book" = 3
mysql.cold.queries."SELECT shop_author" = 1
mysql.cold.cache."get book.#" = 0
reason = "It must."
"""


class TestReading:
    def test_gives_the_entries(self):
        entry = read_budgets(FILE).entries[CASE]
        assert entry.status == 200
        assert entry.cold == Counts({"SELECT shop_book": 2}, {"get book.#": 1})
        assert entry.hot == Counts()
        assert entry.reason == "It must."

    def test_puts_the_numbers_of_mysql_in_their_place(self):
        entry = read_budgets(FILE).entries[CASE]
        assert entry.of("cold", "sqlite") == entry.cold
        assert entry.of("cold", "mysql") == Counts({"SELECT shop_book": 3, "SELECT shop_author": 1})
        assert entry.of("hot", "mysql") == Counts()

    def test_knows_what_is_left_out(self):
        budgets = read_budgets(FILE)
        assert budgets.skips("admin:index")
        assert not budgets.skips("shop:book")
        assert not budgets.skips("shop:book", "GET")
        assert budgets.skips("shop:book", "POST")

    def test_gives_to_cold_and_hot_what_stands_without_either(self):
        text = FILE.replace("cold.queries", "queries", 1).replace(
            "hot = {}", 'hot.queries."SELECT shop_book" = 1\nhot.cache."set book.#" = 4'
        )
        entry = read_budgets(text).entries[CASE]
        assert entry.cold == Counts({"SELECT shop_book": 2}, {"get book.#": 1})
        assert entry.hot == Counts({"SELECT shop_book": 1}, {"set book.#": 4})

    def test_gives_one_entry_to_each_visitor_of_a_header(self):
        text = FILE.replace(".anonymous.GET", '."anonymous, buyer".GET')
        entries = read_budgets(text).entries
        assert list(entries) == [CASE, CASE._replace(visitor="buyer")]
        assert entries[CASE] == entries[CASE._replace(visitor="buyer")]

    def test_of_an_empty_file_gives_nothing(self):
        assert read_budgets("") == Budgets()


class TestAnError:
    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("version = 1", "version = 2", "the first line must be `version = 1`"),
            ("version = 1", "version = ", "Invalid value (at line 1, column 11)"),
            ('"Django\'s own."', '" "', '[skip] "admin:*" needs a reason: "admin:*" = "why"'),
            ("status = 200\n", "", '["shop:book".anonymous.GET] needs the status'),
            ("status = 200", 'status = "200"', "needs the status that is expected: status = 200"),
            ("status", "statsu", "has 'statsu', which means nothing there; known are cache, cold"),
            ("cold.queries", "cold.query", "cold has 'query', which means nothing there"),
            ("hot = {}", "hot = 0", '["shop:book".anonymous.GET] must be a table'),
            ("book.anonymous.GET]", "book.anonymous]", "must be a table"),
            (
                'shop_book" = 2',
                'shop_book" = -2',
                'cold.queries."SELECT shop_book" must be a number',
            ),
            ("cold.queries", "quries", "has 'quries', which means nothing there; known are cache"),
            ("hot = {}", 'cache."x" = -1', 'GET].cache."x" must be a number from 0 upwards'),
            ('shop_book" = 2', 'shop_book" = true', "must be a number from 0 upwards"),
            ('"It must."', "7", 'reason must be a text: reason = "why"'),
            (
                "[skip]",
                '["shop:book"."buyer, anonymous".GET]\nstatus = 200\n[skip]',
                '["shop:book".anonymous.GET] is a second entry for shop:book (GET, anonymous)',
            ),
            ("anonymous.GET", '"anonymous,".GET', '"anonymous,".GET] has a visitor without a name'),
            ("mysql.cold", "mysql.warm", "mysql has 'warm', which means nothing there"),
        ],
    )
    def test_names_the_place_and_the_way_out(self, old, new, message):
        text = FILE.replace(
            '"shop:book".anonymous.GET]', "book.anonymous.GET]", old.startswith("book.")
        )
        assert old in text
        with pytest.raises(BudgetFileError) as error:
            read_budgets(text.replace(old, new))
        assert str(error.value).startswith("query_budgets.toml: ")
        assert message in str(error.value)


def test_a_case_reads_as_a_sentence_and_as_the_name_of_a_test():
    assert str(CASE) == "shop:book (GET, anonymous)"
    assert CASE.id == "shop:book-anonymous-GET"


def test_an_override_of_nothing_is_an_allowance():
    entry = Entry(200, overrides={"mysql": {"hot": Counts({"SELECT a": 1})}})
    assert entry.of("hot", "mysql").total("queries") == 1
