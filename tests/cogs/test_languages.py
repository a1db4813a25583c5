"""Each reader in their own language; what everyone sees in the server's (issue: Words)."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cogs.conftest import Speak, click, fields, read, slash, told
from tests.conftest import CONFIG, MakeWorld, World, all_text, buttons

LATIN = re.compile(r"[A-Za-z]{3,}")
NAMES = {
    "Git",
    "Open",
    "Space",
    "PyCon",
    "Sim",
    "openspace",
    "host",
    "list",
    "join",
    "ana",
    "Day",
    "talks",
    "now",
}


def english(text: str) -> set[str]:
    """The words in a Chinese text that are neither names nor commands."""
    return {word for word in LATIN.findall(re.sub(r"<[^>]*>", "", text)) if word not in NAMES}


async def test_a_reader_of_chinese_reads_chinese_and_the_desk_speaks_the_servers_language(
    world: World, speak: Speak
) -> None:
    speak("zh-TW")
    read_by_ana = [
        await world.host("ana", "Git"),
        await slash(world, "ana", "list"),
        await slash(world, "ana", "list", show="mine"),
        await slash(world, "ana", "help"),
        await world.join("ana", "Git"),
        await world.join("ana", "nothing"),
        await world.host("ana", "Git 2", "around tea"),
        await world.host("ana", "Git 2", "day 2 09:00"),
    ]
    assert read_by_ana[0].startswith("🟢 **第 1 桌開始了：Git**")
    assert "找不到符合「nothing」的場次" in read_by_ana[5]
    assert [english(text) - {"nothing", "around", "tea"} for text in read_by_ana] == [set()] * 8
    speak("en-US")
    assert "You're in: **Git**" in await world.join("bo", "Git")
    opening, greeting = world.said("git")
    assert "Desk 1 is open until" in opening
    assert "just joined" in greeting


async def test_the_form_speaks_the_readers_language(world: World, speak: Speak) -> None:
    speak("zh-TW")
    ana = world.person("ana")
    shown = await ana.slash(world.lobby, "openspace host")
    assert shown.modal
    assert [part["label"] for part in shown.modal["components"]] == [
        "主題",
        "時間（台北時間）",
        "或輸入其他時間（台北時間）",
        "時間長度",
        "簡介",
    ]
    assert fields(shown)["when"]["options"][0]["label"] == "現在"
    assert fields(shown)["minutes"]["options"][0]["label"] == "60 分鐘（預設）"


async def test_a_server_that_speaks_chinese_has_chinese_desks(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = CONFIG.replace("[conference]", '[conference]\nlanguage = "zh-TW"')
    monkeypatch.setattr("tests.conftest.CONFIG", spoken)
    world = await make_world()
    assert "Desk 1 is yours" in await world.host("ana", "Git")
    assert "You're in" in await world.join("bo", "Git")
    opening, greeting = world.said("git")
    assert "第 1 桌進行中" in opening
    assert "參加了" in greeting
    cached = world.bot.get_guild(world.guild.id)
    assert cached
    (text,) = (c for c in cached.text_channels if c.name == "git")
    assert (text.topic or "").startswith("Open Space，主持人 ana")


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "Desk 1 is yours"), ("zh-CN", "第 1 桌"), ("en-GB", "Desk 1")]
)
async def test_other_languages_get_the_nearest(world: World, speak: Speak, language: str, said: str) -> None:
    speak(language)
    assert said in await world.host("ana", "Git")


async def test_buttons_are_answered_in_the_clickers_language(world: World, speak: Speak) -> None:
    await world.host("ana", "Git", "10:30")
    bo = world.person("bo")
    page: Any = told(await bo.slash(world.lobby, "openspace list"))
    speak("zh-TW")
    assert "✅ 已參加：**Git**" in read(await click(bo, page, "Join"))
    assert list(buttons(told(await bo.slash(world.lobby, "openspace list")))) == [
        "退出",
        "檢舉",
        "我來開一場",
    ]
    assert "下一頁" not in all_text(page)
