"""Hands of organizers and strangers in a random conference: they delete, edit, make, clone, hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from tests.desks.conftest import _clear_up, rows

if TYPE_CHECKING:
    from tests.desks.player import Player


async def delete(player: Player) -> None:
    """Somebody deletes a channel, a message or an event of the bot's."""
    backend, kind = player.world.env.backend, player.rng.choice(["channel", "message", "event"])
    if kind == "channel" and (ours := player.channels(text=None)):
        victim = player.rng.choice(ours)
        player.told[-1] += f" channel {victim.name}"
        backend.delete_channel(victim.id)
        _clear_up(backend, victim._channel)
    elif kind == "message":
        bot = backend.bot_user.id
        found = [(c.id, m.id) for c in player.channels(text=True) for m in c.history() if m.author.id == bot]
        if found:
            backend.delete_message(*player.rng.choice(found))
    elif kind == "event" and (events := list(player.world.guild._guild.scheduled_events)):
        backend.delete_scheduled_event(player.world.guild.id, player.rng.choice(events))
    await player.world.env.settle()


async def edit(player: Player) -> None:
    """Somebody edits an event of the bot's."""
    events = list(player.world.guild._guild.scheduled_events)
    if events:
        changes = {"name": "Somebody's", "description": "else"}
        player.world.env.backend.edit_scheduled_event(
            player.world.guild.id, player.rng.choice(events), changes
        )
        await player.world.env.settle()


async def make(player: Player) -> None:
    """Somebody makes a channel that looks like the bot's, under its category."""
    areas = [c for c in player.channels(text=None) if c.name == "Open Space"]
    if areas:
        name = player.rng.choice(["git", "open-space-board"])
        player.theirs.add(player.world.guild.create_text_channel(name, category=areas[0]).id)
        await player.world.env.settle()


async def clone(player: Player) -> None:
    """Somebody clones a channel of the bot's, and may delete the original (K4)."""
    backend, ours = player.world.env.backend, player.channels(text=None)
    if not ours:
        return
    like = player.rng.choice(ours)._channel
    player.told[-1] += f" {like.name}"
    clone = backend.create_channel(
        player.world.guild.id,
        like.name,
        type=like.type,
        parent_id=like.parent_id,
        topic=like.topic,
        overwrites=[Overwrite(o.target_id, o.type, o.allow, o.deny) for o in like.overwrites],
    )
    # Where an answer to just that wish is in doubt nobody can tell them apart (R13).
    sql = "SELECT 1 FROM record WHERE doubt = 1"
    (player.clones if rows(player.world, sql) else player.theirs).add(clone.id)
    if player.rng.choice([True, False]):
        backend.delete_channel(like.id)
        _clear_up(backend, like)
    await player.world.env.settle()


async def hide(player: Player) -> None:
    """Somebody hides the area from everyone, or shows it again (K6)."""
    areas = [c for c in player.channels(text=None) if c.name == "Open Space"]
    if areas:
        area, view = areas[0]._channel, discord.Permissions.view_channel.flag
        everyone = player.world.guild.id
        others = [o for o in area.overwrites if o.target_id != everyone]
        hidden = len(others) < len(area.overwrites)
        hide = [] if hidden else [Overwrite(everyone, OverwriteType.ROLE, 0, view)]
        player.world.env.backend.edit_channel(area.id, {}, overwrites=[*others, *hide])
        await player.world.env.settle()
