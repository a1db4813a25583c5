"""Tells Discord of the commands, only when their definition has changed since it was last told."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.service import Service
from bot.ui.command_links import CommandLinks
from bot.ui.names import CommandNames

log = structlog.get_logger("sync")


async def sync_commands(bot: commands.AutoShardedBot, service: Service, links: CommandLinks) -> bool:
    """Sync the command tree where its definition differs from the last one synced; say whether it did.

    The hash is kept in the database, by application. Discord's own list is looked at once a start: another
    program under the same token may have wiped the commands. Where Discord has no time for this now, the
    bot serves with the commands that it has, and the next start tries again. `links` learn their ids.
    """
    tree, names = bot.tree, CommandNames()
    await tree.set_translator(names)
    payload = [await c.get_translated_payload(tree, names) for c in tree.get_commands()]
    definition = json.dumps(payload, sort_keys=True)
    digest = hashlib.sha256(definition.encode()).hexdigest()
    key = f"commands {bot.application_id}"
    try:
        if await service.memory.recall(key) == digest:
            known = await tree.fetch_commands()
            links.learn(payload, _ids(known))
            if _all_known(bot, known):
                return False
        links.learn(payload, _ids(await tree.sync()))
    except (discord.HTTPException, discord.RateLimited) as error:
        if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429:
            raise  # our definition or our token is at fault
        log.warning("commands not synced", error=str(error))
        return False
    await service.memory.keep(key, digest)
    log.info("commands synced", commands=[c.name for c in tree.get_commands()])
    return True


def _ids(known: Iterable[app_commands.AppCommand]) -> dict[str, int]:
    """Return the ids of what can be typed, by name."""
    return {c.name: c.id for c in known if c.type is discord.AppCommandType.chat_input}


def _all_known(bot: commands.AutoShardedBot, found: Iterable[app_commands.AppCommand]) -> bool:
    known = {(c.type, c.name) for c in found}
    return known >= {(_type_of(c), c.name) for c in bot.tree.get_commands()}


def _type_of(
    command: app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu,
) -> discord.AppCommandType:
    if isinstance(command, app_commands.ContextMenu):
        return command.type
    return discord.AppCommandType.chat_input
