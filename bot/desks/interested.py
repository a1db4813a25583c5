"""Who is interested in a session's event on Discord."""

from __future__ import annotations

import asyncio

import aiohttp
import discord
import structlog

from bot.domain.models import Session
from bot.service.eventbook import EventBook
from bot.service.people import Person

log = structlog.get_logger("keeper")

PAGE = 100
"""People in one answer: https://docs.discord.com/developers/resources/guild-scheduled-event."""
LONGEST_WAIT = 10
"""Seconds that an opening waits at most for their names."""


async def count_interested(book: EventBook, guild: discord.Guild, session: Session) -> None:
    """Count those who are interested in a session's event as joined; a failure of that is only logged."""
    event = guild.get_scheduled_event(await book.of_session(session.id) or 0)
    if event is None:
        return
    people: list[Person] = []
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            await _interested(event, people)
    except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
        log.warning("who is interested could not be learnt", guild=guild.id, error=str(error))
    if people:
        await book.interested(session, people)


async def _interested(event: discord.ScheduledEvent, people: list[Person]) -> None:
    """Add everyone who is interested, page by page: discord.py's own paging asks for the same page again."""
    last = 0
    while True:
        page = [user async for user in event.users(limit=PAGE, after=discord.Object(last))]
        people += [Person(user.id, user.display_name) for user in page if not user.bot]
        newest = max((user.id for user in page), default=last)
        if len(page) < PAGE or newest <= last:
            return
        last = newest
