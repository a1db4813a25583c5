"""What holds in a server: default < file < what its organizers set; each server has its own."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.config import parse_server
from bot.domain.refusal import Refusal
from bot.service import Needs, Rulebook, Service, rules_of
from bot.service.settings import Source
from tests.service.support import ANA, ELSEWHERE, GUILD, ORGANIZER, Place, noting, open_place

WINDOW = {"name": "Day", "opens": "2021-10-02T09:00:00", "closes": "2021-10-02T17:00:00"}
ESSENTIAL: dict[str, object] = {
    "conference.name": "PyMini",
    "conference.timezone": "Europe/Prague",
    "conference.windows": [WINDOW],
}
FILE = {"sessions": {"max_minutes": 90}}


def service(place: Place, file: dict[str, Any] | None = None) -> tuple[Service, Rulebook]:
    """A service on the place's database under a file's settings."""
    rulebook = Rulebook(rules_of(parse_server(file or {})), place.db)
    return Service(Needs(place.db, rulebook, place.clock, noting(place.woken))), rulebook


async def test_the_servers_own_goes_before_the_files_before_the_default(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place, FILE)
        await mine.settings.set(GUILD, ORGANIZER, {"sessions.min_minutes": 20})
        shown = {setting.key: (setting.value, setting.source) for setting in mine.settings.shown(GUILD)}
        assert shown["sessions.min_minutes"] == (20, Source.SERVER)
        assert shown["sessions.max_minutes"] == (90, Source.FILE)
        assert shown["sessions.default_minutes"] == (60, Source.DEFAULT)
        assert shown["conference.name"] == (None, Source.DEFAULT)
        assert mine.programme(GUILD).limits.min_minutes == 20
        assert mine.programme(ELSEWHERE).limits.min_minutes == 10
        await mine.settings.set(GUILD, ORGANIZER, {"sessions.min_minutes": None})
        assert mine.programme(GUILD).limits.min_minutes == 10
        entries = [e for e in await place.audit() if e.action == "settings"]
        assert [e.detail["changed"] for e in entries] == [
            {"sessions.min_minutes": [None, 20]},
            {"sessions.min_minutes": [20, None]},
        ]
        assert {e.actor_id for e in entries} == {ORGANIZER.id}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("sessions.min_minutes", 0),
        ("sessions.min_minutes", 91),  # more than the file's max_minutes
        ("sessions.min_minutes", "20"),
        ("conference.timezone", "Mars/Olympus"),
        ("conference.windows", []),
        ("conference.windows", [WINDOW | {"closes": "2021-10-02T08:00:00"}]),
        ("sessions.nonsense", 1),
        ("nonsense.name", 1),
        ("storage.database", "other.sqlite3"),
        ("nonsense", 1),
    ],
)
async def test_what_the_file_would_refuse_is_refused_whole(tmp_path: Path, key: str, value: object) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place, FILE)
        refusal = await place.refused(
            mine.settings.set(GUILD, ORGANIZER, {"sessions.grace_minutes": 5, key: value})
        )
        assert refusal.code == "setting-refused"
        assert refusal.fields["faults"]
        assert mine.programme(GUILD).limits.grace_minutes == 10


async def test_a_conference_is_set_piece_by_piece_and_goes_live_once_it_is_whole(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place)
        for key, value in ESSENTIAL.items():
            assert not mine.rules(GUILD).live
            assert (await place.refused(mine.settings.go_live(GUILD, ORGANIZER))).code == "setting-needed"
            await mine.settings.set(GUILD, ORGANIZER, {key: value})
        assert not mine.rules(GUILD).live
        assert (await mine.settings.go_live(GUILD, ORGANIZER)).live
        await mine.settings.go_live(GUILD, ORGANIZER)
        assert [e.action for e in await place.audit()].count("live") == 1
        refusal = await place.refused(mine.settings.set(GUILD, ORGANIZER, {"conference.windows": None}))
        assert refusal.code == "setting-needed"


async def test_only_organizers_may(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place)
        for wish in (
            mine.settings.set(GUILD, ANA, {"sessions.min_minutes": 20}),
            mine.settings.go_live(GUILD, ANA),
            mine.organizing.pause(GUILD, ANA, ""),
            mine.organizing.resume(GUILD, ANA),
        ):
            assert (await place.refused(wish)).code == "organizers-only"


async def test_what_no_longer_fits_after_an_upgrade_is_left_out_and_the_rest_holds(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place)
        await mine.settings.set(GUILD, ORGANIZER, {**ESSENTIAL, "sessions.min_minutes": 20})
        await mine.settings.go_live(GUILD, ORGANIZER)
        for key in ("sessions.gone", "gone.gone"):
            sql = "INSERT INTO setting VALUES (?, ?, ?, 1, 1)"
            place.other.execute(sql, (GUILD, key, json.dumps(5)))
        again, rulebook = service(place)
        await rulebook.load()
        assert again.rules(GUILD).live
        assert again.programme(GUILD).limits.min_minutes == 20
        assert again.programme(GUILD).name == "PyMini"
        assert not again.rules(ELSEWHERE).live


async def test_a_refusal_says_what_is_wrong_with_words_of_the_faults(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, _ = service(place)
        with pytest.raises(Refusal) as caught:
            await mine.settings.set(GUILD, ORGANIZER, {"sessions.min_minutes": 0})
        faults = caught.value.fields["faults"]
        assert isinstance(faults, tuple)
        assert [fault.key for fault in faults] == ["sessions.min_minutes"]


async def test_no_two_servers_pages_have_one_name(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, rulebook = service(place, {"page": {"slug": "pycon-file"}})
        await mine.settings.set(GUILD, ORGANIZER, {"page.slug": "pycon-tw", "page.on": True})
        await mine.settings.set(GUILD, ORGANIZER, {"page.slug": "pycon-tw"})  # its own
        for name in ("pycon-tw", "pycon-file"):
            refusal = await place.refused(mine.settings.set(ELSEWHERE, ORGANIZER, {"page.slug": name}))
            assert refusal.code == "slug-taken"
            assert refusal.fields["slug"] == name
        assert rulebook.named("pycon-tw") == GUILD
        await mine.settings.set(GUILD, ORGANIZER, {"page.slug": None})
        assert rulebook.named("pycon-tw") is None
        await mine.settings.set(ELSEWHERE, ORGANIZER, {"page.slug": "pycon-tw"})
        assert rulebook.named("pycon-tw") == ELSEWHERE
        again, kept = service(place)
        await kept.load()
        assert kept.named("pycon-tw") == ELSEWHERE
        assert again.rules(ELSEWHERE).server.page.slug == "pycon-tw"


async def test_of_two_who_want_one_name_at_once_one_gets_it(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        mine, rulebook = service(place)
        wishes = (mine.settings.set(g, ORGANIZER, {"page.slug": "pycon"}) for g in (GUILD, ELSEWHERE))
        results = await asyncio.gather(*wishes, return_exceptions=True)
        refusals = [found.code for found in results if isinstance(found, Refusal)]
        assert refusals == ["slug-taken"]
        assert rulebook.named("pycon") in {GUILD, ELSEWHERE}
