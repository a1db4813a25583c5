"""What organizers read after a change of the whole server."""

from __future__ import annotations

import discord

from bot.domain.names import escape
from bot.service import Rules
from bot.ui.presses import Press, row
from bot.ui.words import Words


def paused(words: Words, rules: Rules) -> tuple[str, discord.ui.View]:
    """Return what a pause means, and the button that ends it."""
    text = words("paused")
    if rules.pause_reason:
        text += "\n" + words("paused-why", reason=escape(rules.pause_reason))
    return text, row(Press("resume", label=words("button-resume"), style=discord.ButtonStyle.success))
