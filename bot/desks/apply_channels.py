"""Steps that make, change and delete channels."""

from __future__ import annotations

import asyncio

import discord

from bot.desks import permissions
from bot.desks.look import see
from bot.desks.plan import CATEGORIES, PLACES, fit, matches
from bot.desks.step import Handlers, StillThere, no_means_no
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Find,
    Make,
    Move,
    Refit,
    Rename,
    Surplus,
)
from bot.domain.models import Session
from bot.service.deskbook import DeskBook
from bot.store.channels import Kind, NewChannel, Record
from bot.ui import desk_messages
from bot.ui.words import Words

TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""
VOICE_SEATS = 99
"""The most that a voice channel's user limit takes."""


class ChannelSteps:
    """Carries them out and writes down what became of them."""

    def __init__(self, book: DeskBook, words: Words) -> None:
        self._book = book
        self._words = words

    def handlers(self) -> Handlers:
        """Return who carries out which step."""
        return {
            Make: self.make,
            Adopt: self.adopt,
            Find: self.find,
            Check: self.check,
            Move: self.move,
            Rename: self.rename,
            Refit: self.refit,
            Archive: self.archive,
            Delete: self.delete,
            Surplus: self.surplus,
        }

    async def make(self, make: Make, guild: discord.Guild) -> None:
        """Write down the wish, ask Discord, write down the answer."""
        session_id = make.session.id if make.session else None
        fitted = fit(make.session, make.hosts) if make.session and make.kind is Kind.VOICE else None
        record = await self._book.intend(
            guild.id, NewChannel(make.kind, make.mark, session_id, make.label, fitted)
        )
        asked = asyncio.get_running_loop().time()
        try:
            channel = await self._request(guild, make)
        except (discord.RateLimited, discord.HTTPException) as error:
            if no_means_no(error, asked):
                await self._book.refused(record.id)
            raise
        await self._book.found(record, channel.id, "made")

    async def _request(self, guild: discord.Guild, make: Make) -> discord.abc.GuildChannel:
        reason = self._words("audit-reason")
        if make.kind in CATEGORIES:
            own = permissions.area if make.kind is Kind.AREA else permissions.archive
            return await guild.create_category(make.name, overwrites=own(guild), reason=reason)
        parent = _category(guild, make.parent_id)
        if make.kind is Kind.VOICE and make.session:
            return await guild.create_voice_channel(
                make.name,
                category=parent,
                overwrites=permissions.desk(guild, parent, make.hosts),
                user_limit=_user_limit(make.session, make.hosts),
                reason=reason,
            )
        overwrites = permissions.place if make.kind in PLACES else permissions.desk
        return await guild.create_text_channel(
            make.name,
            category=parent,
            topic=self._topic(make.kind, make.session, make.mark, plain=make.plain),
            overwrites=overwrites(guild, parent),
            reason=reason,
        )

    def _topic(self, kind: Kind, session: Session | None, mark: str, *, plain: bool) -> str:
        if session is None:
            about = self._words("board-topic" if kind is Kind.BOARD else "news-topic")
            return f"{about} · {mark}"
        return mark if plain else desk_messages.channel_topic(self._words, session, mark, TOPIC_LENGTH)

    async def adopt(self, step: Adopt, _guild: discord.Guild) -> None:
        """The channel that shows is the one that was asked for."""
        await self._book.found(step.record, step.channel_id, "adopted")

    async def find(self, step: Find, guild: discord.Guild) -> None:
        """Ask Discord for all its channels."""
        known = {r.channel_id for r in (await self._book.read(guild.id)).records}
        # The cache may not have heard of it yet: only Discord's own list is the truth here.
        listed = [see(channel) for channel in await guild.fetch_channels()]
        hits = [seen.id for seen in listed if seen.id not in known and matches(step.record, seen)]
        if hits:
            await self._book.found(step.record, max(hits), "adopted")
        else:
            await self._book.refused(step.record.id)

    async def check(self, step: Check, guild: discord.Guild) -> None:
        """Ask Discord whether it has the channel."""
        try:
            await guild.fetch_channel(step.record.channel_id or 0)
        except discord.NotFound:
            await self._book.gone(step.record, "missing")
        else:
            raise StillThere

    async def move(self, step: Move, guild: discord.Guild) -> None:
        """Put it under a category again."""
        channel = guild.get_channel(step.record.channel_id or 0)
        if isinstance(channel, discord.TextChannel | discord.VoiceChannel):
            await channel.edit(category=_category(guild, step.parent_id), reason=self._words("audit-reason"))

    async def rename(self, step: Rename, guild: discord.Guild) -> None:
        """One request for name and topic: both count against Discord's two in ten minutes."""
        channel, reason = guild.get_channel(step.record.channel_id or 0), self._words("audit-reason")
        if isinstance(channel, discord.VoiceChannel):
            await channel.edit(name=step.name, reason=reason)
        elif isinstance(channel, discord.TextChannel):
            topic = self._topic(Kind.TEXT, step.session, step.record.mark, plain=step.plain)
            await channel.edit(name=step.name, topic=topic, reason=reason)
        else:
            return  # the next look sees it missing and checks
        await self._book.renamed(step.record, step.label)

    async def refit(self, step: Refit, guild: discord.Guild) -> None:
        """Set seats and hosts' powers."""
        channel = guild.get_channel(step.record.channel_id or 0)
        if isinstance(channel, discord.VoiceChannel):
            former = _hosts_of(step.record)
            await channel.edit(
                user_limit=_user_limit(step.session, step.hosts),
                overwrites=permissions.refitted(guild, channel, former, step.hosts),
                reason=self._words("audit-reason"),
            )
            await self._book.refitted(step.record, fit(step.session, step.hosts))

    async def archive(self, step: Archive, guild: discord.Guild) -> None:
        """Nobody writes there any more; everyone may read on."""
        channel = guild.get_channel(step.record.channel_id or 0)
        if isinstance(channel, discord.TextChannel):
            parent = _category(guild, step.parent_id)
            await channel.edit(
                category=parent or channel.category,
                overwrites=permissions.archived(guild, channel, parent),
                reason=self._words("audit-reason"),
            )
            await self._book.archived(step.record)

    async def delete(self, step: Delete, guild: discord.Guild) -> None:
        """Delete it for good."""
        channel = guild.get_channel(step.record.channel_id or 0)
        if channel is None:
            return  # the next look sees it missing and checks
        try:
            await channel.delete(reason=self._words("audit-reason"))
        except discord.NotFound:
            await self._book.gone(step.record, "missing")
        else:
            await self._book.gone(step.record, "deleted")

    async def surplus(self, step: Surplus, _guild: discord.Guild) -> None:
        """Write down a channel too many."""
        await self._book.surplus(step.like, step.channel_id)


def _category(guild: discord.Guild, category_id: int | None) -> discord.CategoryChannel | None:
    channel = guild.get_channel(category_id or 0)
    return channel if isinstance(channel, discord.CategoryChannel) else None


def _user_limit(session: Session, hosts: tuple[int, ...]) -> int:
    """Return how many a voice channel takes: the guests' seats and the hosts; 0 is no limit."""
    return min(session.seats + len(hosts), VOICE_SEATS) if session.seats else 0


def _hosts_of(record: Record) -> tuple[int, ...]:
    return tuple(map(int, (record.fit or "").split()[1:]))
