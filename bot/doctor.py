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
from bot.app import INTENTS
from bot.config import Config
from bot.credentials import read_token
from bot.domain.programme import Programme
from bot.measures import ago, plural, tame
from bot.permissions import missing, wanting
from bot.running import LOGIN
from bot.store.files import open_to_others
from bot.store.inspection import inspect
from bot.store.shelf import Shelf
from bot.troubles import FAILED, FINE, MISUSED, PORTAL, PlainError, explained, read_settings, short
from bot.ui.fonts import FAMILY, font_files, missing_fonts
from bot.ui.sheet import has_font
from bot.ui.words import LANGUAGES, words_for

SKEW = timedelta(seconds=10)
"""How far this machine's clock may be from Discord's; its answers tell the time in whole seconds."""

SERVERS = 10
"""How many servers are looked at: each costs two requests."""

SCRIPTS = {"emoji": "🎉", "Korean": "한", "Arabic": "س", "Hebrew": "ש", "Thai": "ก", "Hindi": "अ"}
"""Signs that the program's own font has not: pictures take them from fonts of the machine."""
FONTS = "on Debian, apt install fonts-noto-core fonts-noto-color-emoji fonts-nanum"

PRIVILEGED = {
    "members": "Server Members Intent",
    "message_content": "Message Content Intent",
    "presences": "Presence Intent",
}
"""The intents that have to be switched on for a bot, as Discord's portal calls them."""


@dataclass
class Heard:
    """What others say of the time."""

    stored: datetime | None = None
    """When something last happened, by the database."""
    begun: datetime | None = None
    """When something first happened, by the database."""
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
        good.append(await _check("backups", _see_backups(settings, heard)))
    good.append(await _check("pictures", _see_pictures()))
    token = await _check("token", _see_token())
    good.append(token)
    if token and not offline:
        good.append(await _check_discord(read_token(), heard))
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
        return f"without [conference], so each server is set up in Discord ({path})"
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
    heard.stored, heard.begun = seen.last, seen.first
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


async def _see_backups(settings: Config, heard: Heard) -> str:
    folder, hours, now = settings.backups, settings.backup.every_hours, clock.now()
    shelf = Shelf(folder, settings.database)
    missing_yet = await asyncio.to_thread(_to_be_made, folder)
    if not missing_yet and not (folder.is_dir() and os.access(folder, os.R_OK | os.W_OK)):
        raise PlainError(f"{folder} cannot be written; let the bot read and write that folder", FAILED)
    there = await asyncio.to_thread(shelf.backups)
    newest = next((backup for backup in there if backup.at <= now), None)
    told = f"the newest: {ago(now - newest.at)}, {newest.path}" if newest else f"none yet in {folder}"
    if not hours:
        return f"{told}; none is made by itself ([backup] every_hours is 0), so run: openspace backup"
    saved = newest.at if newest else heard.begun
    lost = heard.stored and (newest is None or heard.stored > newest.at)
    if lost and saved and now - saved > timedelta(hours=2 * hours):
        what = "the bot's log says why (`no backup`); until then run: openspace backup"
        raise PlainError(f"{told}, and none holds what has happened since; {what}", FAILED)
    return f"{told}; a running bot makes one every {plural(hours, 'hour')}"


async def _see_pictures() -> str:
    """Draw a Chinese word with the fonts that come with the program."""
    mend = "install openspace-bot again"
    if gone := missing_fonts():
        raise PlainError(f"{gone[0]} is missing or cannot be read; {mend}", FAILED)
    size = 'xmlns="http://www.w3.org/2000/svg" width="99" height="30"'
    try:
        import resvg_py  # noqa: PLC0415 - heavy, and only pictures need it
    except ImportError as error:
        raise PlainError(f"none can be drawn ({error}); {mend}", FAILED) from error

    def drawn(text: str) -> bytes:
        svg = f'<svg {size}><text y="24" font-family="{FAMILY}">{text}</text></svg>'
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=font_files()))

    if await asyncio.to_thread(drawn, "開放空間") == await asyncio.to_thread(drawn, ""):
        raise PlainError(f"no font in {Path(font_files()[0]).parent} draws Chinese; {mend}", FAILED)
    lacking = await asyncio.to_thread(lambda: [name for name, sign in SCRIPTS.items() if not has_font(sign)])
    spare = f"; this machine has none for {', '.join(lacking)}, which stays blank: {FONTS}" if lacking else ""
    return "fonts are there, for Chinese too" + spare


async def _see_token() -> str:
    read_token()
    return "is set"


