# ruff: noqa: RUF001 (letters that look alike are what this is about)
import pytest

from fantasy.worldcup.names import UncertainNameError, find_player, likeness

SQUAD = [
    "Raúl Jiménez",
    "Raúl Rangel",
    "Luka Sučić",
    "Petar Sučić",
    "Mario Pašalić",
    "Maximiliano Araújo",
    "Ronald Araújo",
    "Agustín Canobbio",
    "Stephen Eustáquio",
    "Musa Al-Taamari",
    "Hassan Al-Haydos",
    "Mahmud Abunada",
    "Mostafa Ziko",
    "Barış Alper Yılmaz",
    "Pascal Groß",
    "Martin Ødegaard",
    "Łukasz Đoković",
    "Nguyễn Văn Toàn",
    "Son Heung-min",
    "Kim Min-jae",
    "Virgil van Dijk",
    "Giorgian de Arrascaeta",
    "Derrick Etienne Jr.",
    "Vinícius Júnior",
    "N'Golo Kanté",
    "CJ dos Santos",
    "Marcos Nicolás Senesi Baron",
    "Mohamed Salah",
    "Antonio Rüdiger",
    "Jovane Cabral",
    "Sidny Lopes Cabral",
    "Diney",
    "Pedri",
]


def who_is(name, squad=SQUAD):
    return squad[find_player(name, squad)]


def refusal(name, squad=SQUAD):
    with pytest.raises(UncertainNameError) as refused:
        find_player(name, squad)
    return str(refused.value)


@pytest.mark.parametrize("name", SQUAD)
def test_everybody_is_found_by_his_own_name(name):
    assert who_is(name) == name


@pytest.mark.parametrize("name", SQUAD)
def test_nobody_takes_the_place_of_one_who_is_missing(name):
    refusal(name, [other for other in SQUAD if other != name])


@pytest.mark.parametrize(
    ("name", "player"),
    [
        ("Raul Jimenez", "Raúl Jiménez"),
        ("RAÚL JIMÉNEZ", "Raúl Jiménez"),
        ("Raul Jime\u0301nez", "Raúl Jiménez"),
        ("Baris Alper Yilmaz", "Barış Alper Yılmaz"),
        ("BARIŞ ALPER YILMAZ", "Barış Alper Yılmaz"),
        ("Pascal Gross", "Pascal Groß"),
        ("Martin Odegaard", "Martin Ødegaard"),
        ("Martin Oedegaard", "Martin Ødegaard"),
        ("Antonio Ruediger", "Antonio Rüdiger"),
        ("Lukasz Dokovic", "Łukasz Đoković"),
        ("Nguyen Van Toan", "Nguyễn Văn Toàn"),
        ("NGolo Kante", "N'Golo Kanté"),
        ("N’Golo Kanté", "N'Golo Kanté"),
    ],
)
def test_accents_and_special_letters_make_no_difference(name, player):
    assert who_is(name) == player


@pytest.mark.parametrize(
    ("name", "player"),
    [
        ("Heung-min Son", "Son Heung-min"),
        ("Son Heung-Min", "Son Heung-min"),
        ("Son Heung Min", "Son Heung-min"),
        ("Heungmin Son", "Son Heung-min"),
        ("Toàn Nguyễn Văn", "Nguyễn Văn Toàn"),
        ("Musa Al Taamari", "Musa Al-Taamari"),
        ("Musa AlTaamari", "Musa Al-Taamari"),
        ("C.J. dos Santos", "CJ dos Santos"),
    ],
)
def test_the_order_of_words_hyphens_and_dots_make_no_difference(name, player):
    assert who_is(name) == player


@pytest.mark.parametrize(
    ("name", "player"),
    [
        ("R. Jiménez", "Raúl Jiménez"),
        ("R.Jiménez", "Raúl Jiménez"),
        ("Jiménez R.", "Raúl Jiménez"),
        ("P. Sucic", "Petar Sučić"),
        ("V. van Dijk", "Virgil van Dijk"),
        ("Mo Salah", "Mohamed Salah"),
        ("Maxi Araújo", "Maximiliano Araújo"),
        ("Agustín Cano", "Agustín Canobbio"),
        ("Vini Jr", "Vinícius Júnior"),
        ("Derrick Etienne", "Derrick Etienne Jr."),
        ("Derrick Etienne Jr", "Derrick Etienne Jr."),
    ],
)
def test_initials_and_short_forms_of_one_player_are_enough(name, player):
    assert who_is(name) == player


