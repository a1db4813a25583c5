"""What a person reads in a message and which buttons they may press, as plain words for a story."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import discord
from babel import Locale
from babel.dates import format_skeleton, format_timedelta
from simcord import ResponseMessage

from bot.demo.world import World

Message = ResponseMessage | discord.Message

_STAMP = re.compile(r"<t:(\d+)(?::([tfdR]))?>")
_MENTION = re.compile(r"<(@|#)(\d+)>")
_COMMAND = re.compile(r"<(/[\w -]+):\d+>")
_MARKDOWN = re.compile(r"^(?:#+|-#) |(?<!\\)\*+|`|\\(?=[^\w\s])", re.MULTILINE)
_BUTTON, _SELECT = 2, 3


def read(world: World, message: Message, language: str = "en-US") -> list[str]:
    """Return the lines that a person at the conference reads: their time, names for ids, no markdown."""
    texts = [message.content, *(str(node["content"]) for node in _nodes(message) if node.get("content"))]
    return [line for text in texts for line in plain(world, text, language).splitlines() if line.strip()]


def plain(world: World, text: str, language: str = "en-US") -> str:
    """Return a message's text as it is drawn on a screen at the conference."""
    text = _STAMP.sub(lambda found: _time(world, int(found[1]), found[2], language), text)
    text = _MENTION.sub(lambda found: _name(world, found[1], int(found[2])), text)
    return _MARKDOWN.sub("", _COMMAND.sub(r"\1", text))


def buttons(message: Message) -> dict[str, str]:
    """Return the buttons that can be pressed: label by custom_id, in the order in which they are drawn."""
    found = (node for node in _nodes(message) if node.get("type") == _BUTTON and not node.get("disabled"))
    return {node["custom_id"]: node.get("label") or "" for node in found if node.get("custom_id")}


def menus(message: Message) -> dict[str, str]:
    """Return the menus to choose from: placeholder by custom_id, in the order in which they are drawn."""
    found = (node for node in _nodes(message) if node.get("type") == _SELECT and not node.get("disabled"))
    return {node["custom_id"]: node.get("placeholder") or "" for node in found}


def _nodes(message: Message) -> Iterator[dict[str, Any]]:
    """Yield every component of a message, the outer before the inner ones."""

    def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for child in (*node.get("components", []), node.get("accessory")):
            if child:
                yield from walk(child)

    for component in message.components:
        yield from walk(component if isinstance(component, dict) else component.to_dict())  # type: ignore[arg-type]


def _time(world: World, stamp: int, style: str | None, language: str) -> str:
    """Draw a timestamp as Discord does in this language, but short and with 24 hours."""
    locale = Locale.parse(language, sep="-")
    local = world.local(datetime.fromtimestamp(stamp, UTC))
    if style == "R":
        return format_timedelta(local - world.now(), add_direction=True, locale=locale)
    clock = f"{local:%H:%M}"
    day = format_skeleton("MMMEd", local, locale=locale)
    return {"t": clock, "d": day}.get(style or "", f"{day} {clock}")


def _name(world: World, sign: str, snowflake: int) -> str:
    if sign == "@":
        known = (person.name for person in world.people.values() if person.actor.id == snowflake)
        return "@" + next(known, str(snowflake))
    channel = world.env.backend.channels.get(snowflake)
    if channel is None:
        return "#deleted"
    return f"#{channel.name}" if channel.type == discord.ChannelType.text.value else f"“{channel.name}”"