async def _check_discord(token: str, heard: Heard) -> bool:
    """Log in without the gateway, so beside a running bot; look at what Discord says of it."""
    intents, trace = discord.Intents(guilds=True), _listening(heard)
    async with discord.Client(intents=intents, max_ratelimit_timeout=30, http_trace=trace) as client:
        if not await _check("login", _see_login(client, token)):
            return False
        guilds: list[discord.Guild] = []
        good = [await _check("intents", _see_intents(client))]
        good.append(await _check("servers", _see_servers(client, guilds)))
        good += [
            await _check(f"server {tame(guild.name)}", _see_server(client, guild.id)) for guild in guilds
        ]
    return all(good)


async def _see_login(client: discord.Client, token: str) -> str:
    async with asyncio.timeout(LOGIN):
        await client.login(token)
    found = client.application
    if found is None:
        raise PlainError("Discord names no application; try again later", FAILED)
    where = f"at {PORTAL} ({tame(found.name)}"
    if found.interactions_endpoint_url:
        what = "the bot would hear of no command; empty Interactions Endpoint URL"
        raise PlainError(f"{what} {where}, General Information)", FAILED)
    if found.bot_require_code_grant:
        what = "nobody could invite the bot; switch off Requires OAuth2 Code Grant"
        raise PlainError(f"{what} {where}, Bot)", FAILED)
    return f"Discord accepts the token as {client.user}; to invite it: openspace invite {found.id}"


async def _see_intents(client: discord.Client) -> str:
    flags = client.application.flags if client.application else discord.ApplicationFlags()
    allowed = {name for name in PRIVILEGED if any(getattr(flags, flag) for flag in _flags(name))}
    needed = {name for name in PRIVILEGED if getattr(INTENTS, name)}
    if needed - allowed:
        where = f"{PORTAL} (Bot, Privileged Gateway Intents)"
        what = f"switch on {_intents(needed - allowed)} at {where}"
        raise PlainError(f"Discord would not let the bot in; {what}", FAILED)
    spare = f"; {_intents(allowed - needed)} may be switched off" if allowed - needed else ""
    return ("those that are needed are on" if needed else "none has to be switched on for it") + spare


def _flags(intent: str) -> tuple[str, str]:
    """Return the flags of which one says that an application has a privileged intent."""
    flags = {"members": "gateway_guild_members", "presences": "gateway_presence"}
    flag = flags.get(intent, f"gateway_{intent}")
    return flag, f"{flag}_limited"


def _intents(names: set[str]) -> str:
    return ", ".join(PRIVILEGED[name] for name in sorted(names))


async def _see_servers(client: discord.Client, guilds: list[discord.Guild]) -> str:
    """Count the servers that the bot is in, and fill in which are to be looked at."""
    async with asyncio.timeout(LOGIN):
        found = [guild async for guild in client.fetch_guilds(limit=None, with_counts=False)]
    guilds += found[:SERVERS]
    if not found:
        return f"the bot is in none; to invite it: openspace invite {client.application_id}"
    return f"{len(found)}" + (f", of which {SERVERS} are looked at" if len(found) > SERVERS else "")


async def _see_server(client: discord.Client, guild_id: int) -> str:
    """Look at what the bot's roles let it do; where a channel takes that away, `openspace status` says so."""
    assert client.user  # noqa: S101 - it has logged in
    async with asyncio.timeout(LOGIN):
        guild = await client.fetch_guild(guild_id, with_counts=False)
        me = await guild.fetch_member(client.user.id)
    if me.is_timed_out():  # which takes away most permissions for the while
        raise PlainError("the bot is in time-out, so it cannot write; let a moderator end that", FAILED)
    lacking = missing(me.guild_permissions.value)
    again = f"or invite it again: openspace invite {client.application_id}"
    if lacking:
        what = f"in Server Settings, Roles, switch {'it' if len(lacking) == 1 else 'them'} on, {again}"
        raise PlainError(f"the bot's role lacks {_permissions(lacking)}; {what}", FAILED)
    if guild.mfa_level is discord.MFALevel.require_2fa and not client.user.mfa_enabled:
        why = "this server asks moderators for two-factor authentication"
        raise PlainError(f"{why}; switch it on for the account that owns the bot", FAILED)
    spare = wanting(me.guild_permissions.value)
    return "its role has all permissions" + (
        f" that it needs; without {_permissions(spare)} something is left out" if spare else ""
    )


def _permissions(names: tuple[str, ...]) -> str:
    """Return permissions as Discord's settings call them."""
    called = {"read_messages": "View Channels"}
    return ", ".join(called.get(name, name.replace("_", " ").title()) for name in names)


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
