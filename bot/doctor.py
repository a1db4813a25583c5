"""`openspace doctor`: can the bot start? One line for each check, with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import typer

from bot import clock
from bot.credentials import read_token
from bot.domain.programme import Programme
from bot.running import LOGIN
from bot.store.files import open_to_others
from bot.store.inspection import inspect
from bot.troubles import FAILED, FINE, MISUSED, PORTAL, PlainError, explained, read_settings, short
from bot.ui.words import LANGUAGES, words_for

SKEW = timedelta(seconds=10)
"""How far this machine's clock may be from Discord's; its answers tell the time in whole seconds."""


@dataclass
class Heard:
    """What others say of the time."""

    stored: datetime | None = None
    """When something last happened, by the database."""
    discord: timedelta | None = None
    """How far this machine's clock is ahead of Discord's."""


async def examine(path: Path, offline: bool) -> int:
    """Print a line for each check and return the exit code; `offline` leaves out what needs Discord.

    It only looks: nothing is made, brought up to date or mended.
    """
    heard = Heard()
    configured = await _check("configuration", _see_settings(path))
    good = [configured, await _check("words", _see_words())]
    if configured:
        settings = read_settings(path)
        if settings.conference:
            good.append(await _check("programme", _see_programme(settings.programme())))
        good.append(await _check("database", _see_database(settings.database, heard)))
    token = await _check("token", _see_token())
    good.append(token)
    if token and not offline:
        good.append(await _check("login", _see_discord(read_token(), heard)))
    good.append(await _check("clock", _see_clock(heard)))
    if not configured:
        return MISUSED
    return FINE if all(good) else FAILED


async def _check(what: str, look: Coroutine[Any, Any, str]) -> bool:
    """Print a line: what was seen, or what is wrong and what to do."""
    try:
        seen = await look
    except Exception as error:  # noqa: BLE001 - told, and the other checks go on
        _, text = explained(error) or (FAILED, f"a fault of the program ({error!r}); please report it")
        for line in text.splitlines():
            typer.echo(f"✗ {what}: {line}")
        return False
    typer.echo(f"✓ {what}: {seen}")
    return True


async def _see_settings(path: Path) -> str:
    conference = read_settings(path).conference
    if conference is None:
        return f"each server is set up in Discord ({path})"
    name, desks, windows = conference.name, conference.parallel_limit, len(conference.windows)
    return f"{name}, {windows} window{'s' * (windows > 1)}, {desks} desk{'s' * (desks > 1)} ({path})"


async def _see_words() -> str:
    try:
        return ", ".join(words_for(language).language for language in LANGUAGES)
    except Exception as error:
        reason = short(f"{type(error).__name__}: {error}")
        raise PlainError(f"they cannot be read ({reason}); install openspace-bot again", FAILED) from error


async def _see_programme(programme: Programme) -> str:
    now = clock.now()
    last = max(programme.windows, key=lambda window: window.end)
    if last.end <= now:
        over = f"{programme.local(last.end):%Y-%m-%d %H:%M}"
        what = "set [[conference.windows]] to days to come"
        raise PlainError(f"all windows are past, the last closed {over}, so nobody can host; {what}", FAILED)
    coming = programme.next_window(now)
    if programme.window_at(now) or coming is None:
        return "a window is open now"
    return f"the next window opens {programme.local(coming.start):%Y-%m-%d %H:%M} ({programme.zone.key})"


async def _see_database(path: Path, heard: Heard) -> str:
    if await asyncio.to_thread(_to_be_made, path):
        return f"{path} will be made at the first start"
    for each in (path, path.parent):
        if not os.access(each, os.R_OK | os.W_OK):
            raise PlainError(f"{path} cannot be written; let the bot read and write {each}", FAILED)
    seen = await asyncio.to_thread(inspect, path)
    heard.stored = seen.last
    facts = [f"{path} is whole and can be read and written, version {seen.version}"]
    if seen.version < seen.newest:
        facts.append(f"the next start brings it up to date (version {seen.newest}); keep a copy before")
    if open_to_others(path):
        facts.append("every user of this machine can read it, until the next start closes it to them")
    return "; ".join(facts)


def _to_be_made(path: Path) -> bool:
    """Look without making anything: it would belong to whoever asks, and the bot might not be let in."""
    try:
        if path.exists():
            return False
        folder = next(each for each in path.parents if each.exists())
    except PermissionError as error:
        raise PlainError(f"{path} cannot be reached; let the bot into that folder", FAILED) from error
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise PlainError(f"{path} cannot be made; let the bot write to {folder}", FAILED)
    return True


async def _see_token() -> str:
    read_token()
    return "is set"


async def _see_discord(token: str, heard: Heard) -> str:
    intents, trace = discord.Intents(guilds=True), _listening(heard)
    async with discord.Client(intents=intents, max_ratelimit_timeout=30, http_trace=trace) as client:
        async with asyncio.timeout(LOGIN):
            await client.login(token)
        found = client.application
        if found is None:
            raise PlainError("Discord names no application; try again later", FAILED)
        if found.interactions_endpoint_url:
            where = f"{PORTAL} ({found.name}, General Information)"
            raise PlainError(
                f"the bot would hear of no command; empty Interactions Endpoint URL at {where}", FAILED
            )
        return f"Discord accepts the token as {client.user}; to invite it: openspace invite {found.id}"


def _listening(heard: Heard) -> aiohttp.TraceConfig:
    """Return what notes the time of Discord's answers."""

    async def note(
        _session: aiohttp.ClientSession, _context: SimpleNamespace, done: aiohttp.TraceRequestEndParams
    ) -> None:
        told = done.response.headers.get("Date")
        if told:
            heard.discord = clock.now() - parsedate_to_datetime(told)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(note)
    return trace


async def _see_clock(heard: Heard) -> str:
    now = clock.now()
    shown = f"{now.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    mend = "let the machine set its clock by the network (NTP)"
    if heard.discord is not None and abs(heard.discord) > SKEW:
        way = "ahead of" if heard.discord > timedelta() else "behind"
        seconds = abs(heard.discord) // timedelta(seconds=1)
        raise PlainError(f"{shown} is {seconds} seconds {way} Discord's; {mend}", FAILED)
    if heard.stored is not None and heard.stored - now > SKEW:
        last = f"{heard.stored:%Y-%m-%d %H:%M:%S} UTC"
        raise PlainError(f"{shown} is before {last}, when the database was last written; {mend}", FAILED)
    return (
        f"{shown}, as Discord's" if heard.discord is not None else f"{shown}; compare it with another clock"
    )
