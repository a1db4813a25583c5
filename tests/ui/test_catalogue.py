"""The compiled catalogues: never stale, never half, and not needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.paths import data_folder
from bot.ui import catalogue
from bot.ui.catalogue import read_catalogue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the English words, in a place of its own and not compiled yet."""
    shutil.copytree(data_folder() / "locale", tmp_path / "locale", ignore=shutil.ignore_patterns("*.mo*"))
    monkeypatch.setattr(catalogue, "data_folder", lambda: tmp_path)
    return tmp_path / "locale" / "en" / "LC_MESSAGES"


def test_what_is_compiled_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_catalogue("en").gettext("when-now") == "Now"
    monkeypatch.delattr(catalogue, "compile_catalogue")
    assert read_catalogue("en").gettext("when-now") == "Now"
    assert sorted(file.name for file in folder.iterdir()) == ["openspace.mo", "openspace.po"]


def test_words_are_never_stale(folder: Path) -> None:
    read_catalogue("en")
    source, compiled = folder / "openspace.po", folder / "openspace.mo"
    text = source.read_bytes()
    source.write_bytes(text.replace(b'"Now"', b'"Nwo"'))  # of the same length, at the same time
    shutil.copystat(compiled, source)
    assert read_catalogue("en").gettext("when-now") == "Nwo"
    source.write_bytes(text)
    assert read_catalogue("en").gettext("when-now") == "Now"


def test_a_compiled_catalogue_that_is_cut_is_made_anew(folder: Path) -> None:
    read_catalogue("en")
    compiled = folder / "openspace.mo"
    whole = compiled.read_bytes()
    compiled.write_bytes(whole[:-1])
    assert read_catalogue("en").gettext("when-now") == "Now"
    assert compiled.read_bytes() == whole


def test_words_are_read_where_nothing_can_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, compiled: bytes) -> None:
        raise OSError(path, len(compiled))

    monkeypatch.setattr(catalogue, "_keep", full)
    assert read_catalogue("en").gettext("when-now") == "Now"
    assert [file.name for file in folder.iterdir()] == ["openspace.po"]
