"""`/openspace-admin settings show|set|reset`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import discord
import pytest
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.config import Server
from bot.service.settings import every_setting
from bot.ui.faults import setting_name
from bot.ui.setting_values import settable
from tests.cogs.admin.asking import admin, another_server, forged, pressed, said
from tests.cogs.admin.conftest import ONLY, Askers, asked
from tests.cogs.conftest import Speak, fields, read, told
from tests.conftest import MakeWorld, World, buttons
from tests.ui.samples import ENGLISH, walk

MOST = "sessions.max_minutes"


def most(world: World) -> int:
    return world.bot.service.programme(world.guild.id).limits.max_minutes


@pytest.mark.parametrize("who", ["boss", "crew"])
async def test_organizers_show_set_undo_and_reset(world: World, askers: Askers, who: str) -> None:
    person = askers[who]
    shown = await admin(world, person, "settings show")
    assert "Conference name: **PyCon Sim** · file" in read(shown)
    sessions = await pressed(person, shown, "More")
    assert "Longest session: **120 minutes** · default" in read(sessions)
    changed = await admin(world, person, "settings set", key=MOST, value="90")
    assert "**Longest session:** 120 minutes → **90 minutes**" in read(changed)
    assert "from now on" in read(changed)
    assert most(world) == 90
    one = await admin(world, person, "settings show", key="Longest session")
    assert f"**90 minutes** · <@{person.id}>, <t:" in read(one)
    assert "Without it: 120 minutes, the default." in read(one)
    assert "90 minutes → **120 minutes**" in read(await pressed(person, changed, "Undo"))
    assert most(world) == 120
    await admin(world, person, "settings set", key=MOST, value="100")
    assert "is 120 minutes again, the default" in await said(world, person, "settings reset", key=MOST)
    assert most(world) == 120


async def test_others_are_told_kindly_and_change_nothing(
    world: World, askers: Askers, attempts: Callable[[], list[str]]
) -> None:
    for command, options in (
        ("settings show", {}),
        ("settings set", {"key": MOST, "value": "90"}),
        ("settings set", {"key": MOST}),
        ("settings reset", {"key": MOST}),
        ("settings reset", {}),
    ):
        assert ONLY in await asked(world, askers["eve"], command, **options)
    assert attempts() == ["openspace-admin settings show"]
    shown = await admin(world, askers["boss"], "settings set", key=MOST, value="90")
    [undo] = [each for each in buttons(told(shown)).values() if "undo" in each]
    for custom_id in (undo, "openspace:settings:0", "openspace:settingreset:1", "openspace:settingform:1"):
        assert ONLY in await forged(world, "eve", shown, custom_id)
    assert most(world) == 90
    for option in ("key", "value"):
        offered = await askers["eve"].autocomplete(
            world.lobby, "openspace-admin settings set", option, "", key=MOST
        )
        assert offered == []


async def test_another_server_sees_and_changes_only_its_own(world: World, askers: Askers) -> None:
    channel, role = world.guild.create_text_channel("crew-only"), world.guild.create_role("Helpers")
    changed = await admin(world, askers["boss"], "settings set", key=MOST, value="90")
    [undo] = [each for each in buttons(told(changed)).values() if "undo" in each]
    other = await another_server(world)
    boss = other.organizer("their boss")
    page = await admin(other, boss, "settings show")
    assert "120 minutes" in read(await pressed(boss, page, "More"))
    for key, value in (
        ("channels.organizers_channel", str(channel.id)),
        ("channels.organizers_channel", f"<#{channel.id}>"),
        ("organizers.roles", f"<@&{role.id}>"),
        ("organizers.roles", str(world.guild.id)),
    ):
        assert "nothing was changed" in await said(other, boss, "settings set", key=key, value=value)
    assert "does nothing any more" in await forged(other, "their boss", page, undo)
    assert most(world) == 90
    assert other.bot.service.rules(other.guild.id).own == {}


@pytest.mark.parametrize(
    ("key", "typed", "stored"),
    [
        ("events.enabled", "on", True),
        ("events.enabled", "關閉", False),
        ("conference.language", "中文（台灣）", "zh-TW"),
        ("conference.language", "english", "en"),
        ("conference.timezone", "Prague", "Europe/Prague"),
        ("conference.timezone", "台北", "Asia/Taipei"),
        ("conference.timezone", "new york", "America/New_York"),
        ("sessions.lead_minutes", "７ minutes", 7),
        ("sessions.lead_minutes", "1 分鐘", 1),
        ("ideas.topics", "Git; Rust ;", ["Git", "Rust"]),
        ("ideas.topics", "none", []),
        ("channels.area", " 開放 空間 ", "開放 空間"),
    ],
)
async def test_values_are_typed_as_people_write_them(
    world: World, askers: Askers, key: str, typed: str, stored: object
) -> None:
    await said(world, askers["boss"], "settings set", key=key, value=typed)
    value = world.bot.service.rules(world.guild.id).own[key]
    assert value == stored
    assert type(value) is type(stored)


async def test_channels_and_roles_are_those_of_this_server(world: World, askers: Askers) -> None:
    boss, guild = askers["boss"], world.guild
    here = guild.create_text_channel("orga")
    crew, more = guild.create_role("Crew, all"), guild.create_role("Helpers")
    channel, roles = "channels.organizers_channel", "organizers.roles"

    def own(key: str) -> Any:
        return world.bot.service.rules(guild.id).own[key]

    for typed in (f"<#{here.id}>", str(here.id), "#orga", "orga", "ORGA"):
        await said(world, boss, "settings set", key=channel, value=typed)
        assert own(channel) == here.id
    assert f"<#{here.id}>" in await said(world, boss, "settings show", key=channel)
    await said(world, boss, "settings set", key=channel, value="none")
    assert own(channel) == 0
    for typed, ids in (
        (f"<@&{crew.id}> <@&{more.id}>", [crew.id, more.id]),
        ("Crew, all", [crew.id]),
        (f"helpers, {crew.id}", [more.id, crew.id]),
        ("@Helpers", [more.id]),
    ):
        await said(world, boss, "settings set", key=roles, value=typed)
        assert sorted(own(roles)) == sorted(ids), typed
    for typed, why in (("@everyone", "everyone"), ("Nobody", "no role “Nobody”"), ("123", "no role")):
        assert why in await said(world, boss, "settings set", key=roles, value=typed)
    assert "no text channel “nowhere”" in await said(
        world, boss, "settings set", key=channel, value="nowhere"
    )


async def test_a_channel_in_which_the_bot_cannot_write_is_refused(world: World, askers: Askers) -> None:
    place = world.guild.create_text_channel("silent")
    deny = discord.Permissions(send_messages=True).value
    rule = Overwrite(world.guild.id, OverwriteType.ROLE, 0, deny)
    world.env.backend.edit_channel(place.id, {}, overwrites=[rule])
    await world.env.settle()
    reply = await said(
        world, askers["boss"], "settings set", key="channels.organizers_channel", value="silent"
    )
    assert "I can't write in \\#silent" in reply


@pytest.mark.parametrize(
    ("key", "typed", "english", "chinese"),
    [
        (
            "sessions.min_minutes",
            "0",
            "0 is too small. A whole number from 1 to 1440.",
            "太小。1 到 1440 的整數。",
        ),
        ("sessions.min_minutes", "1.5", "can't be “1.5”", "不能是「1.5」"),
        ("sessions.min_minutes", "2 hours", "can't be “2 hours”", "不能是「2 hours」"),
        ("sessions.min_minutes", "100", "more than **Default length** (60)", "比**預設長度**（60）還大"),
        ("events.enabled", "perhaps", "On or off.", "開或關。"),
        ("conference.language", "fr", "One of: English · Chinese (Taiwan)", "可選：英文 · 中文（台灣）"),
        ("conference.timezone", "Taipeh", "Did you mean Asia", "你是指 Asia"),
        ("conference.timezone", "CST", "can mean several: Asia/Taipei", "可能是 Asia/Taipei"),
        ("conference.timezone", "Atlantis-on-Sea", "I don't know “Atlantis", "找不到「Atlantis"),
        ("channels.board", "!!!", "can't be a channel's name", "不能當頻道名稱"),
        (
            "conference.name",
            "x" * 101,
            "is too long. Text of 1 to 100 characters.",
            "太長。1 到 100 個字的文字。",
        ),
        ("conference.name", "\u200b", "can't be empty", "不能空白"),
        ("nonsense", "1", "I can't tell which setting “nonsense” is", "看不出「nonsense」是哪一項設定"),
    ],
)
async def test_what_is_refused_is_named_with_what_is_allowed_in_both_languages(  # noqa: PLR0917
    world: World, askers: Askers, speak: Speak, key: str, typed: str, english: str, chinese: str
) -> None:
    for language, expected in (("en-US", english), ("zh-TW", chinese)):
        speak(language)
        reply = await said(world, askers["boss"], "settings set", key=key, value=typed)
        assert expected in reply.replace("\\", "")
    assert world.bot.service.rules(world.guild.id).own.keys() == {"organizers.roles"}


async def test_every_setting_has_its_form_and_what_it_shows_can_be_sent(world: World, askers: Askers) -> None:
    boss, service = askers["boss"], world.bot.service
    handles: list[Any] = [*world.guild.roles.values(), *world.guild.channels.values()]
    known = {each.id: each for each in handles}
    for key in settable():
        before = next(each.value for each in service.settings.shown(world.guild.id) if each.key == key)
        form = await admin(world, boss, "settings set", key=key)
        field = fields(form)["value"]
        if "options" in field:
            answer: Any = [option["value"] for option in field["options"] if option.get("default")]
        elif field["type"] == 4:
            answer = field.get("value") or ""
        else:
            answer = [known[int(each["id"])] for each in field.get("default_values") or ()]
        reply = read(await boss.submit_modal(form, {"value": answer}))
        assert "nothing was changed" not in reply or "how it is already" in reply, (key, reply)
        after = next(each.value for each in service.settings.shown(world.guild.id) if each.key == key)
        assert after == before, key


async def test_forms_choose_roles_and_channels(world: World, askers: Askers) -> None:
    boss, role = askers["boss"], world.guild.create_role("Helpers")
    channel = world.guild.create_text_channel("orga")
    page = await admin(world, boss, "settings show", key="organizers.roles")
    form = await pressed(boss, page, "Change…")
    assert "Helpers" not in read(page)
    reply = await boss.submit_modal(form, {"value": [role]})
    assert f"<@&{role.id}>" in read(reply)
    form = await admin(world, boss, "settings set", key="channels.organizers_channel")
    assert f"<#{channel.id}>" in read(await boss.submit_modal(form, {"value": [channel]}))
    topics = await admin(world, boss, "settings set", key="ideas.topics")
    await boss.submit_modal(topics, {"value": "Git\nRust"})
    assert world.bot.service.rules(world.guild.id).own["ideas.topics"] == ["Git", "Rust"]


async def test_reset_of_everything_asks_first_and_keeps_what_a_conference_needs(
    make_world: MakeWorld, speak: Speak
) -> None:
    world = await make_world(bare=True)
    boss = world.organizer()
    window = {"name": "Day 1", "opens": "2026-01-01T08:00:00", "closes": "2026-01-01T16:15:00"}
    await world.set(
        conference__name="PyMini", conference__timezone="Asia/Taipei", conference__windows=[window]
    )
    assert "Nothing to reset" in await said(world, boss, "settings reset")
    await world.set(sessions__max_minutes=90, channels__area="Here")
    own = world.bot.service.rules(world.guild.id).own
    question = await admin(world, boss, "settings reset")
    assert "Nothing has changed yet" in read(question)
    assert "90 minutes → **120 minutes**" in read(question)
    assert world.bot.service.rules(world.guild.id).own == own
    assert "Nothing was changed" in read(await pressed(boss, question, "Leave it"))
    done = await pressed(boss, await admin(world, boss, "settings reset"), "Yes, change it")
    needed = {"conference.name", "conference.timezone", "conference.windows"}
    assert world.bot.service.rules(world.guild.id).own.keys() == needed
    await pressed(boss, done, "Undo")
    assert world.bot.service.rules(world.guild.id).own == own


async def test_reset_clears_what_no_version_knows_any_more(world: World, askers: Askers) -> None:
    async with world.bot.database.transaction() as tx:
        await tx.execute("INSERT INTO setting VALUES (?, 'gone.gone', '5', 1, 1)", world.guild.id)
    await world.bot.rulebook.load()
    question = await admin(world, askers["boss"], "settings reset")
    assert "gone.gone, which I don't know any more" in read(question)
    await pressed(askers["boss"], question, "Yes, change it")
    assert world.bot.service.rules(world.guild.id).dropped == {}


async def test_a_value_that_others_changed_meanwhile_is_not_undone(world: World, askers: Askers) -> None:
    mine = await admin(world, askers["boss"], "settings set", key=MOST, value="90")
    await admin(world, askers["crew"], "settings set", key=MOST, value="100")
    reply = read(await pressed(askers["boss"], mine, "Undo"))
    assert "Somebody has changed this meanwhile" in reply
    assert f"Longest session: **100 minutes** · <@{askers['crew'].id}>" in reply
    assert most(world) == 100


async def test_buttons_outlive_a_restart(world: World, askers: Askers) -> None:
    shown = await admin(world, askers["boss"], "settings set", key=MOST, value="90")
    await world.restart()
    assert most(world) == 90
    await pressed(askers["boss"], shown, "Undo")
    assert most(world) == 120


async def test_the_board_speaks_the_language_that_is_set(world: World, askers: Askers, speak: Speak) -> None:
    speak("zh-TW")
    reply = await said(world, askers["boss"], "settings set", key="大會 · 語言", value="中文（台灣）")
    assert "**語言**：英文 → **中文（台灣）**" in reply
    await world.env.advance_time(10)
    assert "我來開一場" in "".join(map(str, world.layouts("open-space-board")[-1].components))
    assert "設定 · 1/" in await said(world, askers["boss"], "settings show")


async def test_every_setting_is_shown(world: World, askers: Askers) -> None:
    page = await admin(world, askers["boss"], "settings show")
    text = read(page)
    for _ in range(len(Server.model_fields)):
        if not any(
            each.get("label") == "More" and not each["disabled"] for each in walk(list(told(page).components))
        ):
            break
        page = await pressed(askers["boss"], page, "More")
        text += read(page)
    for key in every_setting():
        assert f"{setting_name(ENGLISH, key)}: **" in text
