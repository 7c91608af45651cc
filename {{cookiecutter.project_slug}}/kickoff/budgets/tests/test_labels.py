import pytest

from kickoff.budgets.labels import is_bookkeeping, label, shape, shortened


class TestLabel:
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            (
                'SELECT "shop_book"."id" FROM "shop_book" WHERE "shop_book"."id" = %s',
                "SELECT shop_book",
            ),
            ("SELECT `shop_book`.`id` FROM `shop_book`", "SELECT shop_book"),
            (
                'SELECT DISTINCT "a"."id" FROM "a" INNER JOIN "b" ON ("a"."b_id" = "b"."id")',
                "SELECT a",
            ),
            ('SELECT COUNT(*) AS "__count" FROM "a"', "COUNT a"),
            ('SELECT COUNT(*) FROM (SELECT DISTINCT "a"."id" FROM "a") subquery', "COUNT a"),
            ('SELECT 1 AS "a" FROM "b" LIMIT 1', "EXISTS b"),
            ('SELECT %s AS "a" FROM "b" LIMIT 1', "EXISTS b"),
            ("SELECT %s AS `a` FROM `b` LIMIT 1", "EXISTS b"),
            ('SELECT %s AS "price" FROM "b"', "SELECT b"),
            ('SELECT (1) AS "a" FROM "b" LIMIT 1', "EXISTS b"),
            ('SELECT EXISTS(SELECT 1 FROM "b") AS "e"', "EXISTS b"),
            ('SELECT 1 AS "a" FROM (SELECT DISTINCT "b"."id" FROM "b") subquery', "EXISTS b"),
            ('SELECT 1 + 1 FROM "b"', "SELECT b"),
            ('SELECT "x" FROM "public"."book"', "SELECT book"),
            ("SELECT `x` FROM `shop`.`book`", "SELECT book"),
            ('INSERT INTO "public"."book" ("x") VALUES (%s)', "INSERT book"),
            ('UPDATE public.book SET "x" = %s', "UPDATE book"),
            ('SELECT (SELECT COUNT(U0."id") FROM "b" U0) AS "n" FROM "a"', "SELECT a"),
            ("SELECT EXTRACT(YEAR FROM `a`.`day`) FROM `a`", "SELECT a"),
            ('(SELECT "a"."id" FROM "a") UNION (SELECT "b"."id" FROM "b")', "SELECT a"),
            ("WITH found AS (SELECT 1 FROM b) SELECT * FROM a", "SELECT a"),
            ("SELECT ' FROM b' FROM a", "SELECT a"),
            ("/* route=x FROM b */ SELECT * FROM a", "SELECT a"),
            ('INSERT INTO "a" ("x") VALUES (%s)', "INSERT a"),
            ('INSERT OR IGNORE INTO "a" ("x") VALUES (%s)', "INSERT a"),
            ("INSERT IGNORE INTO `a` (`x`) VALUES (%s)", "INSERT a"),
            ('UPDATE "a" SET "x" = (SELECT U0."y" FROM "b" U0)', "UPDATE a"),
            ('DELETE FROM "a" WHERE "a"."id" IN (%s)', "DELETE a"),
            ("DELETE `a` FROM `a` INNER JOIN `b` ON (`a`.`b_id` = `b`.`id`)", "DELETE a"),
            ("SELECT 1", "SELECT"),
            ("CALL tidy_up(%s)", "CALL"),
        ],
    )
    def test_is_the_verb_and_the_statements_own_table(self, sql, expected):
        assert label(sql) == expected


class TestShape:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("SELECT x FROM a WHERE id IN (%s, %s)", "SELECT x FROM a WHERE id IN (%s, %s, %s)"),
            ("INSERT INTO a VALUES (%s, %s)", "INSERT INTO a VALUES (%s, %s), (%s, %s)"),
            ("SELECT `x` FROM `a`", 'SELECT "x" FROM "a"'),
            ("SELECT x FROM a LIMIT 21", "SELECT x FROM a LIMIT 1"),
            ("SELECT x FROM a WHERE y = -5", "SELECT x FROM a WHERE y = 5"),
            ("SELECT x FROM a WHERE y = 'it''s'", "SELECT x FROM a WHERE y = %s"),
            ("/* one */ SELECT x FROM a", "SELECT x  FROM a -- two"),
            (
                "UPDATE a SET x = CASE WHEN (id = %s) THEN %s ELSE NULL END",
                "UPDATE a SET x = CASE WHEN (id = %s) THEN %s WHEN (id = %s) THEN %s ELSE NULL END",
            ),
        ],
    )
    def test_is_equal_for_equal_questions(self, one, other):
        assert shape(one) == shape(other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            # Double quotes are names, not values: two tables are two questions.
            ('SELECT "a"."id" FROM "a"', 'SELECT "b"."id" FROM "b"'),
            ("SELECT COUNT(*) FROM a", "SELECT x FROM a"),
            ("SELECT x FROM a WHERE y = %s", "SELECT x FROM a WHERE z = %s"),
            ("SELECT x1 FROM a", "SELECT x2 FROM a"),
        ],
    )
    def test_differs_for_different_ones(self, one, other):
        assert shape(one) != shape(other)


class TestBookkeeping:
    @pytest.mark.parametrize(
        "sql",
        [
            "BEGIN",
            "BEGIN IMMEDIATE",
            "SAVEPOINT x1",
            "RELEASE SAVEPOINT `x1`",
            "ROLLBACK TO SAVEPOINT x1",
            "COMMIT",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SELECT VERSION(), @@sql_mode, @@default_storage_engine",
            "PRAGMA foreign_keys = ON",
        ],
    )
    def test_is_what_belongs_to_transaction_and_connection(self, sql):
        assert is_bookkeeping(sql)

    @pytest.mark.parametrize("sql", ["SELECT 1", "SETTLE", "UPDATE a SET x = %s"])
    def test_is_nothing_else(self, sql):
        assert not is_bookkeeping(sql)


def test_a_message_leaves_out_the_columns():
    sql = 'SELECT "a"."id", (SELECT MAX("b"."x") FROM "b") AS "m" FROM "a" WHERE "a"."id" = %s'
    assert shortened(sql) == 'SELECT … FROM "a" WHERE "a"."id" = ?'


def test_a_message_never_becomes_long():
    assert len(shortened("SELECT x FROM a WHERE " + "y = %s OR " * 100)) == 160
