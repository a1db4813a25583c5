"""The set-up's use cases: nobody writes over what is newer, and organizers are shown the way once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.domain.hours import Opening, Span
from bot.domain.refusal import Refusal
from bot.service import Stand, Step
from bot.service.revisions import Revision
from tests.service.support import ANA, ELSEWHERE, GUILD, ORGANIZER, open_place
from tests.service.test_settings import service

PLACE: dict[str, object] = {"conference.name": "Py", "conference.timezone": "Asia/Taipei"}


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 9, day, hour)  # noqa: DTZ001 - local times


DAYS = (Opening("Day 1", local(5, 9), local(5, 17), (Span("No talks", local(5, 14), local(5, 15)),)),)


def hours(stand: Stand, openings: Sequence[Opening] = DAYS) -> dict[str, object]:
    return {"conference.windows": stand.entries(openings)}


async def test_what_is_saved_is_read_back_and_the_same_again_changes_nothing(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        stand = setup.stand(GUILD)
        assert not stand.ready
        await setup.save(GUILD, ORGANIZER, Step.PLACE, PLACE, seen=stand.mark(Step.PLACE))
        made = await setup.save(GUILD, ORGANIZER, Step.HOURS, hours(stand), seen=stand.mark(Step.HOURS))
        assert made
        assert made.done
        stand = setup.stand(GUILD)
        assert stand.ready
        assert stand.openings == DAYS
        assert (
            await setup.save(GUILD, ORGANIZER, Step.HOURS, hours(stand), seen=0) is None
        )  # whatever was seen
        assert [e.action for e in await place.audit()] == ["settings", "settings"]
        assert not setup.stand(ELSEWHERE).ready


async def test_of_two_who_save_at_once_the_second_is_told(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        seen = setup.stand(GUILD).mark(Step.PLACE)
        saved = await asyncio.gather(
            *(
                setup.save(GUILD, ORGANIZER, Step.PLACE, PLACE | {"conference.name": name}, seen=seen)
                for name in ("One", "Two")
            ),
            return_exceptions=True,
        )
        assert isinstance(saved[0], Revision)
        assert isinstance(saved[1], Refusal)
        assert saved[1].code == "setup-stale"
        assert setup.stand(GUILD).value("conference.name") == "One"


async def test_another_step_does_not_make_a_step_stale_but_going_live_sees_all(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        empty = setup.stand(GUILD)
        await setup.save(GUILD, ORGANIZER, Step.PLACE, PLACE, seen=empty.mark(Step.PLACE))
        await setup.save(GUILD, ORGANIZER, Step.HOURS, hours(empty), seen=empty.mark(Step.HOURS))
        stand = setup.stand(GUILD)
        with pytest.raises(Refusal) as caught:
            await setup.go_live(GUILD, ORGANIZER, seen=empty.mark())
        assert caught.value.code == "setup-stale"
        assert (await setup.go_live(GUILD, ORGANIZER, seen=stand.mark())).rules.live


async def test_nobody_but_organizers_changes_anything(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        for act in (
            setup.save(GUILD, ANA, Step.PLACE, PLACE, seen=0),
            setup.go_live(GUILD, ANA, seen=0),
            setup.keep(GUILD, ANA, "typed"),
        ):
            with pytest.raises(Refusal) as caught:
                await act
            assert caught.value.code == "organizers-only"
        assert await place.audit() == []


async def test_what_was_typed_is_kept_whole_for_its_own_server_alone(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        typed = "  5 Sep 09:00-17:30\n\n\n* x" + "y" * 4000
        number = await setup.keep(GUILD, ORGANIZER, typed, "Py")
        kept = await setup.typed(GUILD, number)
        assert kept
        assert (kept.topic, kept.description) == ("Py", typed[:4000])
        assert await setup.typed(ELSEWHERE, number) is None


async def test_a_name_in_another_language_outlives_a_change_of_the_hours(tmp_path: Path) -> None:
    """What the set-up's form does not show of a window stays, while its name does."""
    async with open_place(tmp_path) as place:
        stand = service(place)[0].setup.stand(GUILD)
        other: list[dict[str, Any]] = [each | {"name_zh": "第一天"} for each in stand.entries(DAYS)]
        from bot.service.setup import _kept

        later = Opening("Day 1", local(5, 10), local(5, 17)).entry()
        assert _kept(later, other) == later | {"name_zh": "第一天"}
        assert _kept(later | {"name": "Day X"}, other) == later | {"name": "Day X"}


async def test_organizers_are_asked_once_until_discord_refuses_the_message(tmp_path: Path) -> None:
    async with open_place(tmp_path) as place:
        setup = service(place)[0].setup
        assert [await setup.ask(GUILD), await setup.ask(GUILD), await setup.ask(ELSEWHERE)] == [
            True,
            False,
            True,
        ]
        await setup.not_asked(GUILD)
        assert await setup.ask(GUILD)
        live = service(
            place,
            {
                "conference": {
                    "name": "F",
                    "timezone": "UTC",
                    "windows": hours(setup.stand(GUILD))["conference.windows"],
                }
            },
        )[0]
        assert not await live.setup.ask(GUILD + 100)
