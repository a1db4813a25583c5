"""Layouts of texts and rows, which a click can change in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import discord


def layout(*parts: str | Sequence[discord.ui.Item[Any]]) -> discord.ui.LayoutView:
    """Return texts and rows of buttons or menus, from top to bottom; empty ones are left out."""
    view = discord.ui.LayoutView(timeout=None)
    for part in parts:
        if not part:
            continue
        if isinstance(part, str):
            view.add_item(discord.ui.TextDisplay(part))
        else:
            view.add_item(discord.ui.ActionRow(*part))
    return view


def fitting(lines: Sequence[str], room: int, more: Callable[[int], str]) -> list[str]:
    """Return as many lines as take `room` code points, and `more` for how many others there are."""
    taken: list[str] = []
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*taken, more(len(lines) - number)]
        taken.append(line)
    return taken
