"""What people asked for, by name: few names, and none that a stranger chose."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

import discord

_PRESS = re.compile(r"openspace(-menu)?:([a-z]+)", re.ASCII)
_FORM = re.compile(r"([a-z-]{1,30})(?::\d+)*", re.ASCII)


def name_of(interaction: discord.Interaction, presses: Container[str]) -> str:
    """Return 'openspace host', 'button join' or 'form edit'; another version's is 'button unknown'."""
    if isinstance(interaction.command, discord.app_commands.Command | discord.app_commands.ContextMenu):
        return interaction.command.qualified_name
    data: Mapping[str, object] = dict(interaction.data or {})
    custom_id = str(data.get("custom_id", ""))
    if interaction.type is discord.InteractionType.modal_submit:
        form = _FORM.fullmatch(custom_id)
        return f"form {form[1]}" if form else "form unknown"
    press = _PRESS.match(custom_id)
    if press is None or press[2] not in presses:
        return "button unknown"
    return f"{'menu' if press[1] else 'button'} {press[2]}"
