"""Carries out the steps that tell people something, and those that look whether anybody is there."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.desks.scene import Learnt
from bot.desks.steps import Absent, Count, Say, Step, Tell
from bot.desks.verdicts import TROUBLE, Verdict, verdict
from bot.desks.work import HISTORY, Handler, UnseenError, talk
from bot.domain.models import Session
from bot.domain.notes import notes_link
from bot.domain.notices import words_shown
from bot.domain.records import Aspect, Kind, Record
from bot.permissions import organizers_channels
from bot.service import DeskBook, Service
from bot.service.deskbook import Fact, Note
from bot.service.people import Person
from bot.ui import desk_messages
from bot.ui.command_links import links_of
from bot.ui.event_face import interested
from bot.ui.parts import Part, arrived, send
from bot.ui.veil import Veil
from bot.ui.words import WordsIn

log = structlog.get_logger("keeper")

PING_PAUSE = timedelta(minutes=1)
"""The host is pinged at most once in this time, however many guests come."""
HOST_GONE = "host-gone"
"""The problem of a session whose host has left the server."""
INTERESTED_WAIT = 5.0
"""Seconds that an opening waits at most for the names of those who are interested in its event."""


class Speech:
    """Carries them out and writes down what became of them. Raises what discord.py raises."""

    def __init__(self, client: discord.Client, service: Service, book: DeskBook, words: WordsIn) -> None:
        self._client = client
        self._service = service
        self._book = book
        self._words_in = words
        self.handlers: dict[type[Step], Handler] = {Say: self.say, Count: self.count}
        self.handlers |= {Absent: self.absent, Tell: self.tell}

    async def absent(self, step: Absent, guild: discord.Guild, learnt: Learnt) -> None:
        """Look whether somebody wrote while nobody listened; else warn the host, or release it (R11)."""
        session, quiet = step.session, step.session.quiet
        if step.look and quiet is not None:
            history = talk(guild, step.channel_id).history(limit=HISTORY)
            # The book knows whole seconds: words of the second since when it is quiet are in it already.
            found = [(m.author, m.created_at.replace(microsecond=0)) async for m in history]
            words = {author.id: at for author, at in reversed(found) if not author.bot and at > quiet}
            records = (await self._book.read(guild.id)).rows.records
            record = next((r for r in records if r.discord_id == step.channel_id), None)
            if words and record:
                wrote = Note(Fact.WROTE, record, people=tuple(words), at=max(words.values()))
                await self._book.note(guild.id, [wrote])
                return
        change = self._service.presence.release if step.release else self._service.presence.warn_host
        await change(guild.id, session.id)

    async def say(self, step: Say, guild: discord.Guild, learnt: Learnt) -> bool:
        """Send what is not sent yet, part by part; to whom takes no direct messages, in a channel next.

        Return whether it was sent. Raises `UnseenError` where by now it has other words than were planned.
        """
        batch, notice = step.batch, step.batch[0]
        if step.words & learnt.hidden:
            raise UnseenError
        parts = await self._parts(step, guild, learnt)
        if not parts[notice.parts_sent :]:
            await self._book.note(guild.id, [Note(Fact.GIVEN_UP, notice=each) for each in batch])
            return False
        try:
            person, to = discord.Object(notice.user_id or 0), step.channel_id
            channel: Any = talk(guild, to) if to else await self._client.create_dm(person)
            for number, part in enumerate(parts[notice.parts_sent :], start=notice.parts_sent + 1):
                newest = getattr(channel, "last_message_id", None) or 0  # none is known of direct messages
                me, since = guild.me.id, notice.since
                if not (notice.tried and await arrived(channel, part, me, since)):
                    if not await self._book.sending(batch, newest):
                        return False
                    await send(channel, part, f"os-{notice.id}-{number}")
                pinged = step.session.host_id in part.mentions
                await self._book.sent(batch, number, last=number == len(parts), pinged=pinged)
        except discord.HTTPException as error:
            if step.channel_id or verdict(error) not in {Verdict.CLOSED, Verdict.DENIED, Verdict.GONE}:
                raise
            await self._book.closed_to_direct_messages(notice)
            return False
        return True

    async def _parts(self, step: Say, guild: discord.Guild, learnt: Learnt) -> list[Part]:
        """Return the messages, as the book is now."""
        book, session_id = await self._book.read(guild.id), step.session.id
        showing, pinged = book.showings.get(session_id), book.rows.pinged.get(session_id)
        if showing is None:
            return []
        kind = step.batch[0].kind
        if words_shown(kind, showing.session) != words_shown(kind, step.session):
            raise UnseenError
        words = self._words_in(guild.id)
        veil = Veil.of(words, learnt.hidden)
        showing = veil.showing(showing)
        if step.channel_id is None:
            boards = (r.discord_id for r in book.rows.records if r.kind is Kind.BOARD and not r.over)
            return [desk_messages.direct_reminder(words, showing.session, guild.name, next(boards, None))]
        programme = self._service.programme(guild.id)
        return desk_messages.parts_of(
            words,
            [veil.notice(notice) for notice in step.batch],
            showing,
            programme.limits,
            greeted=book.greeted(session_id),
            ping=pinged is None or not timedelta(0) <= book.now - pinged < PING_PAUSE,
            notes=notes_link(programme, showing.session),
            called=_called(book.rows.records, step.session),
        )

    async def count(self, step: Count, guild: discord.Guild, learnt: Learnt) -> None:
        """Count who is interested in a session's event as joined, before all who joined are called (R8).

        What fails there is only logged, and holds up the opening no longer than `INTERESTED_WAIT`.
        """
        session, records = step.session, (await self._book.read(guild.id)).rows.records
        mine = [r for r in records if r.kind is Kind.EVENT and r.session_id == session.id and not r.over]
        event = guild.get_scheduled_event(mine[0].discord_id or 0) if mine else None
        people: list[Person] = []
        try:
            async with asyncio.timeout(INTERESTED_WAIT):
                if event:
                    await interested(event, people)
        except TROUBLE as error:
            log.warning("who is interested could not be learnt", guild=guild.id, error=str(error))
        if people:
            await self._service.guests.interested(guild.id, session.id, people)
        learnt.counted |= {session.id}

    async def tell(self, step: Tell, guild: discord.Guild, learnt: Learnt) -> None:
        """Tell organizers what only they can mend: in the set channel, the moderators', or the system's.

        Raises `UnseenError` where none of them can be written in: never in one by chance.
        """
        chosen = self._service.rules(guild.id).server.channels.organizers_channel
        channel = next(organizers_channels(guild, chosen), None)
        if channel is None:
            raise UnseenError
        part = await self._problem(step, guild, learnt)
        part = replace(part, text=links_of(self._client).linked(part.text))
        # Where the answer is lost, Discord itself sees by the nonce that it has this message.
        await send(channel, part, f"os-{zlib.crc32(part.text.encode()):08x}")
        await self._book.problem_told(guild.id, step.code)

    async def _problem(self, step: Tell, guild: discord.Guild, learnt: Learnt) -> Part:
        words, (family, _, where) = self._words_in(guild.id), step.code.partition(":")
        showing = (await self._book.read(guild.id)).showings.get(int(where)) if family == HOST_GONE else None
        if showing is None:
            return Part(desk_messages.problem(words, guild, step.code, step.detail))
        return desk_messages.host_gone(words, Veil.of(words, learnt.hidden).showing(showing))


def _called(records: Iterable[Record], session: Session) -> int | None:
    """Return how many of who joined the card has called; None for a desk that words open."""
    cards = (r for r in records if r.kind is Kind.CARD and r.session_id == session.id and not r.over)
    told = next((r.told[Aspect.CALLED] for r in cards if Aspect.CALLED in r.told), None)
    return None if told is None else int(told.rstrip("+"))
