"""What people wrote as files: within what Discord takes in one answer, and what is left out is named."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.ui import cleanup


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cleanup, "ZIPPED", 10)


def test_texts_are_shared_out_among_archives_and_what_does_not_fit_is_named() -> None:
    texts = {"a": "1234567", "b": "123", "c": "x" * 11, "d": "十十十", "e": "123456", "f": "last"}
    files, left = cleanup.zipped(texts)
    assert [file.name for file in files] == [f"open-space-words-{n}.zip" for n in (1, 2, 3)]
    found: dict[str, str] = {}
    for file in files:
        with zipfile.ZipFile(io.BytesIO(file.data)) as archive:
            inside = {name: archive.read(name).decode() for name in archive.namelist()}
        assert sum(len(text.encode()) for text in inside.values()) <= 10
        found |= inside
    assert left == ["c"]
    assert found == {name: text for name, text in texts.items() if name not in left}


def test_more_than_three_archives_are_not_sent() -> None:
    files, left = cleanup.zipped(dict.fromkeys("abcde", "123456789"))
    assert (len(files), left) == (3, ["d", "e"])


def test_nothing_is_nothing() -> None:
    assert cleanup.zipped({}) == ([], [])
