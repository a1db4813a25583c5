"""`/openspace-admin announce`: a word to every open desk and the board, once each, previewed first."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from tests.cogs.admin.conftest import ONLY, Askers, asked, elsewhere, forge, refusing
from tests.cogs.conftest import Speak, click, fields, press, read, told
from tests.conftest import BOARD, NEWS, World, all_text, buttons
from tests.desks.acts import board_text
from tests.desks.conftest import rows

LUNCH = "**Lunch** is served: https://example.com/menu @everyone"


async def two_desks(world: World) -> None:
    await world.host("ana", "Git")
    await world.host("bo", "Rust")
    await world.host("cy", "Go", "10:00")
    await world.env.advance_time(60)


async def preview(world: World, who: MemberActor, text: str = LUNCH, **options: int) -> ResponseMessage:
    return told(await who.slash(world.lobby, "openspace-admin announce", text=text, **options))


def at(world: World, channel: str) -> list[str]:
    return [text for text in world.said(channel) if "From the organizers" in text]


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_nobody_sees_it_before_it_is_sent_and_then_each_desk_once(
    world: World, askers: Askers, who: str
) -> None:
    await two_desks(world)
    shown = await preview(world, askers[who])
    said = all_text(shown)
    assert "Nobody sees this yet" in said
    assert "It goes to 2 open desks: Git, Rust" in said
    assert f"<#{world.channel(BOARD).id}>" in said
    assert said.count(LUNCH) == 1
    await world.env.advance_time(30)
    assert at(world, "git") == at(world, "rust") == []
    assert "Lunch" not in board_text(world)
    done = await click(askers[who], shown, "Send to 2 desks")
    assert "Sent to 2 desks" in read(done)
    await world.env.advance_time(10)
    assert at(world, "git") == at(world, "rust") == [f"📣 **From the organizers**\n{LUNCH}"]
    assert f"### 📣 From the organizers\n{LUNCH}" in board_text(world)
    assert board_text(world).startswith("### 📣")
    assert world.said(NEWS) == []
    await world.restart()
    assert (len(at(world, "git")), len(at(world, "rust"))) == (1, 1)
    await world.until("10:01")  # a desk that opens later has it on the board only
    assert at(world, "go") == []


async def test_it_never_pings(world: World, askers: Askers) -> None:
    await two_desks(world)
    await click(askers["boss"], await preview(world, askers["boss"]), "Send to 2 desks")
    bodies = [r.json for r in world.env.http_requests if "Lunch" in str(r.json) and r.method != "GET"]
    assert len(bodies) >= 4
    for body in bodies:
        data = (body or {}).get("data") or body
        assert data is not None
        mentions = data.get("allowed_mentions")
        assert mentions is None or (mentions["parse"] == [] and not mentions.get("users"))


async def test_two_clicks_send_it_once(world: World, askers: Askers) -> None:
    await two_desks(world)
    shown = await preview(world, askers["boss"])
    world.people["boss"] = askers["boss"]
    for _ in range(2):
        press(world, "boss", shown, buttons(shown)["Send to 2 desks"])
    await world.env.settle()
    assert len(at(world, "git")) == len(at(world, "rust")) == 1
    assert any("has been sent already" in said for said in world.answers())
    assert rows(world, "SELECT count(*) FROM announcement") == [(1,)]


async def test_the_board_shows_it_for_as_long_as_said_and_the_newest_first(
    world: World, askers: Askers
) -> None:
    await two_desks(world)
    await click(askers["boss"], await preview(world, askers["boss"], "First", hours=3), "Send to 2 desks")
    await world.env.advance_time(60)
    await click(askers["boss"], await preview(world, askers["boss"], "Second", hours=1), "Send to 2 desks")
    await world.env.advance_time(10)
    assert "Second" in board_text(world)
    assert "First" not in board_text(world)
    await world.env.advance_time(3600)
    assert "First" in board_text(world)
    await world.env.advance_time(2 * 3600)
    assert "First" not in board_text(world)


async def test_it_is_taken_down_by_one_click(world: World, askers: Askers) -> None:
    await two_desks(world)
    done = told(await click(askers["boss"], await preview(world, askers["boss"]), "Send to 2 desks"))
    await world.env.advance_time(10)
    assert "no longer shows it" in read(await click(askers["boss"], done, "Take down"))
    await world.env.advance_time(10)
    assert "Lunch" not in board_text(world)
    assert len(at(world, "git")) == 1  # what was said was said
    assert "does not show it any more" in read(await askers["boss"].click(done, label="Take down"))


async def test_without_words_a_form_asks_and_what_was_written_can_be_changed(
    world: World, askers: Askers
) -> None:
    await two_desks(world)
    boss = askers["boss"]
    form = await boss.slash(world.lobby, "openspace-admin announce")
    shown = await boss.submit_modal(form, {"announcement": "Line one\n\nLine two", "boardhours": "４"})
    assert "Line one\n\nLine two" in read(shown)
    again = await click(boss, told(shown), "Change…")
    assert fields(again)["announcement"]["value"] == "Line one\n\nLine two"
    assert fields(again)["boardhours"]["value"] == "4"
    wrong = await boss.submit_modal(again, {"announcement": "Line three", "boardhours": "all"})
    assert "no number of hours" in all_text(wrong.followups[-1] if wrong.followups else wrong.response)
    assert rows(world, "SELECT count(*) FROM announcement") == [(0,)]


async def test_without_open_desks_it_goes_to_the_board(world: World, askers: Askers) -> None:
    shown = await preview(world, askers["boss"], "Doors open at nine")
    assert "No desk is open now" in all_text(shown)
    await click(askers["boss"], shown, "Put it on the board")
    await world.env.advance_time(10)
    assert "Doors open at nine" in board_text(world)


async def test_r16_words_that_discord_refuses_hold_up_neither_board_nor_desks(
    world: World, askers: Askers
) -> None:
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})
    await two_desks(world)
    desks = [world.channel(name).id for name in (BOARD, "git", "rust")]
    with refusing(world, "forbidden", *desks) as refused:
        shown = await preview(world, askers["boss"], "A forbidden word")
        await click(askers["boss"], shown, "Send to 2 desks")
        await world.host("dee", "Zig", "11:00")
        await world.env.advance_time(600)
        assert len(refused) <= 4
        assert "Zig" in board_text(world)
        assert "forbidden" not in board_text(world)
        assert at(world, "git") == []
        await world.restart()
        await world.env.advance_time(60)
        assert len(refused) <= 4
    [told_them] = [text for text in world.said(world.lobby) if "⚠" in text]
    assert "refuses words of your announcement" in told_them
    assert rows(world, "SELECT count(*) FROM notice WHERE done_at IS NULL AND kind = 'announcement'") == [
        (0,)
    ]


async def test_r16_new_words_beside_a_refused_announcement_are_shown_all_the_same(
    world: World, askers: Askers
) -> None:
    """All that is new in one edit of the board is suspected; only what is guilty stays away."""
    await world.host("ana", "Git", "10:00")
    with refusing(world, "forbidden", world.channel(BOARD).id) as refused:
        shown = await preview(world, askers["boss"], "A forbidden word")
        await click(askers["boss"], shown, "Put it on the board")
        await world.host("dee", "Zig", "11:00")
        await asked(world, askers["boss"], "pause", reason="Another forbidden word")
        await world.env.advance_time(120)
        assert "Zig" in board_text(world)
        assert "dee" in board_text(world)
        assert "forbidden" not in board_text(world)
        count = len(refused)
        assert count <= 8
        await world.env.advance_time(600)
        assert len(refused) == count


async def test_others_are_told_kindly_and_leave_a_trace(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await two_desks(world)
    assert ONLY in await asked(world, askers["eve"], "announce", text="Buy!")
    assert attempts() == ["openspace-admin announce"]
    shown = await preview(world, askers["boss"])
    world.people["eve"] = askers["eve"]
    for custom_id in ("announcesend:1", "announcechange:1", "announceoff:1"):
        assert ONLY in await forge(world, "eve", shown, f"openspace:{custom_id}")
    assert rows(world, "SELECT count(*) FROM announcement") == [(0,)]


async def test_what_is_previewed_here_is_nobody_elses(world: World, askers: Askers) -> None:
    await two_desks(world)
    await preview(world, askers["boss"])
    sent = told(await click(askers["boss"], await preview(world, askers["boss"]), "Send to 2 desks"))
    other = await elsewhere(world)
    shown = told(await other.organizer("their boss").slash(other.lobby, "openspace-admin pause"))
    for custom_id in ("announcesend:1", "announcechange:1"):
        said = await forge(other, "their boss", shown, f"openspace:{custom_id}")
        assert "has been sent already" in said or "no longer kept" in said
    assert "does not show it" in await forge(other, "their boss", shown, "openspace:announceoff:1")
    assert rows(world, "SELECT guild_id FROM announcement") == [(world.guild.id,)]
    assert sent
    other_person = await forge(world, "crew", sent, "openspace:announcesend:1")
    assert "has been sent already" in other_person  # a preview is its writer's own


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    await two_desks(world)
    speak("zh-TW")
    shown = await preview(world, askers["boss"], "吃飯囉")
    assert "目前還沒有人看到" in all_text(shown)
    assert "會送到進行中的 2 桌：Git、Rust" in all_text(shown)
    assert "已送到 2 桌" in read(await click(askers["boss"], shown, "送到 2 桌"))
