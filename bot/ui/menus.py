"""Menus that work after a restart and on old messages: what they do stands in their custom_id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import discord

from bot.domain.capacity import Slot
from bot.domain.models import Session
from bot.domain.names import clean_line
from bot.domain.programme import Programme
from bot.ui.presses import hand_over
from bot.ui.words import Words

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


def session_options(
    words: Words, sessions: Sequence[Session], programme: Programme
) -> list[discord.SelectOption]:
    """Return sessions for a menu, no two with the same name."""
    topics = Counter(_cut(session.topic, OPTION_LENGTH) for session in sessions)
    options = []
    for session in sessions:
        option = _option(words, session, programme)
        if topics[option.label] > 1:
            number = f" #{session.id}"
            option.label = _cut(session.topic, OPTION_LENGTH - len(number)) + number
        options.append(option)
    return options


def _option(words: Words, session: Session, programme: Programme) -> discord.SelectOption:
    """Return a session for a menu: no timestamp is drawn there, so in the conference's own zone."""
    slot = Slot(programme.local(session.start), programme.local(session.end), 0)
    about = words("menu-about", span=words.span(slot), host=session.host_name)
    return discord.SelectOption(
        label=_cut(session.topic, OPTION_LENGTH),
        description=_cut(about, OPTION_LENGTH),
        value=str(session.id),
    )


def _cut(text: str, limit: int) -> str:
    """Cut clean words; to clean them again takes long where there are many."""
    return text if len(text) <= limit else clean_line(text, limit)
