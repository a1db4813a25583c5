"""The console command `openspace`. What a person can mend is told in one line on stderr, without traceback.

Exit codes: 0 fine, 1 failed, 2 bad usage or configuration.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
from collections.abc import Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import discord
import typer

from bot import log as logs
from bot import running
from bot.app import build_bot
from bot.config import Config, Log
from bot.config_web import Health
from bot.credentials import read_token
from bot.paths import example_file
from bot.permissions import INVITE
from bot.troubles import MISUSED, PORTAL, PlainError, plainly, read_settings

_SNOWFLAKE = re.compile(r"[0-9]{17,20}", re.ASCII)
_DEFAULT = Path("config.toml")
_CONFIGURED = ("run", "doctor", "status", "backup", "restore", "drill", "export")

app = typer.Typer(
    help="Runs a conference's Open Spaces on Discord: host, list, join.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they show local variables, and with them the token
)

ConfigOption = Annotated[Path, typer.Option("--config", help="The configuration file.", show_default=False)]


def main() -> None:
    """Run the command line; the entry point of the console command."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that knows no ✓ is no reason to die
    app(prog_name="openspace")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"openspace {version('openspace-bot')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", envvar="OPENSPACE_CONFIG", help="The configuration file.")
    ] = _DEFAULT,
    _: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Say which version this is."),
    ] = False,
) -> None:
    """Take the options that may stand before any command."""
    logs.configure(Log(level="warning"))
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we move in voice, but never speak
    context.default_map = {command: {"config": config} for command in _CONFIGURED}


# ---------------------------------------------------------------------------------------------- commands


@app.command()
def run(
    config: ConfigOption = _DEFAULT,
    health: Annotated[
        str | None,
        typer.Option(
            envvar="OPENSPACE_HEALTH",
            metavar="ADDRESS:PORT",
            help="Where health is told; [health] in the file goes before it.",
        ),
    ] = None,
) -> None:
    """Start the bot; it stops at Ctrl+C or SIGTERM."""
    with plainly():
        settings = _with_health(read_settings(config), health)
        token = read_token()
        logs.configure(settings.log, token)
        code = asyncio.run(running.until_told(running.serve(build_bot(settings), token)))
    raise typer.Exit(code)


def _with_health(settings: Config, place: str | None) -> Config:
    """Return the settings with a port for health, unless they have one."""
    if not place or settings.health:
        return settings
    address, _, port = place.rpartition(":")
    try:
        health = Health(address=address.strip("[]"), port=int(port))
    except ValueError:
        raise PlainError(
            f"--health is an address and a port, as 127.0.0.1:9464; this is {place}", MISUSED
        ) from None
    return settings.model_copy(update={"health": health})


@app.command()
def doctor(
    config: ConfigOption = _DEFAULT,
    offline: Annotated[bool, typer.Option("--offline", help="Leave out what needs Discord.")] = False,
) -> None:
    """Check that the bot can start, or say what to do."""
    from bot.doctor import examine  # noqa: PLC0415 - `run` does without

    with plainly():
        code = asyncio.run(running.until_told(examine(config, offline)))
    raise typer.Exit(code)


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files are written.")],
    server: Annotated[int | None, typer.Option(metavar="ID", help="One server; without: all.")] = None,
    form: Annotated[
        str | None, typer.Option("--format", metavar="csv|json|ics", help="One kind; without: csv and ics.")
    ] = None,
    config: ConfigOption = _DEFAULT,
) -> None:
    """Write sessions, people and the calendar into files."""
    from bot.exporting import export as write  # noqa: PLC0415 - `run` does without
    from bot.ui.exports import Form  # noqa: PLC0415

    with plainly():
        if form not in {None, *Form}:
            raise PlainError("--format is csv, json or ics", MISUSED)
        code = write(read_settings(config), folder, server, Form(form) if form else None)
    raise typer.Exit(code)


@app.command()
def status(config: ConfigOption = _DEFAULT) -> None:
    """Say how the bot's database stands; the bot may be running."""
    from bot.operate import show_status  # noqa: PLC0415 - `run` does without

    with plainly():
        show_status(read_settings(config))


