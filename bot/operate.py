"""`openspace backup`, `restore`, `drill` and `status`: for the person who runs the bot."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import typer

from bot import clock
from bot.config import Config
from bot.domain.models import State
from bot.measures import ago, plural, size, span, tame, utc
from bot.paths import data_folder
from bot.store.backup import back_up, is_backup
from bot.store.copying import Stopped
from bot.store.database import Database
from bot.store.errors import StoreError
from bot.store.files import left_in_use
from bot.store.migrations import scripts_in
from bot.store.overview import OneServer, Overview, Trouble, overview
from bot.store.restoring import restore
from bot.store.shelf import Backup, Shelf
from bot.store.users import in_use
from bot.troubles import FAILED, MISUSED, PlainError

SHOWN = 10
"""How many servers, and how many problems, `status` shows: one screen."""


def make_backup(config: Config, to: Path | None) -> None:
    """Back up to a file, into a folder under a dated name, or into the `[backup]` folder."""
    database, shelf = config.database, Shelf(config.backups, config.database)
    if to is None:
        shelf.make()
        place = shelf.place(clock.now())
    else:
        place = to.resolve()
        place = Shelf(place, database).place(clock.now()) if place.is_dir() else place
    with _stopping("nothing is left of it"):
        content = back_up(database, place)
    rows = content.rows
    facts = [
        *_counted(rows["session"], rows["joined"]),
        size(place.stat().st_size),
        f"version {content.version}",
    ]
    typer.echo(f"backed up to {place}, and checked: {', '.join(facts)}")


def restore_backup(config: Config, backup: Path) -> None:
    """Put a backup into the place of the database, and say where the one before is."""
    backup, database = backup.resolve(), config.database
    if backup.is_dir():
        there = Shelf(backup, database).backups()
        what = f"the newest in it is {there[0].path}" if there else "there is no backup in it"
        raise PlainError(f"{backup} is a folder, name a file: {what}", MISUSED)
    with _stopping("the database is either as it was or as the backup"):
        done = restore(backup, database, clock.now())
    rows = done.content.rows
    facts = [*_counted(rows["session"], rows["joined"]), f"version {done.content.version}"]
    typer.echo(f"restored {database} from {backup}: {', '.join(facts)}")
    if done.kept and is_backup(done.kept):
        typer.echo(f"the database before is kept; to go back: openspace restore {done.kept}")
    elif done.kept:
        typer.echo(f"the file before could not be read; it is kept, byte by byte, as {done.kept}")
    if done.content.version < _newest_version():
        typer.echo(f"it is of an older version; the next start brings it up to version {_newest_version()}")
    typer.echo("now start the bot again")


def try_newest(config: Config) -> None:
    """Restore the newest backup into a temporary file, open it as the bot would, and say what is in it."""
    backups = Shelf(config.backups, config.database).backups()
    if not backups:
        raise PlainError(f"there is no backup in {config.backups}; make one: openspace backup", FAILED)
    newest, now = backups[0], clock.now()
    typer.echo(f"{newest.path}, {ago(now - newest.at)}, {size(newest.size)}")
    with tempfile.TemporaryDirectory() as folder, _stopping("nothing has changed"):
        copy = Path(folder) / "drill.sqlite3"
        try:
            done = restore(newest.path, copy, now)
            asyncio.run(_open_as_the_bot(copy))
            seen = overview(copy, now)
        except StoreError as error:
            other = f"; the one before it is {backups[1].path}" if len(backups) > 1 else ""
            raise PlainError(f"this backup does not work: {error}{other}", FAILED) from error
    _line("version", f"{done.content.version}, opened as version {seen.version}")
    _line("servers", str(len(seen.servers)))
    _line("sessions", _states(seen.states))
    _line("joins", str(seen.joined))
    _line("last change", _when(seen.last[0], now) if seen.last else "none")
    typer.echo("it works: openspace restore would bring this back")


async def _open_as_the_bot(path: Path) -> None:
    async with Database(path) as database:
        finding = await database.check()
    if finding:
        raise StoreError(path, f"it is damaged once it is brought up to date ({finding})")


def show_status(config: Config) -> None:
    """One screen, from the database and the folder of the backups alone."""
    now = clock.now()
    seen = overview(config.database, now)
    _line("openspace", version("openspace-bot"))
    _line("database", f"{config.database}, {size(seen.size)}, its log (WAL) {size(seen.log_size)}")
    _line("", f"{_schema(seen)}, {_state(config.database)}")
    _line("last change", _last(seen, now))
    _show_backups(config, now)
    _show_servers(seen.servers, now)
    _show_troubles(seen.troubles, now)


def _schema(seen: Overview) -> str:
    newest = _newest_version()
    return f"version {seen.version}" + (
        f", the next start brings it to {newest}" if seen.version < newest else ""
    )


def _state(database: Path) -> str:
    with suppress(OSError):  # it may be readable, but not ours to write
        if in_use(database):
            return "in use by a running bot"
    return "left by a bot that died; the next start mends that" if left_in_use(database) else "not in use"


def _last(seen: Overview, now: datetime) -> str:
    if seen.last is None:
        return "nothing has happened yet"
    at, server, what = seen.last
    return f"{_when(at, now)}: {tame(what)}" + (f" in server {server}" if server else "")


def _show_backups(config: Config, now: datetime) -> None:
    every = timedelta(hours=config.backup.every_hours)
    try:
        there = Shelf(config.backups, config.database).backups()
    except StoreError as error:
        _line("backup", str(error))
        return
    newest = next((backup for backup in there if backup.at <= now), None)
    _line("backup", _shown(newest, len(there), config.backups, now))
    if not every:
        _line("next backup", "none by itself ([backup] every_hours is 0)")
    elif newest is None or newest.at + every <= now:
        _line("next backup", "due; a running bot makes it within the hour")
    else:
        _line("next backup", f"in {span(newest.at + every - now)}, by the running bot")


def _shown(newest: Backup | None, count: int, folder: Path, now: datetime) -> str:
    if newest is None:
        return f"none in {folder}; make one: openspace backup"
    return f"{ago(now - newest.at)}, {newest.path}, {size(newest.size)}; {count} in all"


def _show_servers(servers: Sequence[OneServer], now: datetime) -> None:
    _line("servers", str(len(servers)))
    for server in servers[:SHOWN]:
        coming = f", next in {span(server.next - now)} ({utc(server.next)})" if server.next else ""
        typer.echo(f"  {server.id}: {server.open} open, {server.booked} booked{coming}")
    if rest := servers[SHOWN:]:
        opened, booked = sum(each.open for each in rest), sum(each.booked for each in rest)
        typer.echo(f"  and {len(rest)} more: {opened} open, {booked} booked")


def _show_troubles(troubles: Sequence[Trouble], now: datetime) -> None:
    _line("problems", str(len(troubles)) if troubles else "none")
    for each in troubles[:SHOWN]:
        detail = f" ({tame(each.detail)})" if each.detail else ""
        typer.echo(f"  {each.server}: {tame(each.code)}{detail}, {ago(now - each.since)}")
    if len(troubles) > SHOWN:
        typer.echo(f"  and {len(troubles) - SHOWN} more")


# ------------------------------------------------------------------------------------------- in words


def _newest_version() -> int:
    return len(scripts_in(data_folder() / "migrations"))


@contextmanager
def _stopping(left: str) -> Iterator[None]:
    """End in good order, and say so, where somebody stops the command."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except (KeyboardInterrupt, Stopped):
        raise PlainError(f"stopped; {left}", FAILED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _line(name: str, text: str) -> None:
    typer.echo(f"{name:<12}{text}")


def _counted(sessions: int, joined: int) -> tuple[str, str]:
    return plural(sessions, "session"), plural(joined, "join")


def _states(states: Mapping[str, int]) -> str:
    told = ", ".join(f"{states[state]} {state}" for state in State if states[state])
    return f"{sum(states.values())}" + (f" ({told})" if told else "")


def _when(at: datetime, now: datetime) -> str:
    return f"{ago(now - at)} ({utc(at)})"
