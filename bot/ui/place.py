"""One private place per person: what stands in it is what is so now, whatever was pressed there.

A session's panel is drawn anew below what was done with its session, or why not. Which panel a message is
stands in the custom_id of its Report button, so nothing is remembered. What a desk is asked in public says
what is so by now when somebody presses it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

import discord
import structlog

from bot.ui.exchange import Question, Reply
from bot.ui.presses import Press
from bot.ui.words import Words

log = structlog.get_logger("place")

TEXTS_LENGTH = 4000
"""Code points of all texts of a layout: https://docs.discord.com/developers/components/reference."""
PANEL = "panel"
"""What the custom_id of a panel's Report button ends in."""
REMEMBERED = 1000
"""Messages of which it is known who changed them last."""

Draw = Callable[[discord.Interaction, Words, int, Collection[str]], Awaitable[discord.ui.LayoutView]]
"""Draws the panel of a session for who pressed, without what was said above it."""
Redraw = Callable[..., Awaitable[Reply | None]]
"""Returns what a public question says by now, None where it says that: `redraw(interaction, *args)`."""


async def with_panel(interaction: discord.Interaction, words: Words, reply: Reply) -> Reply | None:
    """Return an answer that asks nothing with the panel below on which it was pressed, or that it is `about`.

    None where there is none. Whatever keeps the panel from being drawn, what was done is told (R15).
    """
    asks = reply.view is not None and reply.about is None
    session_id = _panel_of(interaction.message) or reply.about
    if asks or reply.files or session_id is None or isinstance(reply.view, discord.ui.LayoutView):
        return None
    draw: Draw = interaction.client.draw_panel  # type: ignore[attr-defined]
    try:
        page = await draw(interaction, words, session_id, reply.says)
    except Exception as error:  # noqa: BLE001 - as said above
        log.warning("a panel could not be drawn anew", session=session_id, error=str(error))
        return None
    text = reply.text or ""
    if page.content_length() + len(text) > TEXTS_LENGTH:
        return None
    parts = list(page.children)
    page.clear_items()
    for part in (discord.ui.TextDisplay[Any](text), *parts):
        page.add_item(part)
    return Reply(view=page, then=reply.then)


def _panel_of(message: discord.Message | None) -> int | None:
    """Return the session whose panel a message is, None for any other message."""
    for button in buttons(message):
        _, action, *args = str(button.custom_id).split(":")
        if action == "report" and args[1:] == [PANEL]:
            return int(args[0])
    return None


def buttons(message: discord.Message | None) -> Iterator[Any]:
    """Return the buttons of a message, and its menus."""
    waiting: list[Any] = list(message.components) if message else []
    while waiting:
        part = waiting.pop(0)
        if getattr(part, "custom_id", None):
            yield part
        waiting = [*getattr(part, "children", ()), *waiting]


def ways_on(message: discord.Message | None) -> list[Press]:
    """Return the buttons of a message that go on with what a person typed: else that would be lost."""
    presses = []
    for part in buttons(message):
        _, action, *args = str(part.custom_id).split(":")
        if (action == "form" and args) or (action == "edit" and len(args) > 1):
            presses.append(Press(action, *args, label=part.label))
    return presses


# ------------------------------------------------------------ what comes later

_LATEST: OrderedDict[int, int] = OrderedDict()
"""Private messages, and which interaction was answered in them last."""
_SHOWN = "openspace-shown"


def took(interaction: discord.Interaction, message_id: int | None) -> None:
    """Note in which message an interaction was answered."""
    if message_id is not None:
        interaction.extras[_SHOWN] = message_id
        _LATEST[message_id] = interaction.id
        _LATEST.move_to_end(message_id)
        while len(_LATEST) > REMEMBERED:
            _LATEST.popitem(last=False)


def went_on(interaction: discord.Interaction) -> bool:
    """Whether the reader has gone on in the message in which an interaction was answered."""
    shown: int = interaction.extras.get(_SHOWN, 0)
    return _LATEST.get(shown, interaction.id) != interaction.id


# ------------------------------------------------------------ what others see


def question_of(interaction: discord.Interaction) -> Question | None:
    """Return what draws the public question that was pressed, as it is by then; None where there is none."""
    message = interaction.message
    if interaction.type is not discord.InteractionType.component or message is None:
        return None
    questions: Mapping[str, Redraw] = interaction.client.questions  # type: ignore[attr-defined]
    for button in buttons(None if message.flags.ephemeral else message):
        _, action, *args = str(button.custom_id).split(":")
        if action in questions:
            return partial(questions[action], interaction, *args)
    return None
