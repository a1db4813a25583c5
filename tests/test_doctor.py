"""`openspace doctor`: it says what is wrong and what to do, and only looks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from shutil import copyfile, copytree

import pytest
from typer.testing import Result

from bot import doctor, troubles
from bot.paths import data_folder
from bot.store import ledger
from bot.store.database import Database
from tests.conftest import write_config
from tests.test_cli import APP, APPLICATION, TOKEN, SmallDiscord, answers, ends, invoke, openspace
from tests.test_log import fresh_logging

__all__ = ["fresh_logging", "invoke"]


def days_to_come(folder: Path) -> Path:
    """A configuration whose windows are not over yet, by the real clock."""
    path = write_config(folder)
    path.write_text(path.read_text().replace("2026-01-0", "2036-01-0"))
    return path


def test_doctor_offline_finds_everything_ready(invoke: Callable[..., Result], tmp_path: Path) -> None:
    days_to_come(tmp_path)
    result = invoke("doctor", "--offline", DISCORD_TOKEN=TOKEN)
    assert result.exit_code == 0
    *lines, last = result.stdout.splitlines()
    assert lines == [
        "✓ configuration: PyCon Sim, 2 windows, 10 desks (config.toml)",
        "✓ words: en, zh-TW",
        "✓ programme: the next window opens 2036-01-01 08:00 (Asia/Taipei)",
        f"✓ database: {tmp_path / 'openspace.sqlite3'} will be made at the first start",
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
    assert marks == ["✗ configuration", "✗ configuration", "✓ words", "✗ token", "✓ clock"]


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


async def test_doctor_logs_in_and_leaves_the_gateway_alone(tmp_path: Path) -> None:
    discord = SmallDiscord()
    days_to_come(tmp_path)
    done = await ends(tmp_path, discord, "doctor")
    assert (done.code, done.err) == (0, "")
    *_, last, time = done.out.splitlines()
    assert time.endswith("UTC, as Discord's")
    assert last.startswith("✓ login: Discord accepts the token as Open Space")
    assert last.endswith(f"openspace invite {APPLICATION}")
    assert discord.connections == 0
    assert discord.commands == []


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
    discord = SmallDiscord(date={"Date": format_datetime(moment, usegmt=True)})
    done = await ends(tmp_path, discord, "doctor")
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
    """Make a database in which something happened."""

    async def work() -> None:
        async with Database(path, migrations) as db, db.transaction() as tx:
            await ledger.record(tx, 1, "test", at)

    asyncio.run(work())


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
