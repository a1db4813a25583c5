"""`/openspace-admin window add|edit|remove|list`, for highlights too."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cogs.admin.asking import admin, another_server, choose, forged, menus, options, pressed, said
from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, fields, read, slash, told
from tests.conftest import World, buttons

WINDOWS = "conference.windows"


def windows(world: World) -> list[str]:
    programme = world.bot.service.programme(world.guild.id)
    local = programme.local
    return [
        f"{w.name} {local(w.start):%d %H:%M}-{local(w.end):%H:%M}"
        + "".join(f" *{h.name}" for h in w.highlights)
        for w in programme.windows
    ]


ONE, TWO = "Day 1 01 08:00-16:15", "Day 2 02 10:30-16:40 *No talks now"


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_add_edit_remove_list_and_undo(world: World, askers: Askers, who: str) -> None:
    person = askers[who]
    added = await admin(world, person, "window add", opens="3 Jan 9:00-12:00")
    assert "➕ **Day 3 · Sat, Jan 3 09:00–12:00**" in read(added)
    assert windows(world) == [ONE, TWO, "Day 3 03 09:00-12:00"]
    edited = await said(world, person, "window edit", window="Day 3", closes="13:00", name="Sprints")
    assert "✏️ Day 3 · Sat, Jan 3 09:00–12:00 → **Sprints · Sat, Jan 3 09:00–13:00**" in edited
    shown = await said(world, person, "window list")
    assert "Sprints · Sat, Jan 3 09:00–13:00" in shown
    assert "Taipei time" in shown
    assert "<t:1767402000:f>" in shown
    removed = await admin(world, person, "window remove", window="Sprints")
    assert windows(world) == [ONE, TWO]
    await pressed(person, removed, "Undo")
    assert windows(world) == [ONE, TWO, "Sprints 03 09:00-13:00"]
    assert "Somebody has changed this meanwhile" in read(await pressed(person, added, "Undo"))


async def test_others_are_told_kindly_and_change_nothing(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    for command, given in (
        ("window add", {"opens": "3 Jan 9:00-12:00"}),
        ("window edit", {"window": "Day 1", "closes": "12:00"}),
        ("window edit", {"window": "Day 1"}),
        ("window remove", {"window": "Day 1"}),
        ("window list", {}),
    ):
        assert ONLY in await asked(world, askers["eve"], command, **given)
    assert attempts() == ["openspace-admin window add"]
    page = await admin(world, askers["boss"], "window list")
    for custom_id in ("openspace:windows:0", "openspace:windownew:0", "openspace:windowremove:w1767225600"):
        assert ONLY in await forged(world, "eve", page, custom_id)
    assert windows(world) == [ONE, TWO]
    assert await askers["eve"].autocomplete(world.lobby, "openspace-admin window edit", "window", "") == []


async def test_another_server_has_its_own_windows(world: World, askers: Askers) -> None:
    mine = await admin(world, askers["boss"], "window add", opens="3 Jan 9:00-12:00")
    [undo] = [each for each in buttons(told(mine)).values() if "undo" in each]
    other = await another_server(world)
    boss = other.organizer("their boss")
    assert "Day 3" not in await said(other, boss, "window list")
    assert "no such window" in await said(other, boss, "window remove", window="w1767402000")
    page = await admin(other, boss, "window remove", window="Day 2")
    assert "does nothing any more" in await forged(other, "their boss", page, undo)
    assert windows(other) == [ONE]
    assert windows(world) == [ONE, TWO, "Day 3 03 09:00-12:00"]


async def test_a_server_without_a_programme_is_set_up_first(bare: World) -> None:
    boss = bare.organizer()
    for command, given in (
        ("window list", {}),
        ("window add", {"opens": "3 Jan 9:00-12:00"}),
    ):
        assert "not set up in this server yet" in await said(bare, boss, command, **given)


async def test_highlights_are_added_where_they_lie_and_chosen_like_windows(
    world: World, askers: Askers
) -> None:
    boss = askers["boss"]
    await said(world, boss, "window add", opens="12:00-12:45", name="Lunch", chinese="午餐", highlight=True)
    assert windows(world) == [ONE, TWO]  # 12:00 is in both: nothing was guessed
    reply = await said(
        world, boss, "window add", opens="day 1 12:00-12:45", name="Lunch", chinese="午餐", highlight=True
    )
    assert "✨ Lunch" in reply
    assert windows(world) == [f"{ONE} *Lunch", TWO]
    offered = await boss.autocomplete(world.lobby, "openspace-admin window remove", "window", "lun")
    assert [each["name"] for each in offered] == ["✨ Lunch · Thu, Jan 1 12:00–12:45"]
    await said(world, boss, "window remove", window="午餐")
    assert windows(world) == [ONE, TWO]
    assert "inside a window" in await said(
        world, boss, "window add", opens="3 Jan 9:00-10:00", highlight=True
    )


@pytest.mark.parametrize(
    ("command", "given", "english", "chinese"),
    [
        ("window add", {"opens": "2 Jan 16:00", "closes": "18:00"}, "would overlap **Day", "重疊"),
        ("window add", {"opens": "3 Jan 9:00", "closes": "11 Jan 9:01"}, "more than 7 days", "超過 7 天"),
        ("window add", {"opens": "2 Jan 16:00-16:30", "highlight": True, "name": "x"}, "✅", "✅"),
        (
            "window add",
            {"opens": "2 Jan 16:00-17:00", "highlight": True},
            "is not inside **Day 2**",
            "不在 **Day 2**",
        ),
        ("window add", {"opens": "9:00", "closes": "12:00"}, "does not say which day", "沒有寫哪一天"),
        ("window add", {"opens": "soon"}, "can't read “soon”", "看不懂「soon」"),
        ("window add", {"opens": "3 Jan 9:00"}, "does not say when it closes", "沒有寫何時結束"),
        (
            "window add",
            {"opens": "3 Jan 2:30", "closes": "4:00"},
            "morning or in the afternoon",
            "上午還是下午",
        ),
        ("window edit", {"window": "Day 1", "closes": "8:10"}, "would be over already", "已經過了"),
        ("window edit", {"window": "nothing", "closes": "12:00"}, "no such window", "沒有這個開放時段"),
        ("window edit", {"window": "Day", "closes": "12:00"}, "fits more than one", "不只一個"),
    ],
)
async def test_r2_what_cannot_be_is_said_in_both_languages(  # noqa: PLR0917
    world: World,
    askers: Askers,
    speak: Speak,
    command: str,
    given: dict[str, object],
    english: str,
    chinese: str,
) -> None:
    await world.until("08:30")
    for language, expected in (("en-US", english), ("zh-TW", chinese)):
        speak(language)
        shown = await admin(world, askers["boss"], command, **given)
        assert expected in read(shown)
        if "✅" in expected:
            await pressed(askers["boss"], shown, "Undo" if language == "en-US" else "復原")
    assert windows(world) == [ONE, TWO]


async def test_r2_hours_that_the_clocks_skip_or_show_twice(
    world: World, askers: Askers, speak: Speak
) -> None:
    boss = askers["boss"]
    await world.set(conference__timezone="Europe/Prague")
    for opens, english, chinese in (
        ("2026-03-29 02:30", "There is no Sun, Mar 29 02:30", "沒有 3月29日 週日 02:30"),
        ("2026-10-25 02:30", "Sun, Oct 25 02:30 comes twice", "會出現兩次"),
    ):
        for language, expected in (("en-US", english), ("zh-TW", chinese)):
            speak(language)
            assert expected in await said(world, boss, "window add", opens=opens, closes="09:00")


async def test_the_list_edits_and_removes_by_menu_and_adds_by_button(world: World, askers: Askers) -> None:
    boss = askers["boss"]
    page = await admin(world, boss, "window list")
    assert options(menus(page)[0]) == [
        "Day 1 · Thu, Jan 1 08:00–16:15",
        "Day 2 · Fri, Jan 2 10:30–16:40",
        "✨ No talks now · Fri, Jan 2 14:30–15:20",
    ]
    form = await choose(boss, page, 0, "Day 2")
    assert fields(form)["opens"]["value"] == "2026-01-02 10:30"
    assert "Taipei time" in str(form.modal)
    await boss.submit_modal(
        form,
        {"opens": "2026-01-02 10:30", "closes": "2026-01-02 17:00", "name": "Day 2", "chinese": "第二天"},
    )
    assert windows(world) == [ONE, "Day 2 02 10:30-17:00 *No talks now"]
    page = await pressed(boss, page, "Windows")  # in its place
    form = await pressed(boss, page, "Add a highlight")
    await boss.submit_modal(form, {"opens": "day 1 12:00", "closes": "13:00", "name": "Lunch"})
    assert windows(world)[0] == f"{ONE} *Lunch"
    form = await pressed(boss, await pressed(boss, page, "Windows"), "Add a window")
    await boss.submit_modal(form, {"opens": "3 Jan 9:00-12:00"})
    assert len(windows(world)) == 3
    await choose(boss, await admin(world, boss, "window list"), 1, "✨ Lunch")
    assert windows(world)[0] == ONE
    await world.restart()
    form = await choose(boss, await admin(world, boss, "window list"), 0, "Day 2")
    shown = await boss.submit_modal(
        form, {"opens": "2026-01-02 10:30", "closes": "2026-01-02 17:00", "chinese": "第二天"}
    )
    assert "already; nothing was changed" in read(shown)


async def test_a_hundred_windows_are_listed_by_page(world: World, askers: Askers) -> None:
    many = [
        {
            "name": f"W{n}",
            "opens": f"2026-02-{n // 4 + 1:02}T{n % 4 * 6:02}:00",
            "closes": f"2026-02-{n // 4 + 1:02}T{n % 4 * 6 + 1:02}:00",
        }
        for n in range(100)
    ]
    await world.set(conference__windows=many)
    page = await admin(world, askers["boss"], "window list")
    page = await pressed(askers["boss"], page, "More")
    assert "W10 · " in read(page)
    assert "W9 · " not in read(page)


async def test_names_are_in_the_readers_language_everywhere(
    world: World, askers: Askers, speak: Speak
) -> None:
    boss = askers["boss"]
    await said(world, boss, "window edit", window="Day 2", chinese="第二天")
    await said(world, boss, "window edit", window="No talks now", chinese="此時段沒有議程")
    await world.env.advance_time(24 * 3600)
    for language, window, highlight in (
        ("en-US", "Day 2", "No talks now"),
        ("zh-TW", "第二天", "此時段沒有議程"),
    ):
        speak(language)
        helped = await slash(world, "ana", "help")
        assert window in helped
        assert highlight in helped
        assert f"**{window}** · " in (refusal := await world.host("ana", "Git")) or window in refusal
        offered = await world.person("ana").autocomplete(world.lobby, "openspace host", "when", "")
        assert highlight in offered[0]["name"]
    speak("en-US")
    await said(world, boss, "window edit", window="第二天", chinese="-")
    speak("zh-TW")
    assert "Day 2" in await slash(world, "ana", "help")


async def test_the_board_shows_the_name_in_its_language(world: World, askers: Askers) -> None:
    await said(world, askers["boss"], "window edit", window="No talks now", chinese="此時段沒有議程")
    await world.set(conference__language="zh-TW")
    await world.env.advance_time(10)
    board = str(world.layouts("open-space-board")[-1].components)
    assert "此時段沒有議程" in board
    assert "No talks now" not in board
