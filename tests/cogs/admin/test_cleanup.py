"""`/openspace-admin cleanup`: seen, asked about twice, done, and only where an organizer wants it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, click, press, read, slash, told
from tests.cogs.reporting import cases, crew_room, report
from tests.conftest import BOARD, World, all_text, buttons

KEEP, ALL, DOWNLOAD = "Remove, keep people's words", "Remove all, words too", "Download people's words"
LOST = "people's words are lost"


async def event(world: World) -> None:
    """Two desks are over, and people wrote at one of them."""
    for name in ("git", "rust"):
        await world.host(name, name.title(), "now", minutes=20)
    world.env.backend.create_message(world.channel("git").id, world.person("ana").id, "see *this* link")
    await world.env.settle()
    await world.until("09:00")


async def shown(world: World, asker: MemberActor) -> Any:
    return told(await asker.slash(world.lobby, "openspace-admin cleanup"))


async def sent(world: World, asker: MemberActor, label: str, **typed: str) -> InteractionResult:
    """Press a button of removal and send its form."""
    form = await click(asker, await shown(world, asker), label)
    assert form.modal
    return await asker.submit_modal(form, typed)


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_it_lists_what_is_there_and_says_what_removing_means(
    world: World, askers: Askers, who: str
) -> None:
    await event(world)
    said = all_text(await shown(world, askers[who]))
    assert "2 categories, 2 channels, 1 text channel with what people wrote, 2 messages" in said
    assert f"- channel of the board: <#{world.channel(BOARD).id}>" in said
    assert f"- text channel, with what people wrote: <#{world.channel('git').id}>" in said
    assert "- category of the desks: Open Space" in said
    assert "can't be undone" in said
    assert "still times to come" in said
    assert "/openspace-admin export" in said


async def test_the_conferences_or_the_servers_name_removes_all_but_peoples_words(
    world: World, askers: Askers
) -> None:
    await event(world)
    boss = askers["boss"]
    refused = read(await sent(world, boss, KEEP, server="PyCon"))
    assert "You typed “PyCon”" in refused
    assert "**PyCon Sim**" in refused
    assert BOARD in world.guild.channels
    began = await sent(world, boss, KEEP, server=" pycon sim ")
    assert "Open Space is closed. Removing: " in read(began)
    await world.env.advance_time(30)
    assert "Done: 4 removed" in follow(world)
    assert "Kept: 1 category, 1 text channel with what people wrote, 1 message." in follow(world)
    assert sorted(world.names()) == ["Open Space archive", "git"]
    assert "Open Space is over in this server" in await world.host("ana", "Again")
    assert "Done" not in await asked(world, boss, "cleanup")


def follow(world: World) -> str:
    """What the answer says that shows how far it is."""
    edits = [r.json for r in world.env.http_requests if r.method == "PATCH" and "@original" in r.path]
    return str(edits[-1]["content"])  # type: ignore[index]


async def test_peoples_words_go_only_by_a_sentence_of_their_own(world: World, askers: Askers) -> None:
    await event(world)
    boss = askers["boss"]
    refused = read(await sent(world, boss, ALL, server="PyCon Sim", lost="yes"))
    assert f"**{LOST}**" in refused
    assert "git" in world.names()
    await sent(world, boss, ALL, server="PyCon Sim", lost="People’s words are lost")
    await world.env.advance_time(30)
    assert world.names() == []
    said = all_text(await shown(world, boss))
    assert "Nothing that I made is left here." in said
    assert "To open it again" in said
    assert "Remove" not in buttons(await shown(world, boss))


async def test_while_sessions_are_on_or_to_come_nothing_is_removed(world: World, askers: Askers) -> None:
    await event(world)
    boss = askers["boss"]
    ready = await click(boss, await shown(world, boss), KEEP)
    await world.host("ana", "Async", "14:00")
    said = all_text(await shown(world, boss))
    assert "1 session is still on or to come" in said
    press(world, "boss", await shown(world, boss), buttons(await shown(world, boss))[ALL])
    await world.env.settle()
    assert "still on or to come" in world.answers()[-1]
    assert "Nothing was removed" in read(await boss.submit_modal(ready, {"server": "PyCon Sim"}))
    assert BOARD in world.guild.channels


async def test_others_are_turned_away_at_each_step(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    await event(world)
    eve, page = askers["eve"], await shown(world, askers["boss"])
    assert ONLY in await asked(world, eve, "cleanup")
    for label in (KEEP, ALL, DOWNLOAD):
        press(world, "eve", page, buttons(page)[label])
        await world.env.settle()
        assert ONLY in world.answers()[-1]
    form = await click(askers["crew"], await shown(world, askers["crew"]), KEEP)
    await world.set(organizers__roles=None)  # whose role was taken away meanwhile
    assert ONLY in read(await askers["crew"].submit_modal(form, {"server": "PyCon Sim"}))
    assert BOARD in world.guild.channels
    assert attempts()[0] == "openspace-admin cleanup"


async def test_another_server_sees_and_loses_nothing(world: World, askers: Askers) -> None:
    await event(world)
    other = world.env.create_guild("Elsewhere")
    lobby = other.create_text_channel("lobby")
    await world.env.settle()
    role = other.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
    chief = other.add_member(world.env.create_user("chief"), roles=[role])
    page = told(await chief.slash(lobby, "openspace-admin cleanup"))
    assert "people wrote" not in all_text(page).split("cannot be")[0]
    form = await click(chief, page, "Remove it all")
    await chief.submit_modal(form, {"server": "Elsewhere"})
    await world.env.advance_time(30)
    assert BOARD in world.guild.channels
    assert BOARD not in other.channels
    assert "Git" in await world.host("zoe", "Git")


async def test_the_message_follows_what_goes_on_and_says_what_is_in_the_way(
    world: World, askers: Askers
) -> None:
    await event(world)
    managed = next(role for role in world.guild._guild.roles.values() if role.managed)
    held = managed.permissions
    managed.permissions = (discord.Permissions.all() ^ discord.Permissions(administrator=True)).value
    deny = discord.Permissions(manage_channels=True).value
    world.env.backend.edit_role(world.guild.id, managed.id, {"permissions": managed.permissions & ~deny})
    await world.env.settle()
    await sent(world, askers["boss"], KEEP, server="PyCon Sim")
    await world.env.advance_time(30)
    assert "What keeps me from it" in follow(world)
    assert "Manage Channels" in follow(world)
    again = read(await askers["boss"].slash(world.lobby, "openspace-admin cleanup"))
    assert "Removing: 0 gone" in again
    world.env.backend.edit_role(world.guild.id, managed.id, {"permissions": held})
    await world.env.settle()
    await world.env.advance_time(60)
    assert "Done: 4 removed" in follow(world)
    requests = len(world.env.http_requests)
    await world.env.advance_time(1000)
    assert len(world.env.http_requests) == requests


async def test_a_message_that_cannot_follow_any_longer_says_so(world: World, askers: Askers) -> None:
    await event(world)
    managed = next(role for role in world.guild._guild.roles.values() if role.managed)
    world.env.backend.edit_role(
        world.guild.id, managed.id, {"permissions": discord.Permissions(view_channel=True).value}
    )
    await world.env.settle()
    await sent(world, askers["boss"], KEEP, server="PyCon Sim")
    await world.env.advance_time(14 * 60)
    assert "It takes longer than I can change this message" in follow(world)


async def test_it_goes_on_after_a_restart(world: World, askers: Askers) -> None:
    await event(world)
    await sent(world, askers["boss"], KEEP, server="PyCon Sim")
    await world.restart()
    await world.env.advance_time(30)
    assert sorted(world.names()) == ["Open Space archive", "git"]


async def test_peoples_words_cannot_be_read_without_the_intent_and_that_is_said(
    world: World, askers: Askers
) -> None:
    await event(world)
    said = read(await click(askers["boss"], await shown(world, askers["boss"]), DOWNLOAD))
    assert "Message Content" in said
    assert "/openspace-admin export" in said


async def test_with_the_intent_peoples_words_come_as_files_and_are_kept_nowhere(
    world: World, askers: Askers
) -> None:
    await event(world)
    flags = discord.ApplicationFlags(gateway_message_content_limited=True)
    world.bot._connection.application_flags = flags
    result = await click(askers["boss"], await shown(world, askers["boss"]), DOWNLOAD)
    assert "People's words of 1 text channel" in read(result)
    [attachment] = told(result).attachments
    with zipfile.ZipFile(io.BytesIO(await attachment.read())) as archive:
        [name] = archive.namelist()
        assert archive.read(name).decode().endswith("UTC] ana: see *this* link\n")
        assert name == f"git-{world.channel('git').id}.txt"
    assert b"see *this* link" not in (world.folder / "openspace.sqlite3").read_bytes()


async def test_pages_of_a_big_conference(world: World, askers: Askers) -> None:
    for number in range(10):
        await world.host(f"p{number}", f"Topic {number}", "now", minutes=10)
    await world.until("08:05")
    boss = askers["boss"]
    message = await shown(world, boss)
    first = all_text(message)
    second = all_text(told(await click(boss, message, "More")))
    assert first.count("\n- ") == 15
    assert not set(things(first)) & set(things(second))
    assert all_text(told(await click(boss, message, "Back"))) == first


def things(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("- ")]


async def test_in_chinese(world: World, askers: Askers, speak: Speak) -> None:
    await event(world)
    speak("zh-TW")
    said = all_text(await shown(world, askers["boss"]))
    assert "1 個有大家內容的文字頻道" in said
    began = await sent(
        world, askers["boss"], "全部移除，包括內容", server="PyCon Sim", lost="大家寫的內容會消失"
    )
    assert "移除中" in read(began)
    await world.env.advance_time(30)
    assert world.names() == []
    assert "已經結束" in await slash(world, "ana", "list")


async def test_what_only_organizers_saw_of_reports_goes_too_and_is_counted(
    world: World, askers: Askers
) -> None:
    room = await crew_room(world)
    await event(world)
    await report(world, "eve", words="one")
    await world.env.advance_time(6)
    page = await shown(world, askers["boss"])
    assert "1 message about a report or a person sent out" in all_text(page)
    assert len(cases(room)) == 1
    await sent(world, askers["boss"], KEEP, server="PyCon Sim")
    await world.env.advance_time(30)
    assert cases(room) == []
    assert "report" not in follow(world)
    await world.restart()
    await world.env.advance_time(60)
    assert cases(room) == []
    assert "Git" in await asked(world, askers["boss"], "reports")
