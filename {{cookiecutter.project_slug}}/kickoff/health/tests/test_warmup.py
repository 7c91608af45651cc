"""What is done before the first request."""

from __future__ import annotations

import pytest

from kickoff.health import warmup


@pytest.fixture(autouse=True)
def _cold(monkeypatch):
    monkeypatch.setattr(warmup, "_finished", False)


@pytest.fixture
def templates(settings, tmp_path):
    """A folder of templates of the site."""
    settings.BASE_DIR = tmp_path
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path], "APP_DIRS": False}]
    return tmp_path


def test_a_process_is_warm_when_it_has_finished():
    assert not warmup.is_warm()
    warmup.warm_up()
    assert warmup.is_warm()


def test_a_template_that_cannot_be_loaded_is_told_and_left_to_its_page(templates, caplog):
    (templates / "broken.html").write_text("{% nonsense %}")
    (templates / "good.html").write_text("good")
    warmup.warm_up()
    assert "The template broken.html cannot be loaded" in caplog.text
    assert "good.html" not in caplog.text
    assert warmup.is_warm()


def test_templates_of_packages_are_left_alone(templates, settings, caplog):
    settings.BASE_DIR = templates / "project"
    (templates / "broken.html").write_text("{% nonsense %}")
    warmup.warm_up()
    assert caplog.text == ""


def test_a_site_whose_views_cannot_be_imported_never_gets_ready(settings):
    settings.ROOT_URLCONF = "nowhere.urls"
    with pytest.raises(ModuleNotFoundError):
        warmup.warm_up()
    assert not warmup.is_warm()
