"""How a case, or somebody who was sent out, is drawn for organizers, and found again after a lost answer."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import discord

from bot.domain.reports import Posted
from bot.service.bulletins import Bulletin
from bot.ui import cases
from bot.ui.drawn import drawn
from bot.ui.words import Words

SEARCHED = 50
"""Messages among which one is looked for whose answer was lost."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A layout, and the digest of all that is in it."""

    view: discord.ui.LayoutView
    picture: str


def show(words: Words, each: Bulletin, now: datetime, *, named: bool) -> Shown:
    """Return how a message should be now."""
    if each.out:
        view = cases.out_layout(words, each.out, now, plain=each.posted.plain)
    elif each.case:
        view = cases.layout(words, each.case, now, named=named, plain=each.posted.plain)
    else:
        raise LookupError(each.posted)
    made = drawn(view, (), frozenset())
    return Shown(made.view, made.picture)


def custom_ids(posted: Posted) -> set[str]:
    """Return buttons of which a message about this has one."""
    return {
        f"openspace:casewho:{posted.about}:0" if posted.kind == "case" else f"openspace:letin:{posted.about}"
    }


def nonce(*about: object) -> str:
    """Return by what Discord itself sees that it has a message about this already."""
    return f"os-{zlib.crc32(' '.join(map(str, about)).encode()):08x}"


async def find(channel: discord.TextChannel, me: int, ids: set[str]) -> int | None:
    """Return the id of a message of ours that has one of these buttons."""
    if not channel.permissions_for(channel.guild.me).read_message_history:
        return None
    async for message in channel.history(limit=SEARCHED):
        if message.author.id == me and ids & set(_ids([c.to_dict() for c in message.components])):
            return message.id
    return None


def _ids(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _ids(each)]
    if isinstance(node, dict):
        own = [node["custom_id"]] if "custom_id" in node else []
        return own + [found for each in node.values() for found in _ids(each)]
    return []
