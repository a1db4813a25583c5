"""Carries out the steps that tell people something, and those that look whether anybody is there."""

from __future__ import annotations

import asyncio
import zlib
from datetime import timedelta
from typing import Any

import discord
import structlog

from bot.desks.scene import Learnt
from bot.desks.steps import Absent, Say, Tell
from bot.desks.things import HISTORY, QUIET, talk
from bot.desks.veil import Veil
from bot.desks.verdicts import TROUBLE, Verdict, verdict
from bot.desks.work import StillThereError
from bot.domain.models import Session
from bot.service import DeskBook, Service
from bot.service.deskbook import Book, GiveUp, Wrote
from bot.service.people import Person
from bot.store.notices import Notice, NoticeKind
from bot.store.records import Kind
from bot.ui import desk_messages
from bot.ui.desk_messages import Part
from bot.ui.words import Words

log = structlog.get_logger("keeper")

ARRIVED = 20
"""How many messages are searched for a notice that may have arrived before a crash."""
PING_PAUSE = timedelta(minutes=1)
"""The host is pinged at most once in this time, however many guests come."""
INTERESTED_WAIT = 5.0
"""Seconds that an opening waits at most for the names of those who are interested in its event."""


class Speech:
    """Carries them out and writes down what became of them. Raises what discord.py raises."""

    def __init__(
        self, client: discord.Client, service: Service, book: DeskBook, words: Words, organizers_channel: int
    ) -> None:
        self._client = client
        self._service = service
        self._book = book
        self._words = words
        self._organizers_channel = organizers_channel

    async def absent(self, step: Absent, guild: discord.Guild) -> None:
        """Look whether somebody wrote while nobody listened; else warn the host, or give the desk away (R11)."""
        session, quiet = step.session, step.session.quiet
        if step.look and quiet is not None:
            history = talk(guild, step.channel_id).history(limit=HISTORY)
            # The book knows whole seconds: words of the second since when it is quiet are in it already.
            found = [(m.author, m.created_at.replace(microsecond=0)) async for m in history]
            words = [(author.id, at) for author, at in found if not author.bot and at > quiet]
            record = next(
                (
                    r
                    for r in (await self._book.read(guild.id)).rows.records
                    if r.discord_id == step.channel_id
                ),
                None,
            )
            if words and record:
                people = frozenset(who for who, _ in words)
                await self._book.note(guild.id, [Wrote(record, people, max(at for _, at in words))])
                return
        change = self._service.release if step.release else self._service.warn_absent
        await change(guild.id, session.id)

    async def say(self, step: Say, guild: discord.Guild, learnt: Learnt) -> None:
        """Send what is not sent yet, part by part."""
        notice, batch = step.batch[0], step.batch
        if step.channel_id is None:
            await self._direct(step, guild, learnt)
            return
        channel = talk(guild, step.channel_id)
        if notice.kind is NoticeKind.OPENING and not (notice.tried or notice.parts_sent):
            await self._count_interested(guild, step.session)
        book = await self._book.read(guild.id)
        parts = self._parts(batch, step.session, book, learnt)
        if not parts:
            await self._book.note(guild.id, [GiveUp(each) for each in batch])
        for number, part in enumerate(parts[notice.parts_sent :], start=notice.parts_sent + 1):
            if not (notice.tried and await _arrived(channel, part, guild.me.id)):
                if not await self._book.sending(batch):
                    return
                await _send(channel, part, f"os-{notice.id}-{number}")
            pinged = step.session.host_id in part.mentions
            await self._book.sent(batch, number, last=number == len(parts), pinged=pinged)

    async def _direct(self, step: Say, guild: discord.Guild, learnt: Learnt) -> None:
        """Remind somebody by a direct message; where theirs are closed, in a channel instead."""
        [notice] = step.batch
        session = self._veil(learnt).session(step.session)
        part = desk_messages.reminder(self._words, session, server=guild.name)
        try:
            channel = await self._client.create_dm(discord.Object(notice.user_id or 0))
            if not (notice.tried and await _arrived(channel, part, guild.me.id)):
                if not await self._book.sending(step.batch):
                    return
                await _send(channel, part, f"os-{notice.id}-1")
        except discord.HTTPException as error:
            if error.status not in {403, 404} and verdict(error) is not Verdict.CLOSED:
                raise
            await self._book.closed_to_direct_messages(notice)
        else:
            await self._book.sent(step.batch, 1, last=True)

    def _veil(self, learnt: Learnt) -> Veil:
        return Veil(learnt.hidden, self._words("hidden-topic"), self._words("hidden-name"))

    def _parts(self, batch: tuple[Notice, ...], session: Session, book: Book, learnt: Learnt) -> list[Part]:
        """Return the messages that notices are made of; none where nobody needs them any more."""
        words, notice, showing = self._words, batch[0], book.showings.get(session.id)
        if showing is None:
            return []
        joined = [person.id for person in showing.guests]
        session, parts = self._veil(learnt).session(showing.session), list[Part]()
        match notice.kind:
            case NoticeKind.OPENING:
                parts = self._opening(session, book, joined)
            case NoticeKind.GREETING:
                guests = [n.user_id for n in batch if n.user_id in joined]
                pinged = book.rows.pinged.get(session.id)
                ping = pinged is None or not timedelta(0) <= book.now - pinged < PING_PAUSE
                parts = desk_messages.greeting(words, session, [g for g in guests if g], ping=ping)
            case NoticeKind.WARNING:
                parts = [desk_messages.warning(words, session)]
            case NoticeKind.QUIET:
                limits = self._service.programme(session.guild_id).limits
                parts = [desk_messages.quiet(words, session, notice.created, limits)]
            case NoticeKind.OVERRUN:
                parts = [desk_messages.last_word(words)]
            case NoticeKind.REMINDER:
                parts = [desk_messages.reminder(words, session, user_id=notice.user_id or 0)]
            case NoticeKind.CHANGED if joined:
                parts = desk_messages.changed(words, session, joined)
            case NoticeKind.CANCELLED if joined:
                parts = desk_messages.cancelled(words, session, joined)
        return parts

    def _opening(self, session: Session, book: Book, joined: list[int]) -> list[Part]:
        showing = book.showings[session.id]
        greeted = {
            n.user_id
            for n in book.rows.notices
            if n.session_id == session.id and n.kind is NoticeKind.GREETING
        }
        mentioned = [user_id for user_id in joined if user_id not in greeted]
        hosts = (session.host_id, *(person.id for person in showing.cohosts))
        return desk_messages.opening(self._words, session, hosts, mentioned, showing.channels.get(Kind.VOICE))

    # -------------------------------------------------------------- interested

    async def _count_interested(self, guild: discord.Guild, session: Session) -> None:
        """Count those who are interested in a session's event as joined; a failure of that is only logged."""
        records = (await self._book.read(guild.id)).rows.records
        ids = [
            r.discord_id
            for r in records
            if r.kind is Kind.EVENT and r.session_id == session.id and not r.over
        ]
        event = guild.get_scheduled_event(ids[0] or 0) if ids else None
        if event is None:
            return
        people: list[Person] = []
        try:
            async with asyncio.timeout(INTERESTED_WAIT):
                await _interested(event, people)
        except TROUBLE as error:
            log.warning("who is interested could not be learnt", guild=guild.id, error=str(error))
        if people:
            await self._book.interested(guild.id, session.id, people)

    # -------------------------------------------------------------- organizers

    async def tell(self, step: Tell, guild: discord.Guild) -> None:
        """Tell organizers what only they can mend; where nobody reads it, it stays in the log."""
        channel = self._organizers(guild)
        if channel is None:
            raise StillThereError
        text = desk_messages.problem(self._words, guild, step.code, step.detail)
        # Where the answer is lost, Discord itself sees by the nonce that it has this message.
        await channel.send(text, allowed_mentions=QUIET, nonce=f"os-{zlib.crc32(text.encode()):08x}")
        await self._book.problem_told(guild.id, step.code)

    def _organizers(self, guild: discord.Guild) -> discord.TextChannel | None:
        """Return where organizers read: the set channel, the moderators', the system's; never one by chance."""
        for channel in (
            guild.get_channel(self._organizers_channel),
            guild.public_updates_channel,
            guild.system_channel,
        ):
            if isinstance(channel, discord.TextChannel):
                can = channel.permissions_for(guild.me)
                if can.view_channel and can.send_messages:
                    return channel
        return None


async def _interested(event: discord.ScheduledEvent, people: list[Person]) -> None:
    """Add everyone who is interested, page by page: discord.py's own paging asks for the same page again."""
    last = 0
    while True:
        page = [user async for user in event.users(limit=HISTORY, after=discord.Object(last))]
        people += [Person(user.id, user.display_name) for user in page if not user.bot]
        newest = max((user.id for user in page), default=last)
        if len(page) < HISTORY or newest <= last:
            return
        last = newest


async def _arrived(channel: discord.abc.Messageable, part: Part, me: int) -> bool:
    """Whether a part that was on its way when the bot died is already there: nobody is pinged twice."""
    async for message in channel.history(limit=ARRIVED):
        if message.author.id == me and message.content == part.text:
            return True
    return False


async def _send(channel: discord.abc.Messageable, part: Part, nonce: str) -> None:
    mentions = discord.AllowedMentions(users=[discord.Object(i) for i in part.mentions])
    view: Any = part.view or discord.utils.MISSING
    await channel.send(part.text, allowed_mentions=mentions, nonce=nonce, silent=part.silent, view=view)
