"""The catalogues as they lie on disk, for the tests of the words."""

from __future__ import annotations

from functools import cache

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from bot.paths import data_folder

LANGUAGES = {"en": "en", "zh-TW": "zh_TW"}


@cache
def catalogue(language: str) -> Catalog:
    path = data_folder() / "locale" / LANGUAGES[language] / "LC_MESSAGES" / "openspace.po"
    with path.open("rb") as source:
        return read_po(source)


def key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def forms(message: Message) -> list[str]:
    """The text, or all its plural forms."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


@cache
def messages(language: str) -> dict[str, str]:
    """Every key with its text, the last of the plural forms."""
    return {key(m): forms(m)[-1] for m in catalogue(language) if m.id}