@app.command()
def backup(
    to: Annotated[
        Path | None,
        typer.Argument(
            readable=False, metavar="[PATH]", help="A file or a folder; without it, that of [backup]."
        ),
    ] = None,
    config: ConfigOption = _DEFAULT,
) -> None:
    """Copy the database, and check the copy; the bot may be running."""
    from bot.operate import make_backup  # noqa: PLC0415 - `run` does without

    with plainly():
        make_backup(read_settings(config), to)


@app.command()
def restore(
    path: Annotated[Path, typer.Argument(readable=False, metavar="PATH", help="The backup.")],
    config: ConfigOption = _DEFAULT,
) -> None:
    """Put a backup in place of the database, which is kept."""
    from bot.operate import restore_backup  # noqa: PLC0415 - `run` does without

    with plainly():
        restore_backup(read_settings(config), path)


@app.command()
def drill(config: ConfigOption = _DEFAULT) -> None:
    """Try whether the newest backup works, and say what is in it."""
    from bot.operate import try_newest  # noqa: PLC0415 - `run` does without

    with plainly():
        try_newest(read_settings(config))


@app.command("config")
def write_config(
    to: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The file to write; without it, it is shown.")
    ] = None,
) -> None:
    """Write a configuration file to start from: every setting, explained."""
    with plainly():
        text = example_file().read_text(encoding="utf-8")
        if to is None:
            typer.echo(text, nl=False)
        else:
            try:
                with to.open("x", encoding="utf-8") as file:
                    file.write(text)
            except FileExistsError:
                raise PlainError(f"{to} is there already, and stays as it is", MISUSED) from None
            except OSError as error:
                raise PlainError(f"{to} cannot be written: {error.strerror}", MISUSED) from error
            typer.echo(f"{to} is written. Edit it, then: openspace doctor --config {to}")


@app.command()
def invite(
    client_id: Annotated[str, typer.Argument(metavar="CLIENT_ID", help="The application's id.")],
) -> None:
    """Print the link that brings the bot into a server."""
    with plainly():
        # Never quoted: who confuses the two pastes the token here.
        if not _SNOWFLAKE.fullmatch(client_id) or int(client_id) >= 2**63:
            where = f"copy the application id, 17 to 19 digits, from {PORTAL}"
            raise PlainError(f"this CLIENT_ID is none; {where}", MISUSED)
        scopes = ("bot", "applications.commands")
        typer.echo(discord.utils.oauth_url(client_id, permissions=INVITE, scopes=scopes))


@app.command()
def demo(  # noqa: PLR0917 - the options of the command
    tour: Annotated[bool, typer.Option("--tour", help="Play one day in this terminal, and end.")] = False,
    speed: Annotated[float, typer.Option(min=1, help="How much faster than real its clock runs.")] = 1.0,
    database: Annotated[Path | None, typer.Option(help="Keep the data in this file.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The page's port; 0: any free one.")] = 8000,
    empty: Annotated[bool, typer.Option("--empty", help="A server without a programme: set it up.")] = False,
    config: Annotated[
        Path | None,
        typer.Option(help="Preview this file's programme; the file and its database are left alone."),
    ] = None,
) -> None:
    """Try the bot in your browser, on a simulated Discord."""
    logs.configure(Log(level="error"))
    with plainly():
        if config and (tour or empty):
            raise PlainError("--config is a programme of its own: leave out --tour and --empty", MISUSED)
        own = read_settings(config) if config else None
        if own and database and database.absolute().resolve() == own.database:
            raise PlainError(f"--database is the bot's own file: the demo leaves {database} alone", MISUSED)
        code = asyncio.run(running.until_told(_demo(tour, speed, database, port, own, bare=empty)))
    raise typer.Exit(code)


def _demo(
    tour: bool, speed: float, database: Path | None, port: int, own: Config | None, *, bare: bool
) -> Coroutine[Any, Any, int]:
    """Return the demo's work, imported only here: not every install has the simulated Discord."""
    try:
        if tour:
            from bot.demo.tour import tour as play  # noqa: PLC0415

            return play()
        from bot.demo.page import serve  # noqa: PLC0415

        return serve(speed, database, port, own=own, bare=bare)
    except ModuleNotFoundError as error:
        if (error.name or "bot").split(".")[0] in {"bot", "cogs"}:
            raise
        need = f"the demo needs {error.name}, which is not installed"
        raise PlainError(f"{need}; run: pip install 'openspace-bot[demo]'", MISUSED) from error
