"""How many more rows a page shows: neither a pager nor the cells of one row count as such."""

import pytest

from kickoff.budgets.shown import more_rows, shown_in


def more(small, large, content_type="text/html; charset=utf-8"):
    return more_rows(*(shown_in(content_type, text.encode()) for text in (small, large)))


def table(rows):
    return "<table>" + "<tr><td>a</td><td>b</td><td>c</td></tr>" * rows + "</table>"


class TestAPage:
    @pytest.mark.parametrize(
        ("small", "large", "rows"),
        [
            (table(2), table(2), 0),
            (table(2), table(4), 2),
            (table(2), table(3), 1),  # with three cells
            ("<ul><li>1<li>2</ul>", "<ul><li>1<li>2<li>3<li>4</ul>", 2),
            ("<p>1<br>2<br></p>", "<p>1<br>2<br>3<br>4<br></p>", 2),
            # Each round has one match more.
            (table(1) + table(1), table(2) + table(2), 2),
            # A list that was not there at all.
            ("<main></main>", "<main>" + table(2) + "</main>", 1),
            (
                "<p class=a></p><div class=cards><i></i></div>",
                "<div class=pager></div><p class=a></p><div class=cards>"
                + "<i></i>" * 3
                + "</div>",
                2,
            ),
        ],
    )
    def test_has_more_rows_where_more_stand_beside_each_other(self, small, large, rows):
        assert more(small, large) == rows

    @pytest.mark.parametrize(
        "pager",
        [
            "<nav><a>1</a><a>2</a><a>3</a></nav>",
            '<a rel="next">More</a>',
            '<a rel="nofollow prev"><b>1</b></a>',
            "<nav><br><ul><li>1<li>2</ul></nav>",
        ],
    )
    def test_has_none_more_for_its_pager(self, pager):
        assert more(table(2), table(2) + pager) == 0

    def test_has_one_more_for_a_pager_of_different_elements(self):
        assert more("<main></main>", "<main><a>Next</a><span>2 of 3</span></main>") == 1


class TestOtherContent:
    def test_of_json_has_the_items_of_its_lists(self):
        small = '{"next": null, "books": [{"title": "A"}, {"title": "B"}]}'
        large = '{"next": "/books?page=2", "books": [{"title": "A long one"}, {"title": "B"}]}'
        assert more(small, large, "application/json") == 0
        assert more(small, small.replace("]", ', {"title": "C"}]'), "application/json") == 1

    def test_of_json_that_is_a_mapping_has_its_keys(self):
        assert more('{"1": 1}', '{"1": 1, "2": 2}', "application/json") == 1

    def test_of_json_lines_and_text_has_lines(self):
        assert more("{}\n{}\n", "{}\n{}\n{}\n", "application/json") == 1
        assert more("a,b\n", "a,b\nlonger,b\n\n", "text/csv") == 1
