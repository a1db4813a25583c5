"""Discord as one member sees it: simcord's preview of a channel, in turn with the clock.

simcord has one preview at a time, and shows what the bot told a member in private to that member alone.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from simcord import ChannelHandle, Preview, SetupError, UserHandle
from simcord.actors import MemberActor

from bot.demo.world import Person, World


class Screen:
    """The one preview, whatever channel it shows."""

    def __init__(self, world: World, turn: asyncio.Lock) -> None:
        self.world = world
        self.turn = turn
        self.preview: Preview | None = None
        self._opening = asyncio.Lock()
        self._shown = ""
        self._url = ""

    @property
    def channel(self) -> str:
        """The id of the channel that is shown now, if any."""
        return str(self.preview.channel.id) if self.preview and not self.preview._closed else ""

    async def close(self) -> None:
        """Show nothing more."""
        if self.preview:
            await self.preview.close()

    async def open(self, person: Person, channel: ChannelHandle) -> str:
        """Return where to see the channel as this member. Raises SetupError and OSError where that fails."""
        try:
            async with self._opening:
                return await self._open(person, channel)
        except (SetupError, OSError):
            self._url = ""
            raise

    async def refresh(self) -> None:
        """Publish what has changed in the channel; otherwise leave the visitor in peace."""
        preview, backend = self.preview, self.world.env.backend
        if preview is None:
            return
        channel = backend.channels.get(preview.channel.id)
        seen = repr((channel, backend.messages.get(preview.channel.id)))
        if seen != self._shown:
            self._shown = seen
            with suppress(SetupError):  # a visitor has just ended the preview
                await preview.refresh()

    async def _open(self, person: Person, channel: ChannelHandle) -> str:
        viewers = self._viewers(person, channel)
        old = self.preview
        if old and not old._closed and old.channel.id == channel.id:
            # A new tab opens as the first of them; those who look already stay.
            old.viewers, old.locale = tuple(viewers), person.language
            return old.url
        if old:
            await old.close()  # not in our turn: it waits until what a visitor just did is done
        async with self.turn:
            preview = self.world.env.preview(
                channel,
                viewers=viewers,
                layout="channel",
                locale=person.language,
                timezone=self.world.zone.key,
                port=urlsplit(self._url).port,  # the same again, so that an old tab learns that it is over
            )
            self._take_turns(preview)
            await preview.__aenter__()
            self.preview, self._shown, self._url = preview, "", preview.url
        return self._url

    def _viewers(self, person: Person, channel: ChannelHandle) -> list[MemberActor | UserHandle]:
        """Return who may look, the person first. Raises SetupError where they may not."""
        seen = self.world.seen_by(channel)
        if person not in seen:
            raise SetupError(f"{person.name} does not see this channel")
        if channel.guild is None:
            return [person.actor.user]
        return [person.actor, *(each.actor for each in seen if each is not person)]

    def _take_turns(self, preview: Preview) -> None:
        """Let what a visitor does in the preview wait for the clock, and the clock for the visitor."""
        act = preview._action

        async def in_turn(context_id: str | None, body: Any) -> dict[str, Any]:
            async with self.turn:
                page = preview._pages.get(context_id or "")
                if page and isinstance(body, dict) and isinstance(body.get("published_revision"), int):
                    # The clock may have published anew since the visitor's last look; what they pressed is
                    # found by its own id, so a newer revision does no harm.
                    body["published_revision"] = max(body["published_revision"], page.revision)
                return await act(context_id, body)

        preview._action = in_turn  # type: ignore[method-assign]
