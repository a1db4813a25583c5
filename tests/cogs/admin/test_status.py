"""`/openspace-admin status`: one screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.store import ledger
from tests.cogs.admin.asking import admin, another_server, forged, pressed, said
from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, read, told
from tests.conftest import World
from tests.ui.samples import walk


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_it_shows_the_day(world: World, askers: Askers, who: str) -> None:
    person = askers[who]
    await world.host("ana", "*Git*")
    await world.host("bo", "Rust", "09:00")
    await world.person("ana").join_voice(world.channel("*Git*"))
    shown = await admin(world, person, "status")
    text = read(shown)
    for part in (
        "🟢 Day 1 until <t:1767255300:t>",
        "🕘 Day 2 opens <t:",
        "**9 of 10 desks free**",
        "### On now (1)\n`1` **\\*Git\\*** · ana · until <t:1767229200:t> · 🔊 1",
        "### Next (1)\n<t:1767229200:R>: **Rust** · bo",
        "channels 7/500 · Open Space 4/50 · events 0/100 · channels made in 24 h 6/500",
        "no backup known",
    ):
        assert part in text, part
    assert "To mend" not in text
    await world.person("ana").leave_voice()
    again = await pressed(person, shown, "Refresh")
    assert "🔊 0" in read(again)


async def test_others_are_told_kindly(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    assert ONLY in await asked(world, askers["eve"], "status")
    assert attempts() == ["openspace-admin status"]
    shown = await admin(world, askers["boss"], "status")
    assert ONLY in await forged(world, "eve", shown, "openspace:status")


async def test_another_server_shows_only_its_own(world: World, askers: Askers) -> None:
    await world.host("ana", "Git")
    other = await another_server(world)
    text = await said(other, other.organizer("their boss"), "status")
    assert "Git" not in text
    assert "10 of 10 desks free" in text


async def test_a_server_without_a_programme_says_so(bare: World) -> None:
    text = await said(bare, bare.organizer(), "status")
    assert "Not public yet" in text
    assert "No window is to come" in text


async def test_what_is_to_be_mended_says_how(world: World, askers: Askers, speak: Speak) -> None:
    async with world.bot.database.transaction() as tx:
        for code, detail in (("pins", ""), ("many-channels", "500")):
            await ledger.add_problem(tx, world.guild.id, code, detail, world.env.now())
        sql = "INSERT INTO setting VALUES (?, 'sessions.max_minutes', '5', 1, 1)"
        await tx.execute(sql, world.guild.id)
    await world.bot.rulebook.load()
    text = await said(world, askers["boss"], "status")
    assert "To mend (3)" in text
    assert "• I lack **Pin Messages**" in text
    assert "These settings of this server fit no longer, so they don't count: Longest session" in text
    speak("zh-TW")
    assert "待處理（3）" in await said(world, askers["boss"], "status")
    await said(world, askers["boss"], "settings reset", key="sessions.max_minutes")
    assert world.bot.service.rules(world.guild.id).dropped == {}


async def test_paused_full_and_near_the_caps(world: World, askers: Askers) -> None:
    boss = askers["boss"]
    await world.set(conference__parallel_limit=1)
    await world.host("ana", "Git")
    await said(world, boss, "pause", reason="*Fire*")
    async with world.bot.database.transaction() as tx:
        sql = (
            "INSERT INTO record (guild_id, kind, mark, parent_id, since_id, told, doubt, asked_at, told_at,"
            " gone_at) VALUES (?, 'news', '', 0, 0, '{}', 0, ?, ?, ?)"
        )
        now = int(world.env.now().timestamp())
        for _ in range(395):
            await tx.execute(sql, world.guild.id, now, now, now)
    shown = await admin(world, boss, "status")
    text = read(shown)
    assert "⏸️ Paused since" in text
    assert "People read: \\*Fire\\*" in text
    assert "No desk free now" in text
    assert "⚠️ **401/500**" in text
    assert "sessions again" in read(await pressed(boss, shown, "Resume"))


async def test_the_last_backup_is_told(world: World, askers: Askers) -> None:
    assert "no backup known" in await said(world, askers["boss"], "status")
    with world.env.time_context():
        await world.bot.backups.make()
    assert f"last backup <t:{int(world.env.now().timestamp())}:R>" in await said(
        world, askers["boss"], "status"
    )


async def test_a_full_house_in_the_longest_words_fits_one_message(
    world: World, askers: Askers, speak: Speak
) -> None:
    await world.set(conference__parallel_limit=25, channels__area="~" * 90)
    await said(world, askers["boss"], "window edit", window="Day 1", name="*" * 100)
    await said(world, askers["boss"], "window edit", window="Day 2", name="*" * 100)
    for number in range(25):
        await world.host(f"{number}" + "_" * 30, "*" * 100)
    for number in range(25):
        await world.host(f"x{number}" + "_" * 30, f"{number}" + "長" * 98, "14:00")
    async with world.bot.database.transaction() as tx:
        for number in range(30):
            await ledger.add_problem(
                tx, world.guild.id, f"denied:{number}", "connect,manage_roles", world.env.now()
            )
    await world.set(conference__parallel_limit=1)
    await said(world, askers["boss"], "pause", reason="*" * 300)
    for language in ("en-US", "zh-TW"):
        speak(language)
        shown = await admin(world, askers["boss"], "status")
        parts = list(walk(list(told(shown).components)))
        assert sum(len(part.get("content", "")) for part in parts) <= 4000
        assert len(parts) <= 40
