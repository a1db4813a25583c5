"""What a visitor of the demo can see and do besides: private words, languages, a programme of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.config import load_config
from bot.demo.diary import happened
from bot.demo.look import look
from bot.demo.morning import play_opening
from bot.demo.reading import buttons, read
from bot.demo.world import STAFF_ROOM, demo_config, open_world
from bot.domain.models import State
from bot.domain.records import Kind
from bot.paths import example_file
from bot.store.ledger import Entry
from tests.demo.conftest import Visitor

OWN = """
[conference]
name = "DjangoCon Tiny"
timezone = "Europe/Berlin"
parallel_limit = 2
language = "zh-TW"
[[conference.windows]]
name = "Sprints"
opens = 2019-05-04T13:00:00
closes = 2019-05-04T18:00:00
highlights = [{ name = "Break", opens = 2019-05-04T15:00:00, closes = 2019-05-04T15:30:00 }]
[channels]
board = "who-does-what"
organizers_channel = 123456789012345678
audience = [123456789012345679]
[organizers]
roles = [123456789012345679]
[storage]
database = "ours.sqlite3"
[health]
[web]
public_url = "https://example.org"
"""


async def test_a_member_whose_discord_is_chinese_finds_the_commands_in_chinese(visitor: Visitor) -> None:
    lobby = visitor.world.lobby.id
    found = {}
    for name in ("Ben", "美玲"):
        url = await visitor.open(name, lobby)
        await visitor.look(url)
        catalogue = await visitor.preview(url, "GET", "/api/commands", None)
        found[name] = {tuple(entry["path"]): entry for entry in catalogue["entries"]}
    english, chinese = (each["openspace", "host"] for each in found.values())
    assert english["invocation"] == "openspace host"
    assert (chinese["invocation"], chinese["description"]) == (
        "openspace 主持",
        "開一場 Open Space，現在或預約",
    )
    assert [option["name"] for option in chinese["options"]] == [o["name"] for o in english["options"]]
    assert chinese["options"][0]["description"] == "主題：想聊什麼；留空就開啟表單"
    choices = found["美玲"]["openspace", "list"]["options"][0]["choices"]
    assert choices[0] == {"name": "正在進行", "value": "now"}
    ran = await visitor.run(url, "openspace 說明")
    assert ran["settlement"] == "settled"
    assert "開一場" in str((await visitor.again(url))["messages"])


def _board(late: Visitor, words: str) -> bool:
    return words in "\n".join(read(late.world, late.world.board()))


@pytest.mark.parametrize(("language", "words"), [("zh-TW", ("正在進行",)), ("both", ("On now", "正在進行"))])
async def test_the_board_changes_its_language(late: Visitor, language: str, words: tuple[str, ...]) -> None:
    assert (await late.state())["language"] == "en"
    shown = await (await late.post("language", language=language)).json()
    assert shown["language"] == language
    await late.until(lambda _: all(_board(late, each) for each in words))
    assert _board(late, "On now") == ("On now" in words)
    assert (await late.post("language", language="Klingon")).status == 409
    assert (await late.state())["language"] == language


async def test_what_the_bot_tells_one_member_alone_is_seen_by_them_alone(late: Visitor) -> None:
    private = {person["name"]: person["private"] for person in (await late.state())["people"]}
    assert private["Ben"] == {"id": "", "messages": 0, "last": ""}
    assert private["Sofia"]["messages"] == 1
    assert "Your first patch to CPython" in private["Sofia"]["last"]
    channel = int(private["志豪"]["id"])
    url = await late.open("志豪", channel)
    shown = await late.look(url)
    assert shown["viewerId"] == str(late.world.people["志豪"].actor.id)
    assert "Your first patch to CPython" in str(shown["messages"])
    assert (await late.state())["shown"] == str(channel)
    ben = str(late.world.people["Ben"].actor.id)
    assert (await late.post("open", member=ben, channel=str(channel))).status == 409
    groups = (await late.state())["categories"]
    room = next(each for group in groups for each in group["channels"] if each["name"] == STAFF_ROOM)
    assert room["seen"] == [str(late.world.people["Olivia"].actor.id)]
    assert (await late.post("open", member=ben, channel=room["id"])).status == 409


async def test_a_first_co_host_is_told_on_the_page(late: Visitor) -> None:
    world = late.world
    ana, ben = world.people["Ana"].actor, world.people["Ben"].actor
    async with late.page.turn:
        await ana.slash(world.lobby, "openspace cohost", session="How do you test", member=ben)
    said = [line["what"] for line in (await late.state())["happened"]]
    assert said[0] == "Ana asks Ben to share “How do you test async code?”"
    async with late.page.turn:
        desk = (await world.desk("How do you test async code?"))[Kind.TEXT]
        asked, press = next(
            (message, press)
            for message in desk.history()
            for press in buttons(message)
            if press.startswith("openspace:share:")
        )
        await ben.click(asked, custom_id=press)
    said = [line["what"] for line in (await late.state())["happened"]]
    assert said[0] == "the co-hosts of “How do you test async code?” are now: Ben"


async def test_the_diary_takes_whatever_the_trail_holds() -> None:
    async with open_world("10:00") as world:
        at = datetime(2021, 10, 2, 3, tzinfo=UTC)
        values: tuple[Any, ...] = ([], [None], [[], []], None, "", 0)
        for action in ("host", "edit", "cohosts", "offer-cohost", "open", "extend", "nobody knows this"):
            for value in values:
                detail = dict.fromkeys(("end", "host_id", "member", "after", "brought", "desk"), value)
                list(happened(world, [Entry(at, 1, 2, action, "", {"topic": "x", **detail})]))


async def test_somebodys_own_programme_is_previewed_on_a_copy(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(OWN, encoding="utf-8")
    own = load_config(file)
    async with open_world("10:00", own=own) as world:
        await play_opening(world)
        assert f"{world.now():%Y-%m-%d %H:%M %Z}" == "2019-05-04 13:07 CEST"
        shown = await look(world)
        assert (shown["conference"], shown["zone"], shown["board"]) == (
            "DjangoCon Tiny",
            "Europe/Berlin",
            "who-does-what",
        )
        assert shown["language"] == "zh-TW"
        cards = await world.cards()
        assert [card.session.state for card in cards].count(State.OPEN) == 2, "its own limit holds"
        assert any(card.session.start == world.at("15:00") for card in cards), "its highlight is used"
        assert "正在進行" in "\n".join(read(world, world.board()))
        assert shown["web"].endswith("/open-spaces"), "its board is on the web, here"
        assert not world.faults
        assert not world.env.errors
    assert not own.database.exists(), "nothing of theirs is touched"


def test_a_copy_leaves_out_what_only_their_server_has(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(OWN, encoding="utf-8")
    own = load_config(file)
    copy = demo_config(tmp_path / "demo.sqlite3", own)
    assert copy.programme() == own.programme()
    assert copy.database == tmp_path / "demo.sqlite3"
    assert own.database == tmp_path / "ours.sqlite3", "theirs is what it was"
    assert copy.health is None
    assert copy.web is not None
    assert copy.web.public_url == f"http://127.0.0.1:{copy.web.port}", "nothing of it leaves this computer"
    assert copy.page == own.page.model_copy(update={"on": True, "slug": "open-spaces"})
    assert (copy.organizers.roles, copy.channels.audience) == ((), ())
    assert (copy.channels.organizers_channel, copy.channels.board) == (0, "who-does-what")
    assert copy.backup.every_hours == 0


@pytest.mark.parametrize("keep", ["windows", ""])
async def test_an_own_programme_may_be_none_at_all_or_the_shipped_one(tmp_path: Path, keep: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(example_file().read_text(encoding="utf-8") if keep else "", encoding="utf-8")
    async with open_world("10:00", own=load_config(file)) as world:
        assert (await look(world))["programme"] == bool(keep)
        if keep:
            assert f"{world.now():%H:%M}" == "08:55"
        assert not world.faults
