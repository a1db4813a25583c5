"""Names and descriptions of commands and options, in English and where Discord allows in zh-TW."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import locale_str

from bot.ui.words import words_for

ENGLISH = words_for("en")
SPOKEN = frozenset(
    {
        discord.Locale.american_english,
        discord.Locale.british_english,
        discord.Locale.taiwan_chinese,
        discord.Locale.chinese,
    }
)
"""Discord's languages for which we have words."""


def text(key: str) -> locale_str:
    """Return the words named `key` for Discord: English, with translations looked up by the key."""
    return locale_str(ENGLISH(key), key=key)


class CommandNames(app_commands.Translator):
    """Gives Discord our words for each of its languages.

    en-US and en-GB are named explicitly: without them Discord shows one to the readers of the other
    (https://docs.discord.com/developers/interactions/application-commands).
    """

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return the words in a language that we speak, None for any other."""
        key = string.extras.get("key")
        if key is None or locale not in SPOKEN:
            return None
        return words_for(locale)(key)
