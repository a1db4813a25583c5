"""Menus that work after a restart and on old messages: what they do stands in their custom_id."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import discord

from bot.ui.presses import hand_over

OPTIONS = 25
"""Options of a menu, 1 to this: https://docs.discord.com/developers/components/reference."""
OPTION_LENGTH = 100
"""Code points of an option's label, and of its description."""


class Menu(
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=r"openspace-menu:(?P<action>[a-z]+)(?::(?P<part>[a-z]+))?",
):
    """A menu whose custom_id is `openspace-menu:<action>`; what is chosen goes to the action's handler.

    `part` tells two menus of one action on one message apart: `openspace-menu:join:next`.
    """

    def __init__(
        self,
        action: str,
        options: Sequence[discord.SelectOption],
        *,
        placeholder: str | None = None,
        part: str | None = None,
    ) -> None:
        self.action = action
        select: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=":".join(filter(None, ("openspace-menu", action, part))),
            placeholder=placeholder,
            options=list(options),
        )
        super().__init__(select)

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Menu:
        """Rebuild the menu from the message in which something was chosen."""
        options = item.options if isinstance(item, discord.ui.Select) else []
        return cls(match["action"], options, part=match["part"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Hand what was chosen to the cog that knows the action, as the click on a button would be."""
        await hand_over(interaction, self.action, self.item.values)
