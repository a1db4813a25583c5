"""`openspace doctor`: it says what is wrong and what to do, and only looks."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from shutil import copyfile, copytree
from types import ModuleType
from typing import Any, cast

import discord
import pytest
from typer.testing import Result

from bot import doctor, troubles
from bot.paths import data_folder
from bot.permissions import INVITE
from bot.store import ledger
from bot.store.backup import back_up
from bot.store.database import Database
from bot.store.instants import stamp
from bot.store.shelf import Shelf
from bot.ui import fonts
from tests.conftest import write_config
from tests.test_cli import (
    APP,
    APPLICATION,
    SERVER,
    TOKEN,
    USER,
    SmallDiscord,
    answers,
    ends,
    invoke,
    openspace,
)
from tests.test_log import fresh_logging

__all__ = ["fresh_logging", "invoke"]


def days_to_come(folder: Path, **sections: Any) -> Path:
    """A configuration whose windows are not over yet, by the real clock."""
    path = write_config(folder, **sections)
    path.write_text(path.read_text().replace("2026-01-0", "2036-01-0"))
    return path


def test_doctor_offline_finds_everything_ready(invoke: Callable[..., Result], tmp_path: Path) -> None:
    days_to_come(tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 0
    *lines, last = result.stdout.splitlines()
    [drawn] = [number for number, line in enumerate(lines) if line.startswith("✓ pictures")]
    lines[drawn] = lines[drawn].partition(";")[0]  # what else it draws depends on the machine
    assert lines == [
        "✓ configuration: PyCon Sim, 2 windows, 10 desks (config.toml)",
        "✓ words: en, zh-TW",
        "✓ programme: the next window opens 2036-01-01 08:00 (Asia/Taipei)",
        f"✓ database: {tmp_path / 'openspace.sqlite3'} will be made at the first start",
        f"✓ backups: none yet in {tmp_path / 'backups'}; none is made by itself ([backup] every_hours is 0),"
        " so run: openspace backup",
        "✓ pictures: fonts are there, for Chinese too",
        "✓ token: is set",
    ]
    assert re.fullmatch(r"✓ clock: 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC; compare it with another clock", last)
    assert not (tmp_path / "openspace.sqlite3").exists()


def test_doctor_opens_a_database_that_is_there(invoke: Callable[..., Result], tmp_path: Path) -> None:
    days_to_come(tmp_path)
    (tmp_path / "openspace.sqlite3").touch()
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 0
    assert "openspace.sqlite3 is whole and can be read and written, version 0" in result.stdout


def test_doctor_tells_what_to_do_about_a_database_of_another_kind(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    days_to_come(tmp_path)
    (tmp_path / "openspace.sqlite3").write_text("once upon a time, " * 100)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "✗ database: " in result.stdout
    assert "this is not a database; restore a backup or choose another file" in result.stdout


def test_doctor_tells_where_no_database_can_be_made(invoke: Callable[..., Result], tmp_path: Path) -> None:
    days_to_come(tmp_path)
    text = (tmp_path / "config.toml").read_text().replace('"openspace.sqlite3"', '"config.toml/x/y.sqlite3"')
    (tmp_path / "config.toml").write_text(text)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert f"y.sqlite3 cannot be made; let the bot write to {tmp_path / 'config.toml'}" in result.stdout


def test_doctor_tells_of_a_folder_that_it_may_not_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_path: Path) -> bool:
        raise PermissionError

    monkeypatch.setattr(Path, "exists", locked)
    with pytest.raises(troubles.PlainError, match="let the bot into that folder"):
        doctor._to_be_made(Path("/somewhere/else.sqlite3"))


def test_doctor_takes_the_configuration_from_the_environment_or_before_the_command(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    path = str(days_to_come(tmp_path / "mine"))
    told = [
        invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN, OPENSPACE_CONFIG=path),
        invoke("--config", path, "doctor", "--offline", DISCORD_TOKEN=TOKEN, OPENSPACE_CONFIG="nowhere"),
        invoke("--config", "nowhere", "doctor", "--offline", "--config", path, DISCORD_TOKEN=TOKEN),
    ]
    assert [result.exit_code for result in told] == [0, 0, 0]


def test_doctor_goes_on_after_a_bad_configuration(invoke: Callable[..., Result], tmp_path: Path) -> None:
    write_config(tmp_path, limit=0, log={"level": "loud"})
    result = invoke("doctor", "--offline")
    assert result.exit_code == 2
    marks = [line.partition(":")[0] for line in result.stdout.splitlines()]
    assert marks == ["✗ configuration"] * 2 + ["✓ words", "✓ pictures", "✗ token", "✓ clock"]


def test_doctor_tells_of_words_that_cannot_be_read(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(_language: str) -> None:
        raise FileNotFoundError(2, "No such file", "x" * 300)

    monkeypatch.setattr(doctor, "words_for", missing)
    days_to_come(tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "✗ words: they cannot be read (FileNotFoundError: " in result.stdout
    assert "…); install openspace-bot again" in result.stdout


def test_doctor_survives_a_fault_of_ours(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def broken(*_: object) -> str:
        raise KeyError("oops")

    monkeypatch.setattr(doctor, "_see_database", broken)
    days_to_come(tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "✗ database: a fault of the program (KeyError('oops')); please report it" in result.stdout
    assert "✓ token" in result.stdout


def guild(number: int, name: str, held: int, **more: Any) -> dict[str, Any]:
    """A server as Discord tells of it by request, with a role that has these permissions for the bot."""
    number += 4 * 10**17
    role = {"id": str(number + 1), "name": "Bot", "permissions": str(held), "position": 1}
    roles = [{"id": str(number), "name": "@everyone", "permissions": "0", "position": 0}, role]
    me = {"user": USER, "roles": [role["id"]], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
    me |= more.pop("me", {})
    return SERVER | {"id": str(number), "name": name, "roles": roles, "me": me} | more


WHOLE = guild(100, "PyCon", INVITE.value)


async def test_doctor_logs_in_and_leaves_the_gateway_alone(tmp_path: Path) -> None:
    small = SmallDiscord(guilds=[WHOLE])
    days_to_come(tmp_path)
    done = await ends(tmp_path, small, "doctor")
    assert (done.code, done.err) == (0, "")
    *_, login, intents, servers, server, time = done.out.splitlines()
    assert time.endswith("UTC, as Discord's")
    assert login.startswith("✓ login: Discord accepts the token as Open Space")
    assert login.endswith(f"openspace invite {APPLICATION}")
    assert intents == "✓ intents: none has to be switched on for it"
    assert servers == "✓ servers: 1"
    assert server == "✓ server PyCon: its role has all permissions"
    assert small.connections == 0
    assert small.commands == []


ADMINISTRATOR = 8
LITTLE = discord.Permissions(INVITE.value)
LITTLE.update(manage_channels=False, view_channel=False)
LESS = discord.Permissions(INVITE.value)
LESS.update(create_events=False, pin_messages=False)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (guild(100, "A", ADMINISTRATOR), "✓ server A: its role has all permissions"),
        (
            guild(100, "B", LITTLE.value),
            "✗ server B: the bot's role lacks Manage Channels, View Channels; in Server Settings, Roles,"
            f" switch them on, or invite it again: openspace invite {APPLICATION}",
        ),
        (
            guild(100, "C", LESS.value),
            "✓ server C: its role has all permissions that it needs; without Create Events, Pin Messages"
            " something is left out",
        ),
        (
            guild(100, "D", INVITE.value, me={"communication_disabled_until": "2036-01-01T00:00:00+00:00"}),
            "✗ server D: the bot is in time-out, so it cannot write; let a moderator end that",
        ),
        (
            guild(100, "E", INVITE.value, mfa_level=1),
            "✗ server E: this server asks moderators for two-factor authentication; switch it on for the"
            " account that owns the bot",
        ),
        (guild(100, "F\x1b[31m\nG", INVITE.value), "✓ server F [31m G: its role has all permissions"),
    ],
)
async def test_doctor_says_what_a_server_does_not_let_the_bot_do(
    tmp_path: Path, found: dict[str, Any], told: str
) -> None:
    days_to_come(tmp_path)
    done = await ends(tmp_path, SmallDiscord(guilds=[found, guild(200, "Other", INVITE.value)]), "doctor")
    lines = done.out.splitlines()
    assert told in lines
    assert "✓ server Other: its role has all permissions" in lines
    assert done.code == int(told.startswith("✗"))


async def test_doctor_looks_at_the_first_servers_and_counts_the_rest(tmp_path: Path) -> None:
    days_to_come(tmp_path)
    many = [guild(100 * number, f"No. {number}", INVITE.value) for number in range(1, 15)]
    done = await ends(tmp_path, SmallDiscord(guilds=many), "doctor")
    lines = done.out.splitlines()
    assert done.code == 0
    assert "✓ servers: 14, of which 10 are looked at" in lines
    assert len([line for line in lines if line.startswith("✓ server No.")]) == 10


async def test_doctor_says_how_to_invite_a_bot_that_is_nowhere(tmp_path: Path) -> None:
    days_to_come(tmp_path)
    done = await ends(tmp_path, SmallDiscord(), "doctor")
    told = f"✓ servers: the bot is in none; to invite it: openspace invite {APPLICATION}"
    assert told in done.out.splitlines()


MESSAGE_CONTENT, MEMBERS_LIMITED = 1 << 18, 1 << 15


async def test_doctor_says_which_intents_are_on_for_nothing(tmp_path: Path) -> None:
    days_to_come(tmp_path)
    app = APP | {"flags": MESSAGE_CONTENT | MEMBERS_LIMITED}
    done = await ends(tmp_path, SmallDiscord(app=app), "doctor")
    spare = "Server Members Intent, Message Content Intent may be switched off"
    assert f"✓ intents: none has to be switched on for it; {spare}" in done.out.splitlines()
    assert done.code == 0


async def test_doctor_says_which_intents_discord_would_refuse(tmp_path: Path) -> None:
    days_to_come(tmp_path)
    extra = "from bot import doctor\nimport discord\ndoctor.INTENTS = discord.Intents(members=True)"
    done = await ends(tmp_path, SmallDiscord(), "doctor", extra=extra)
    told = (
        "✗ intents: Discord would not let the bot in; switch on Server Members Intent at https://discord.com/"
    )
    assert told in done.out
    assert done.code == 1


async def test_doctor_tells_of_an_invitation_that_cannot_work(tmp_path: Path) -> None:
    days_to_come(tmp_path)
    done = await ends(tmp_path, SmallDiscord(app=APP | {"bot_require_code_grant": True}), "doctor")
    assert "✗ login: nobody could invite the bot; switch off Requires OAuth2 Code Grant at " in done.out
    assert done.code == 1


async def test_doctor_tells_of_a_token_that_discord_refuses(tmp_path: Path) -> None:
    done = await ends(tmp_path, SmallDiscord(me=answers(401)), "doctor")
    assert done.code == 1
    assert "✗ login: Discord refuses the token; copy it anew" in done.out


async def test_doctor_tells_of_interactions_that_go_elsewhere(tmp_path: Path) -> None:
    elsewhere = SmallDiscord(app=APP | {"interactions_endpoint_url": "https://example.com/"})
    done = await ends(tmp_path, elsewhere, "doctor")
    assert done.code == 1
    assert "✗ login: the bot would hear of no command; empty Interactions Endpoint URL" in done.out


@pytest.mark.parametrize(
    ("off", "told"), [(120, " seconds behind Discord's"), (-120, " seconds ahead of Discord's")]
)
async def test_c14_doctor_tells_of_a_clock_that_is_off(tmp_path: Path, off: int, told: str) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=off)
    days_to_come(tmp_path)
    off_by = SmallDiscord(date={"Date": format_datetime(moment, usegmt=True)})
    done = await ends(tmp_path, off_by, "doctor")
    assert done.code == 1
    line = next(line for line in done.out.splitlines() if line.startswith("✗ clock"))
    assert told in line
    assert "(NTP)" in line


def test_c14_doctor_tells_that_all_windows_are_past(invoke: Callable[..., Result], tmp_path: Path) -> None:
    path = write_config(tmp_path)
    path.write_text(path.read_text().replace("2026-01-0", "2021-01-0"))
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert (
        "✗ programme: all windows are past, the last closed 2021-01-02 16:40, so nobody can host;"
        " set [[conference.windows]] to days to come"
    ) in result.stdout.splitlines()


def test_c14_doctor_tells_of_a_clock_behind_what_the_database_holds(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    days_to_come(tmp_path)
    fill(tmp_path / "openspace.sqlite3", at=datetime(2035, 1, 1, tzinfo=UTC))
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "UTC is before 2035-01-01 00:00:00 UTC, when the database was last written;" in result.stdout


def fill(path: Path, at: datetime, migrations: Path | None = None) -> None:
    """Make a database, of whatever version, in which something happened."""

    async def work() -> None:
        async with Database(path, migrations) as db, db.transaction() as tx:
            await tx.execute("INSERT INTO audit (guild_id, at, action) VALUES (1, ?, 'test')", stamp(at))

    asyncio.run(work())


def backed_up(folder: Path, age: timedelta) -> Path:
    """A backup of so long ago in the folder of the settings."""
    shelf = Shelf(folder / "backups", folder / "openspace.sqlite3")
    shelf.make()
    back_up(folder / "openspace.sqlite3", place := shelf.place(datetime.now(UTC) - age))
    return place


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "age", "told"),
    [
        (
            HOUR / 6,
            HOUR / 2,
            "✓ backups: the newest: 30 minutes ago, {}; a running bot makes one every 6 hours",
        ),
        (
            HOUR / 6,
            11 * HOUR,
            "✓ backups: the newest: 11 hours ago, {}; a running bot makes one every 6 hours",
        ),
        (99 * HOUR, 90 * HOUR, "✓ backups: the newest: 3 days 18 hours ago, {}; a running bot makes one"),
        (
            HOUR / 6,
            13 * HOUR,
            "✗ backups: the newest: 13 hours ago, {}, and none holds what has happened since; the bot's log"
            " says why (`no backup`); until then run: openspace backup",
        ),
        (HOUR / 6, None, "✓ backups: none yet in {}; a running bot makes one every 6 hours"),
        (13 * HOUR, None, "✗ backups: none yet in {}, and none holds what has happened since; the bot's log"),
    ],
)
def test_doctor_compares_the_newest_backup_with_what_has_happened_since(
    invoke: Callable[..., Result], tmp_path: Path, changed: timedelta, age: timedelta | None, told: str
) -> None:
    days_to_come(tmp_path, backup={"every_hours": 6})
    fill(tmp_path / "openspace.sqlite3", datetime.now(UTC) - changed)
    path = tmp_path / "backups" if age is None else backed_up(tmp_path, age)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    [line] = [line for line in result.stdout.splitlines() if "backups:" in line]
    assert line.startswith(told.format(path))
    assert result.exit_code == int(told.startswith("✗"))


def test_doctor_tells_where_no_backup_can_be_put(invoke: Callable[..., Result], tmp_path: Path) -> None:
    days_to_come(tmp_path, backup={"folder": "config.toml"})
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert (
        f"✗ backups: {tmp_path / 'config.toml'} cannot be written; let the bot read and write"
        in result.stdout
    )
    days_to_come(tmp_path, backup={"folder": "config.toml/backups"})
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert f"backups cannot be made; let the bot write to {tmp_path / 'config.toml'}" in result.stdout


def test_doctor_tells_of_fonts_that_are_missing(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    days_to_come(tmp_path)
    monkeypatch.setattr(fonts, "data_folder", lambda: tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    font = tmp_path / "fonts" / fonts.FILES[0]
    assert f"✗ pictures: {font} is missing or cannot be read; install" in result.stdout
    font.parent.mkdir()
    font.write_text("no font")
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert f"✗ pictures: no font in {font.parent} draws Chinese; install openspace-bot again" in result.stdout


def test_doctor_tells_of_a_missing_renderer(
    invoke: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    days_to_come(tmp_path)
    monkeypatch.setitem(sys.modules, "resvg_py", cast(ModuleType, None))
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "✗ pictures: none can be drawn (" in result.stdout


def test_doctor_says_that_servers_are_set_up_in_discord(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text("")
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 0
    first, *_ = result.stdout.splitlines()
    assert first == "✓ configuration: without [conference], so each server is set up in Discord (config.toml)"
    assert "programme" not in result.stdout


def seen(folder: Path) -> dict[str, tuple[bytes, int, int]]:
    """All that may not change while the doctor looks."""
    return {
        file.name: (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_mode)
        for file in folder.iterdir()
        if file.is_file()
    }


async def test_c14_doctor_only_looks_whatever_state_the_file_is_in(tmp_path: Path) -> None:
    path = days_to_come(tmp_path).with_name("openspace.sqlite3")
    async with Database(path) as db:
        async with db.transaction() as tx:
            await ledger.record(tx, 1, "in the WAL", datetime.now(UTC))
        states: dict[str, tuple[str, ...]] = {"died": ("", "-wal", "-shm"), "copied": ("", "-wal")}
        for state, endings in states.items():
            (tmp_path / state).mkdir()
            days_to_come(tmp_path / state)
            for ending in endings:
                copyfile(f"{path}{ending}", f"{tmp_path / state / path.name}{ending}")
        await looks(tmp_path, "whole")
    await looks(tmp_path, "whole")
    for state in states:
        await looks(tmp_path / state, "whole")


async def looks(folder: Path, told: str) -> None:
    before = seen(folder)
    done = await openspace(folder, "doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert seen(folder) == before
    assert told in done.out
    assert done.code == 0


def test_c14_doctor_leaves_an_old_file_as_it_is_and_says_what_the_start_will_do(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    path = days_to_come(tmp_path).with_name("openspace.sqlite3")
    old = tmp_path / "migrations"
    copytree(data_folder() / "migrations", old)
    newest = len(list(old.iterdir()))
    for late in sorted(old.iterdir())[2:]:
        late.unlink()
    fill(path, datetime(2021, 10, 2, tzinfo=UTC), old)
    before = seen(tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 0
    assert f"version 2; the next start brings it up to date (version {newest})" in result.stdout
    assert seen(tmp_path) == before


def test_c14_doctor_tells_of_a_damaged_file_and_of_one_that_everybody_may_read(
    invoke: Callable[..., Result], tmp_path: Path
) -> None:
    path = days_to_come(tmp_path).with_name("openspace.sqlite3")
    fill(path, datetime(2021, 10, 2, tzinfo=UTC))
    path.chmod(0o644)
    assert (
        "every user of this machine can read it" in invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN).stdout
    )
    assert path.stat().st_mode & 0o777 == 0o644
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 8192 * 4096 :] = b""
    path.write_bytes(damaged)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 1
    assert "the database is damaged; restore a backup" in result.stdout
    assert path.read_bytes() == damaged
