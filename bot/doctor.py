"""`openspace doctor`: can the bot start? One line for each check, with what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import discord
import typer

from bot.credentials import read_token
from bot.running import LOGIN
from bot.store.database import Database
from bot.troubles import FAILED, FINE, MISUSED, PORTAL, PlainError, explained, read_settings, short
from bot.ui.words import LANGUAGES, words_for


async def examine(path: Path, offline: bool) -> int:
    """Print a line for each check and return the exit code; `offline` leaves out what needs Discord."""
    configured = await _check("configuration", _see_settings(path))
    good = [configured, await _check("words", _see_words())]
    if configured:
        good.append(await _check("database", _see_database(read_settings(path).database)))
    token = await _check("token", _see_token())
    good.append(token)
    if token and not offline:
        good.append(await _check("login", _see_discord(read_token())))
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
    name, desks, windows = conference.name, conference.parallel_limit, len(conference.windows)
    return f"{name}, {windows} window{'s' * (windows > 1)}, {desks} desk{'s' * (desks > 1)} ({path})"


async def _see_words() -> str:
    try:
        return ", ".join(words_for(language).language for language in LANGUAGES)
    except Exception as error:
        reason = short(f"{type(error).__name__}: {error}")
        raise PlainError(f"they cannot be read ({reason}); install openspace-bot again", FAILED) from error


async def _see_database(path: Path) -> str:
    if await asyncio.to_thread(_to_be_made, path):
        return f"{path} will be made at the first start"
    async with Database(path) as database:
        [(number,)] = await database.read.all("PRAGMA user_version")
        return f"{path} can be read and written, version {number}"


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


async def _see_discord(token: str) -> str:
    async with discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30) as client:
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
