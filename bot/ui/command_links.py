"""Commands that a text names become what one can click: `/openspace list` as </openspace list:id> (U9).

Their ids are known once the commands are synced; until then their names stand there to be typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import discord

TEXT_LENGTH, LAYOUT_LENGTH = 2000, 4000
"""Code points of a message's content, and of all texts of a layout."""
_BELOW = {1, 2}
"""Options that are commands: https://docs.discord.com/developers/interactions/application-commands."""
_NAMED = re.compile(r"(?<!\\)`(/[\w-]+(?: [\w-]+)*)`")
"""A command in a text of ours: strangers' backticks are escaped (R16)."""


class CommandLinks:
    """The commands of one application by their names, in every language."""

    def __init__(self) -> None:
        self._links: Mapping[str, str] = {}

    def learn(self, defined: Iterable[Mapping[str, Any]], ids: Mapping[str, int]) -> None:
        """Learn the commands as Discord was told of them, and the `ids` that it gave them, by name."""
        self._links = {}
        for command in defined:
            if number := ids.get(command["name"]):
                self._links = {**self._links, **dict(_links(command, number, "", ("",)))}

    def linked(self, text: str, room: int = TEXT_LENGTH) -> str:
        """Return a text with its commands to click, where that takes no more than `room`."""
        done = _NAMED.sub(lambda named: self._links.get(named[1], named[0]), text)
        return done if len(done) <= room else text

    def link(self, view: discord.ui.LayoutView) -> None:
        """Let the commands in a layout's texts be clicked, as far as there is room."""
        for item in view.walk_children():
            if isinstance(item, discord.ui.TextDisplay):
                room = LAYOUT_LENGTH - view.content_length() + len(item.content)
                item.content = self.linked(item.content, room)


def links_of(client: discord.Client) -> CommandLinks:
    """Return what the bot knows of its commands."""
    links: CommandLinks = client.command_links  # type: ignore[attr-defined]
    return links


def _links(
    part: Mapping[str, Any], number: int, above: str, said: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """Yield each name of a command, or of those in a group, and what can be clicked in its place."""
    path = f"{above} {part['name']}".lstrip()
    names = {part["name"], *(part.get("name_localizations") or {}).values()}
    said = tuple(f"{before} {name}".lstrip() for before in said for name in names)
    below = [each for each in part.get("options", ()) if each["type"] in _BELOW]
    for each in below:
        yield from _links(each, number, path, said)
    if not below:
        yield from ((f"/{name}", f"</{path}:{number}>") for name in said)
