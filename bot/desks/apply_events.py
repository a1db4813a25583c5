"""Steps that make, change and end Discord's own events."""

from __future__ import annotations

import asyncio
from typing import Any

import discord

from bot.desks.event_steps import (
    AdoptEvent,
    CheckEvent,
    EditEvent,
    EndEvent,
    FindEvent,
    ForgetEvent,
    MakeEvent,
    SurplusEvent,
)
from bot.desks.look import ALIVE, face_of, see_event
from bot.desks.plan_events import is_for
from bot.desks.step import Handlers, StillThere, no_means_no
from bot.service.eventbook import EventBook
from bot.store.events import EventRecord, Face
from bot.ui.words import Words

FINISHED = 180000
"""Discord's code where an event is over and cannot be changed any more."""


class EventSteps:
    """Carries them out and writes down what became of them."""

    def __init__(self, book: EventBook, words: Words) -> None:
        self._book = book
        self._words = words

    def handlers(self) -> Handlers:
        """Return who carries out which step."""
        return {
            MakeEvent: self.make,
            AdoptEvent: self.adopt,
            FindEvent: self.find,
            CheckEvent: self.check,
            EditEvent: self.edit,
            EndEvent: self.end,
            ForgetEvent: self.forget,
            SurplusEvent: self.surplus,
        }

    async def make(self, make: MakeEvent, guild: discord.Guild) -> None:
        """Write down the wish, ask Discord, write down the answer."""
        record = await self._book.intend(make.session, make.face.digest)
        asked = asyncio.get_running_loop().time()
        try:
            event = await guild.create_scheduled_event(
                privacy_level=discord.PrivacyLevel.guild_only,  # has to be said: discord.py has no default
                reason=self._words("audit-reason"),
                start_time=make.face.start,
                **_told(make.face),
            )
        except (discord.RateLimited, discord.HTTPException) as error:
            if no_means_no(error, asked):
                await self._book.refused(record.id)
            raise
        await self._book.found(record, event.id, face_of(event).digest, "made")

    async def adopt(self, step: AdoptEvent, _guild: discord.Guild) -> None:
        """The event that shows is the one that was asked for."""
        await self._adopt(step.record, step.event_id)

    async def _adopt(self, record: EventRecord, event_id: int) -> None:
        # Whatever else it shows by now is put right by the next look, from which we learn what Discord shows.
        await self._book.found(record, event_id, record.wanted, "adopted")

    async def find(self, step: FindEvent, guild: discord.Guild) -> None:
        """Ask Discord for all events of the server."""
        record, known = step.record, await self._book.known(guild.id)
        # The cache may not have heard of it yet: only Discord's own list is the truth here.
        listed = [see_event(e, guild.me.id) for e in await guild.fetch_scheduled_events(with_counts=False)]
        hits = [seen.id for seen in listed if seen.id not in known and is_for(record, seen)]
        if hits:
            await self._adopt(record, max(hits))
        else:
            await self._book.refused(record.id)

    async def check(self, step: CheckEvent, guild: discord.Guild) -> None:
        """Ask Discord whether it has the event."""
        try:
            event = await guild.fetch_scheduled_event(step.record.event_id or 0, with_counts=False)
        except discord.NotFound:
            await self._book.gone(step.record, "missing")
        else:
            if event.status in ALIVE:
                raise StillThere
            await self._book.gone(step.record, "missing")

    async def edit(self, step: EditEvent, guild: discord.Guild) -> None:
        """Tell Discord all that it should show, and begin it, in one request; in none where it shows that."""
        event = guild.get_scheduled_event(step.record.event_id or 0)
        if event is None:
            return  # the next look sees it missing
        face, shown = step.face, face_of(event)
        if shown != face:
            changes = _told(face)
            if shown.start != face.start:
                changes["start_time"] = face.start
            if face.on and not shown.on:
                changes["status"] = discord.EventStatus.active
            try:
                shown = face_of(await event.edit(reason=self._words("audit-reason"), **changes))
            except discord.HTTPException as error:
                await self._over(step.record, error)
                return
        await self._book.told(step.record, face.digest, shown.digest)

    async def end(self, step: EndEvent, guild: discord.Guild) -> None:
        """End what has begun, delete what has not."""
        event, reason = guild.get_scheduled_event(step.record.event_id or 0), self._words("audit-reason")
        if event is None:
            return  # the next look sees it missing
        try:
            await (event.end(reason=reason) if step.begun else event.delete(reason=reason))
        except discord.HTTPException as error:
            await self._over(step.record, error)
        else:
            await self._book.gone(step.record, "ended" if step.begun else "deleted")

    async def _over(self, record: EventRecord, error: discord.HTTPException) -> None:
        """Write down that there is nothing left to change, where Discord says so."""
        if error.status != 404 and error.code != FINISHED:
            raise error
        await self._book.gone(record, "missing")

    async def forget(self, step: ForgetEvent, _guild: discord.Guild) -> None:
        """Write down that it is over."""
        await self._book.gone(step.record, "missing")

    async def surplus(self, step: SurplusEvent, _guild: discord.Guild) -> None:
        """Write down an event too many."""
        await self._book.surplus(step.like, step.event_id)


def _told(face: Face) -> dict[str, Any]:
    """Return what Discord is told of a face whether it is new or changed."""
    return {
        "name": face.name,
        "description": face.description,
        "entity_type": discord.EntityType.external,
        "location": face.location,
        "end_time": face.end,
    }
