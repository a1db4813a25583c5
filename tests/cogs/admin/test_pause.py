"""`/openspace-admin pause` and `resume`."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from simcord.results import ResponseMessage

from tests.cogs.admin.conftest import ONLY, Askers, asked, refusing
from tests.cogs.conftest import Speak, click, press, read, slash, told
from tests.conftest import BOARD, World
from tests.desks.acts import board_text


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_pause_and_resume(world: World, askers: Askers, who: str) -> None:
    assert "Paused" in await asked(world, askers[who], "pause", reason="*Fire* drill")
    said = await world.host("ana", "Git")
    assert "The organizers have paused new sessions: \\*Fire\\* drill" in said
    assert "sessions again" in await asked(world, askers[who], "resume")
    assert "Git" in await world.host("ana", "Git")
    assert "Nothing was paused" in await asked(world, askers[who], "resume")


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
    assert "sessions again" in read(await click(askers["boss"], told(shown), "Resume"))
    assert "paused" not in await world.host("ana", "Git")


async def test_the_board_the_list_and_help_say_so_and_why(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "10:00")
    await asked(world, askers["boss"], "pause", reason="*Fire* drill")
    await world.env.advance_time(10)
    line = "⏸️ **The organizers have paused new sessions:** \\*Fire\\* drill"
    assert line in board_text(world)
    assert "desks free now" not in board_text(world)
    assert line in await slash(world, "eve", "list")
    assert line in await slash(world, "eve", "help")
    assert "Host one" not in (await slash(world, "eve", "help")).split("🙋")[0]
    empty = await slash(world, "eve", "list", show="now")
    assert line in empty
    assert "Start one" not in empty
    await asked(world, askers["boss"], "resume")
    await world.env.advance_time(10)
    assert "⏸️" not in board_text(world) + await slash(world, "eve", "list") + await slash(
        world, "eve", "help"
    )


async def test_r16_a_reason_that_discord_refuses_does_not_hold_up_the_board(
    world: World, askers: Askers
) -> None:
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    board = world.channel(BOARD).id
    with refusing(world, "forbidden", board):
        await asked(world, askers["boss"], "pause", reason="A forbidden word")
        await world.host("ana", "Git", "10:00")
        await world.env.advance_time(120)
    assert "⏸️ **The organizers have paused new sessions.**" in board_text(world)
    [told_them] = [text for text in world.said(world.lobby) if "⚠" in text]
    assert "refuses words of your announcement" in told_them
    await asked(world, askers["boss"], "pause", reason="A kind word")
    await world.env.advance_time(20)
    assert "A kind word" in board_text(world)


def custom_ids(message: ResponseMessage) -> list[str]:
    return re.findall(r"openspace:[\w:-]+", str(message.components))


async def test_nothing_is_offered_and_no_form_opens_meanwhile(world: World, askers: Askers) -> None:
    await asked(world, askers["boss"], "pause", reason="Fire")
    ana = world.person("ana")
    for typed in ("", "now", "10:"):
        assert await ana.autocomplete(world.lobby, "openspace host", "when", typed) == []
    ideas = told(await ana.slash(world.lobby, "openspace ideas"))
    for shown in (
        await ana.slash(world.lobby, "openspace host"),
        await click(ana, told(await ana.slash(world.lobby, "openspace help")), "Host one"),
        await ana.click(ideas, custom_id=next(i for i in custom_ids(ideas) if ":hostidea:" in i)),
    ):
        assert shown.modal is None
        assert "paused new sessions: Fire" in read(shown)
    assert "paused new sessions: Fire" in await world.host("ana", "Git", "gibberish")


async def test_what_is_booked_can_still_move_and_go_on(world: World, askers: Askers) -> None:
    await world.host("ana", "Git", "10:00")
    await world.host("bo", "Rust")
    await asked(world, askers["boss"], "pause")
    assert "<t:" in await slash(world, "ana", "edit", session="git", when="11:00")
    assert "goes on until" in await slash(world, "bo", "extend", session="rust", minutes=15)
    assert await world.person("ana").autocomplete(world.lobby, "openspace edit", "when", "", session="1")


async def test_a_long_reason_is_read_whole(world: World, askers: Askers) -> None:
    reason = "because " * 30 + "of the end"
    await asked(world, askers["boss"], "pause", reason=reason)
    assert "of the end" in await world.host("ana", "Git")


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    speak("zh-TW")
    assert "已暫停" in await asked(world, askers["boss"], "pause")
    assert "只有工作人員" in await asked(world, askers["eve"], "pause")
    assert "工作人員暫停開新場次" in await world.host("ana", "Git")
