# ruff: noqa: RUF001 (letters that look alike are what this is about)
import pytest

from fantasy.names import plain


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Kylian Mbappé", "Kylian Mbappe"),
        ("Barış Alper Yılmaz", "Baris Alper Yilmaz"),
        ("İrfan Can Kahveci", "Irfan Can Kahveci"),
        ("Pascal Groß", "Pascal Gross"),
        ("Martin Ødegaard", "Martin Odegaard"),
        ("Novak Đoković", "Novak Dokovic"),
        ("Łukasz Piszczek", "Lukasz Piszczek"),
        ("Nguyễn Quang Hải", "Nguyen Quang Hai"),
        ("Đặng Văn Lâm", "Dang Van Lam"),
        ("Kaishū Sano", "Kaishu Sano"),
        ("Þórir Jóhann", "Thorir Johann"),
        ("N’Golo Kanté", "N'Golo Kante"),
        ("Kim Min-jae", "Kim Min-jae"),
        ("손흥민", "손흥민"),
        ("", ""),
    ],
)
def test_plain_is_the_text_without_accents(name, expected):
    assert plain(name) == expected


def test_plain_text_stays_as_it_is():
    assert plain(plain("Łukasz Đoković")) == plain("Łukasz Đoković")
