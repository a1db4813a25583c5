"""What organizers' commands say of their page on the web."""

from __future__ import annotations

import discord

from bot.app import OpenSpaceBot
from bot.ui.gate import everyone_sees
from bot.ui.pages import is_shown, page_lines
from bot.ui.words import Words


async def page_said(
    bot: OpenSpaceBot, words: Words, guild: discord.Guild, *, shown_only: bool = False
) -> list[str]:
    """Return where a server's page is, or why it shows nothing; nothing where there is to be none."""
    rules, landmarks = bot.service.rules(guild.id), bot.service.landmarks
    places = await landmarks.board_channel(guild.id), await landmarks.area_channel(guild.id)
    url = bot.web.place(guild.id).address if bot.web else None
    seen = everyone_sees(guild, *places)
    if shown_only and not is_shown(rules, url, seen=seen):
        return []
    return page_lines(words, rules, url, seen=seen)


async def page_url(bot: OpenSpaceBot, guild: discord.Guild) -> str:
    """Return where a server's page is; '' where nobody can read one."""
    landmarks = bot.service.landmarks
    places = await landmarks.board_channel(guild.id), await landmarks.area_channel(guild.id)
    shown = bot.web is not None and bot.web.public(guild, *places)
    return bot.web.place(guild.id).address if bot.web and shown else ""
