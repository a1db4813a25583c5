"""Steps that tell people something, and those that note who is at the desks."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import discord

from bot.desks.interested import count_interested
from bot.desks.step import QUIET, Handlers, StillThere
from bot.desks.steps import Absent, Came, Drop, LastWord, Left, Say, Tell
from bot.domain.models import Session
from bot.service import DeskBook, Service
from bot.service.deskbook import Book
from bot.store.channels import Kind
from bot.store.notices import Notice, NoticeKind
from bot.ui import desk_messages
from bot.ui.desk_messages import Part
from bot.ui.words import Words

Channel = discord.TextChannel | discord.VoiceChannel | discord.DMChannel

HISTORY = 20
"""How many messages are searched for a notice that may have arrived before a crash."""
WORDS = 100
"""How many messages are searched for people's words: all that one request brings."""
PING_PAUSE = timedelta(minutes=1)
"""The host is pinged at most once in this time, however many guests come."""


class NoticeSteps:
    """Carries them out and writes down what became of them."""

    def __init__(
        self, client: discord.Client, service: Service, book: DeskBook, words: Words, organizers_channel: int
    ) -> None:
        self._client = client
        self._service = service
        self._book = book
        self._words = words
        self._organizers_channel = organizers_channel

    def handlers(self) -> Handlers:
        """Return who carries out which step."""
        return {
            Came: self.came,
            Left: self.left,
            Absent: self.absent,
            LastWord: self.last_word,
            Drop: self.drop,
            Say: self.say,
            Tell: self.tell,
        }

    # --------------------------------------------------------------- presence

    async def came(self, step: Came, guild: discord.Guild) -> None:
        """Write down who is there."""
        await self._service.came(guild.id, step.session.id, step.people)

    async def left(self, step: Left, guild: discord.Guild) -> None:
        """Write down that nobody is there."""
        await self._service.left(guild.id, step.session.id)

    async def absent(self, step: Absent, guild: discord.Guild) -> None:
        """Look once whether somebody wrote; else warn the host, or give the desk away (R11)."""
        channel, quiet = guild.get_channel(step.channel_id), step.session.quiet
        if not isinstance(channel, discord.TextChannel) or quiet is None:
            return
        # The book knows whole seconds: words of the second since when it is quiet are in it already.
        found = [(m.author, m.created_at.replace(microsecond=0)) async for m in channel.history(limit=WORDS)]
        words = [(author.id, at) for author, at in found if not author.bot and at > quiet]
        if words:
            who, when = zip(*words, strict=True)
            await self._service.wrote(guild.id, step.session.id, set(who), max(when))
        elif step.release:
            await self._service.release(guild.id, step.session.id)
        else:
            await self._service.warn_absent(guild.id, step.session.id)

    # --------------------------------------------------------------- messages

    async def last_word(self, step: LastWord, _guild: discord.Guild) -> None:
        """Write the last word for those who still talk."""
        await self._book.overrun(step.session)

    async def drop(self, step: Drop, _guild: discord.Guild) -> None:
        """Give up what has grown stale."""
        await self._book.dropped(step.notice)

    async def say(self, step: Say, guild: discord.Guild) -> None:
        """Send what is not sent yet, part by part."""
        if step.channel_id is None:
            await self._direct(step, guild)
            return
        notice, channel = step.notice, guild.get_channel(step.channel_id)
        if not isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            return  # the next look sees it missing and checks
        if notice.kind is NoticeKind.OPENING and not (notice.tried or notice.parts_sent):
            await count_interested(self._book.events, guild, step.session)
        parts = await self._parts(notice, step.session)
        if not parts:
            await self._book.dropped(notice)
        for number, part in enumerate(parts[notice.parts_sent :], start=notice.parts_sent + 1):
            if not (notice.tried and await _arrived(channel, part, guild.me.id)):
                await self._book.sending(notice)
                await _send(channel, part, f"openspace-{notice.id}-{number}")
            pinged = step.session.host_id in part.mentions
            await self._book.sent(notice, number, last=number == len(parts), pinged=pinged)

    async def _direct(self, step: Say, guild: discord.Guild) -> None:
        """Remind somebody by a direct message; where theirs are closed, in a channel instead."""
        notice, part = step.notice, desk_messages.reminder(self._words, step.session, server=guild.name)
        try:
            channel = await self._client.create_dm(discord.Object(notice.user_id or 0))
            if not (notice.tried and await _arrived(channel, part, guild.me.id)):
                await self._book.sending(notice)
                await _send(channel, part, f"openspace-{notice.id}-1")
        except (discord.Forbidden, discord.NotFound):
            await self._book.closed_to_direct_messages(notice)
        else:
            await self._book.sent(notice, 1, last=True)

    async def _parts(self, notice: Notice, session: Session) -> list[Part]:
        """Return the messages that a notice is made of; none where nobody needs them any more."""
        words, joined = self._words, await self._book.joined(session.id)
        guest, parts = notice.user_id or 0, list[Part]()
        match notice.kind:
            case NoticeKind.OPENING:
                parts = await self._opening(session, joined)
            case NoticeKind.GREETING if guest in joined:
                parts = [await self._greeting(session, guest)]
            case NoticeKind.WARNING:
                parts = [desk_messages.warning(words, session)]
            case NoticeKind.QUIET:
                limits = self._service.programme(session.guild_id).limits
                parts = [desk_messages.quiet(words, session, notice.created, limits)]
            case NoticeKind.OVERRUN:
                parts = [desk_messages.last_word(words)]
            case NoticeKind.REMINDER:
                parts = [desk_messages.reminder(words, session, user_id=guest)]
            case NoticeKind.CHANGED if joined:
                parts = desk_messages.changed(words, session, joined)
            case NoticeKind.CANCELLED if joined:
                parts = desk_messages.cancelled(words, session, joined)
        return parts

    async def _greeting(self, session: Session, guest: int) -> Part:
        pinged = await self._book.host_pinged(session.id)
        again = pinged is not None and self._service.now() - pinged < PING_PAUSE
        return desk_messages.greeting(self._words, session, guest, ping=not again)

    async def _opening(self, session: Session, joined: list[int]) -> list[Part]:
        book = await self._book.read(session.guild_id)
        greeted = {
            n.user_id for n in book.notices if n.session_id == session.id and n.kind is NoticeKind.GREETING
        }
        mentioned = [user_id for user_id in joined if user_id not in greeted]
        cohosts = next((s.cohosts for s in book.showings if s.session.id == session.id), ())
        hosts = (session.host_id, *(person.id for person in cohosts))
        return desk_messages.opening(self._words, session, hosts, mentioned, _voice(book, session))

    async def tell(self, step: Tell, guild: discord.Guild) -> None:
        """Tell organizers what only they can mend."""
        ours = {record.channel_id for record in (await self._book.read(guild.id)).records}
        channel = self._organizers(guild, ours)
        if channel is None:
            raise StillThere
        text = desk_messages.problem(self._words, guild, step.code, step.detail)
        # Where the answer is lost, Discord itself sees by the nonce that it has this message.
        await channel.send(text, allowed_mentions=QUIET, nonce=f"openspace-{zlib.crc32(text.encode()):08x}")
        await self._book.problem_told(guild.id, step.code)

    def _organizers(self, guild: discord.Guild, ours: Collection[int | None]) -> discord.TextChannel | None:
        """Return where organizers read: the set channel, the server's own for moderators, or any but ours.

        The board's channel, the news and the desks are for everyone.
        """
        places = [
            guild.get_channel(self._organizers_channel),
            guild.public_updates_channel,
            guild.system_channel,
            *(channel for channel in guild.text_channels if channel.id not in ours),
        ]
        for channel in places:
            if isinstance(channel, discord.TextChannel):
                can = channel.permissions_for(guild.me)
                if can.view_channel and can.send_messages:
                    return channel
        return None


def _voice(book: Book, session: Session) -> int | None:
    desk = (session.id, Kind.VOICE)
    return next(
        (r.channel_id for r in book.records if (r.session_id, r.kind) == desk and not r.surplus), None
    )


async def _arrived(channel: Channel, part: Part, me: int) -> bool:
    """Whether a part that was on its way when the bot died is already there: nobody is pinged twice."""
    async for message in channel.history(limit=HISTORY):
        if message.author.id == me and message.content == part.text:
            return True
    return False


async def _send(channel: Channel, part: Part, nonce: str) -> None:
    mentions = discord.AllowedMentions(users=[discord.Object(i) for i in part.mentions])
    view: Any = part.view or discord.utils.MISSING
    await channel.send(part.text, allowed_mentions=mentions, nonce=nonce, silent=part.silent, view=view)