@pytest.mark.parametrize(
    ("name", "player"),
    [
        ("Jiménez", "Raúl Jiménez"),
        ("Van Dijk", "Virgil van Dijk"),
        ("Arrascaeta", "Giorgian de Arrascaeta"),
        ("Marcos Senesi", "Marcos Nicolás Senesi Baron"),
        ("Sidny Cabral", "Sidny Lopes Cabral"),
        ("Diney Borges", "Diney"),
        ("Pedri González", "Pedri"),
    ],
)
def test_a_name_may_lack_words_that_no_other_player_needs(name, player):
    assert who_is(name) == player


@pytest.mark.parametrize(
    ("name", "player"),
    [
        ("Mousa Al-Tamari", "Musa Al-Taamari"),
        ("Mahmoud Abunada", "Mahmud Abunada"),
        ("Mostafa Zico", "Mostafa Ziko"),
        ("Stephan Eustáquio", "Stephen Eustáquio"),
        ("Mohammed Salah", "Mohamed Salah"),
    ],
)
def test_another_transliteration_of_the_same_sounds_is_enough(name, player):
    assert who_is(name) == player


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Sučić", "could be Luka Sučić or Petar Sučić"),
        ("Raúl", "could be Raúl Jiménez or Raúl Rangel"),
        ("Araujo", "could be Maximiliano Araújo or Ronald Araújo"),
        ("Cabral", "could be Jovane Cabral or Sidny Lopes Cabral"),
    ],
)
def test_a_name_that_two_players_share_is_refused(name, reason):
    assert refusal(name) == reason


def test_an_initial_that_fits_two_brothers_is_refused():
    brothers = ["Lucas Hernandez", "Louis Hernandez", "Théo Hernandez"]
    assert refusal("L. Hernandez", brothers) == "could be Lucas Hernandez or Louis Hernandez"
    assert who_is("T. Hernandez", brothers) == "Théo Hernandez"


def test_two_players_of_the_very_same_name_are_refused():
    squad = ["Danilo Santos", "Danilo Santos", "Pedri"]
    assert refusal("Danilo Santos", squad) == "could be Danilo Santos or Danilo Santos"


def test_a_longer_name_is_not_preferred_to_a_shorter_one_without_need():
    squad = ["Ismaïla Sarr", "Pape Matar Sarr"]
    assert refusal("Sarr", squad) == "could be Ismaïla Sarr or Pape Matar Sarr"


def test_the_order_decides_between_two_players_with_the_same_words():
    squad = ["Ali Hassan", "Hassan Ali"]
    assert who_is("Hassan Ali", squad) == "Hassan Ali"


@pytest.mark.parametrize(
    "name",
    [
        "Zlatan Ibrahimović",
        "Marco Pašalić",  # one letter from Mario Pašalić
        "Ivan Sučić",  # a third brother
        "Virgil Gomez",
        "Al-Hassan",  # not Hassan Al-Haydos
        "Kim",
        "H. Son",
        "J.",
        "...",
        "김민재",
    ],
)
def test_a_name_that_fits_nobody_is_refused(name):
    assert refusal(name).startswith("nobody in the squad has such a name; the nearest is ")


def test_the_refusal_names_the_nearest():
    assert refusal("Marco Pašalić").endswith("the nearest is Mario Pašalić")


def test_a_very_long_name_is_compared_quickly():
    assert likeness("a " * 50, "a b " * 25) == 0


def test_likeness_is_the_same_in_both_directions():
    assert likeness("Mousa Al-Tamari", "Musa Al-Taamari") == 95
    assert likeness("Musa Al-Taamari", "Mousa Al-Tamari") == 95
