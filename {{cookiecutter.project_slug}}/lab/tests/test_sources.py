"""The code that is shown is the code that runs."""

from pathlib import Path
from textwrap import indent

import pytest
from django.conf import settings

from lab.highlighting import highlighted
from lab.sources import APACHE, PYTHON, Source, of_page_cache
from lab.steps import STEPS
from lab.twins import PAGES


@pytest.mark.parametrize("name", PAGES)
def test_every_piece_stands_in_its_file(name):
    for step in STEPS.values():
        sources = step.sources(PAGES[name])
        assert sources
        for source in sources:
            file = Path(settings.BASE_DIR) / source.file
            if source.file.startswith("django/"):
                continue  # among the packages
            written = file.read_text(encoding="utf-8")
            if source.language == APACHE:
                for line in source.text.splitlines():
                    assert line in written
            for piece in source.text.split("\n\n\n") if source.language == PYTHON else ():
                assert piece in written or indent(piece, "    ") in written  # a method


@pytest.mark.parametrize("name", PAGES)
def test_the_naive_twin_comes_with_its_loops_and_templates(name):
    page = PAGES[name]
    text = "".join(source.text for source in STEPS["naive"].sources(page))
    assert f"def {page.naive.__name__}(" in text
    for piece in page.shared:
        assert piece.__name__ in text
    files = [source.file for source in STEPS["naive"].sources(page)]
    for template in page.naive_templates:
        app = template.partition("/")[0]
        assert f"{app}/templates/{template}" in files


def test_of_apaches_configuration_the_cache_is_shown_with_its_reasons():
    (source,) = of_page_cache()
    assert "CacheEnable socache /" in source.text
    assert "no dog-pile" in source.text
    assert "WSGIDaemonProcess" not in source.text


def test_without_that_file_there_is_nothing_to_show(settings, tmp_path):
    settings.BASE_DIR = tmp_path
    assert of_page_cache() == []


def test_colours_escape_what_is_code():
    html = highlighted('x = "<script>"', PYTHON)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_lines_are_counted():
    assert Source("a.py", PYTHON, "x = 1\ny = 2").lines == 2
