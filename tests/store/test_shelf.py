"""The folder of backups: only what is ours by name and by what it is counts, and only that goes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.store.backup import back_up
from bot.store.errors import NotDoneError
from bot.store.shelf import Shelf
from tests.store.test_backup import another_program, fill, names

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A folder with three backups, one an hour."""
    made = Shelf(tmp_path / "backups", fill(tmp_path / "openspace.sqlite3"))
    made.make()
    for hours in range(3):
        back_up(tmp_path / "openspace.sqlite3", made.place(NOON + hours * HOUR))
    return made


def test_a_backup_is_named_after_the_database_and_its_instant_in_utc(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Path("/srv/conference.db"))
    taipei = timezone(timedelta(hours=8))
    assert shelf.place(NOON.astimezone(taipei)) == tmp_path / "conference-20261123-120000Z.sqlite3"


def test_the_folder_is_its_owners_alone(shelf: Shelf) -> None:
    assert shelf.folder.stat().st_mode & 0o777 == 0o700
    shelf.make()


def test_the_newest_comes_first(shelf: Shelf) -> None:
    there = shelf.backups()
    assert [backup.at for backup in there] == [NOON + 2 * HOUR, NOON + HOUR, NOON]
    assert all(backup.size == backup.path.stat().st_size > 0 for backup in there)


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert Shelf(tmp_path / "nowhere", tmp_path / "x").backups() == []


def test_only_the_oldest_of_our_own_go(shelf: Shelf) -> None:
    folder = shelf.folder
    (folder / "openspace-20200101-000000Z.sqlite3").write_text("a note that somebody named like one of ours")
    another_program(folder / "openspace-20200102-000000Z.sqlite3")
    fill(folder / "openspace-20200103-000000Z.sqlite3")  # a bot works on it
    (folder / "openspace-20200104-000000Z.sqlite3").mkdir()
    mine = [shelf.place(NOON).rename(folder / "before-the-update.sqlite3")]
    mine += [Path(each) for each in map(str, folder.iterdir()) if "-2020" in each]
    other = Shelf(folder, Path("other.sqlite3")).place(NOON)
    back_up(folder.parent / "openspace.sqlite3", other)
    back_up(folder.parent / "openspace.sqlite3", folder / "openspace-20260231-000000Z.sqlite3")  # no such day
    assert shelf.tidy(1, NOON) == [shelf.place(NOON + HOUR)]
    assert [backup.at for backup in shelf.backups()] == [NOON + 2 * HOUR]
    assert {each.name for each in (*mine, other)} <= set(names(folder))
    assert "openspace-20260231-000000Z.sqlite3" in names(folder)
    assert shelf.tidy(1, NOON) == []


def test_what_is_left_of_backups_that_were_killed_goes_once_nobody_works_on_it(shelf: Shelf) -> None:
    parts = [
        ".openspace-20261123-110000Z.sqlite3.abc12_x.part",
        ".openspace-20261123-110000Z.sqlite3.abc12_x.part-journal",
        ".openspace-20261123-115900Z.sqlite3.fresh.part",
        ".other-20261123-110000Z.sqlite3.abc12_x.part",
        "openspace.part",
    ]
    now = datetime.now(UTC)
    for part in parts:
        (shelf.folder / part).touch()
        at = (now - (timedelta(minutes=59) if "fresh" in part else 2 * HOUR)).timestamp()
        os.utime(shelf.folder / part, (at, at))
    assert shelf.tidy(9, now) == []
    assert [name for name in names(shelf.folder) if "part" in name] == sorted(parts[2:])
    assert len(shelf.backups()) == 3


def test_a_file_in_the_folders_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "backups").touch()
    with pytest.raises(NotDoneError, match="backups: "):
        Shelf(tmp_path / "backups", tmp_path / "x").make()
