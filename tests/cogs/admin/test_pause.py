"""`/openspace-admin pause` and `resume`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, click, press, read, told
from tests.conftest import World


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_pause_and_resume(world: World, askers: Askers, who: str) -> None:
    assert "Paused" in await asked(world, askers[who], "pause", reason="*Fire* drill")
    said = await world.host("ana", "Git")
    assert "The organizers have paused new sessions: \\*Fire\\* drill" in said
    assert "taken again" in await asked(world, askers[who], "resume")
    assert "Git" in await world.host("ana", "Git")
    assert "There was no pause" in await asked(world, askers[who], "resume")


async def test_others_are_told_kindly_and_leave_one_trace_a_minute(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    assert ONLY in await asked(world, askers["eve"], "pause")
    assert ONLY in await asked(world, askers["eve"], "resume")
    assert attempts() == ["openspace-admin pause"]
    await world.env.advance_time(61)
    assert ONLY in await asked(world, askers["eve"], "resume")
    assert attempts() == ["openspace-admin pause", "openspace-admin resume"]
    assert "paused" not in await world.host("ana", "Git")


async def test_a_pause_leaves_what_is_booked_or_runs(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "08:30")
    await world.host("bo", "Rust")
    await asked(world, askers["boss"], "pause")
    await world.until("08:31")
    assert {"git", "rust"} <= set(world.names("text"))


async def test_a_pause_outlives_a_restart_and_holds_in_its_own_server(world: World, askers: Askers) -> None:
    await asked(world, askers["boss"], "pause", reason="later")
    other = world.env.create_guild("Elsewhere")
    await world.env.settle()
    assert world.bot.service.rules(other.id).paused is None
    await world.restart()
    assert "later" in await world.host("ana", "Git")
    assert world.bot.service.rules(other.id).paused is None


async def test_resume_is_one_click_away(world: World, askers: Askers) -> None:
    shown = await askers["boss"].slash(world.lobby, "openspace-admin pause")
    press(world, "eve", told(shown), "openspace:resume")  # forged: she does not see it
    await world.env.settle()
    assert ONLY in world.answers()[-1]
    assert "taken again" in read(await click(askers["boss"], told(shown), "Resume"))
    assert "paused" not in await world.host("ana", "Git")


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    speak("zh-TW")
    assert "已暫停" in await asked(world, askers["boss"], "pause")
    assert "只有主辦單位" in await asked(world, askers["eve"], "pause")
    assert "主辦單位暫停開新場次" in await world.host("ana", "Git")
