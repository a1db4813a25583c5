"""`openspace export`: what organizers take along, from the database file; the bot may run meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import typer

from bot import clock
from bot.config import Config
from bot.service import Rulebook, rules_of
from bot.store import exports, settings
from bot.store.database import Database, Reader
from bot.store.exports import Records
from bot.store.files import PRIVATE
from bot.store.inspection import look
from bot.store.settings import Standing
from bot.troubles import FINE, MISUSED, PlainError
from bot.ui.exchange import Attachment
from bot.ui.exports import Export, Form, What, files
from bot.ui.words import words_for


def export(config: Config, folder: Path, server: int | None, form: Form | None) -> int:
    """Write the files into a folder, made where it is missing, and return the exit code.

    Where several servers have sessions and none is named, each has a folder of its own in it.
    """
    path = config.database
    if not path.exists():
        raise PlainError(f"there is no database at {path}; name its configuration by --config", MISUSED)
    found, standings = look(path, lambda db: _read(db, server))
    if not found:
        nothing = f"no session in server {server}" if server else "no session yet"
        raise PlainError(f"{path}: {nothing}; nothing was written", MISUSED)
    rulebook = Rulebook(rules_of(config), Database(path))
    rulebook.take(standings)
    for records in found:
        place = folder / str(records.guild_id) if len(found) > 1 else folder
        rules = rulebook.of(records.guild_id)
        words = words_for(rules.server.language)
        _write(place, files(words, Export(records, rules.programme, clock.now()), What.ALL, form))
    return FINE


async def _read(db: Reader, server: int | None) -> tuple[list[Records], dict[int, Standing]]:
    ids = [each for each in await exports.servers(db) if server in {None, each}]
    return [await exports.read(db, each) for each in ids], await settings.standings(db)


def _write(folder: Path, made: Iterable[Attachment]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file in made:
            path = folder / file.name
            # What people said and did: for who runs the bot alone, as the database is.
            with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE), "wb") as out:
                out.write(file.data)
            typer.echo(path)
    except OSError as error:
        reason = error.strerror or error
        raise PlainError(f"{folder} cannot be written ({reason}); choose another folder", MISUSED) from error
