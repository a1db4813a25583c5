"""The simulated conference: the shipped programme, one clock for all, and a database that can be kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import pytest
import structlog
from simcord import BackendError
from simcord.backend.access import can_access_channel

from bot.config import load_config
from bot.demo.look import categories, coming, look
from bot.demo.morning import BEGINS, ENDS, play_morning
from bot.demo.reading import buttons, plain, read
from bot.demo.scenes.organizers import set_up
from bot.demo.story import Story
from bot.demo.world import STAFF_ROOM, demo_config, open_world
from bot.domain.models import State
from bot.domain.records import Kind
from bot.paths import example_file
from bot.store.errors import StoreError


def test_the_programme_is_the_shipped_example(tmp_path: Path) -> None:
    database = tmp_path / "x.sqlite3"
    shipped = demo_config(database)
    assert shipped.programme() == load_config(example_file()).programme()
    assert shipped.database == database


async def test_snowflakes_messages_and_timestamps_tell_the_same_time() -> None:
    async with open_world("11:07") as world:
        start = datetime(2021, 10, 2, 3, 7, tzinfo=UTC)
        assert world.env.now() == start
        assert f"{world.now():%Y-%m-%d %H:%M %Z}" == "2021-10-02 11:07 CST"
        ana = world.people["Ana"].actor
        await ana.slash(world.lobby, "openspace host", topic="Time", minutes=30)
        desk = await world.desk("Time")
        opening = next(message for message in desk[Kind.TEXT].history() if message.content)
        for snowflake in (desk[Kind.TEXT].id, desk[Kind.VOICE].id, opening.id):
            assert discord.utils.snowflake_time(snowflake) == start
        assert opening.created_at == start
        assert f"<t:{int((start + timedelta(minutes=30)).timestamp())}:t>" in opening.content
        assert "open until 11:37" in plain(world, opening.content)
        assert not world.faults
        assert not world.env.errors


async def test_a_server_without_a_programme_is_set_up_in_it_as_a_newcomer_would() -> None:
    async with open_world(BEGINS, bare=True) as world:
        shown = await look(world)
        assert (shown["conference"], shown["zone"]) == ("PyCon Taiwan 2021", "Asia/Taipei")
        assert (shown["status"], shown["web"]) == ("No programme yet", "")
        staff = world.place(STAFF_ROOM)
        seen = {p.name for p in world.people.values() if can_access_channel(world.env, staff.id, p.actor)}
        assert seen == {"Olivia"}
        await set_up(Story(world))
        assert await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Git")
        assert len(await world.desk("Git")) == 2
        shown = await look(world)
        assert "open-space-board" in str(shown)
        assert shown["web"].startswith("http://127.0.0.1:")
        assert not world.faults


async def test_a_morning_has_passed() -> None:
    async with open_world(BEGINS) as world:
        await play_morning(world)
        assert world.now() == world.at(ENDS)
        cards = await world.cards()
        states = [card.session.state for card in cards]
        assert states.count(State.OPEN) == 3
        assert states.count(State.BOOKED) == 3
        assert states.count(State.ENDED) == 1
        seen = await look(world)
        assert [c["name"] for c in seen["categories"]] == ["Conference", "Open Space", "Open Space archive"]
        assert seen["status"] == "Day 1: Open Spaces until 16:15"
        assert seen["coming"][0] == {
            "at": world.at("11:15").timestamp(),
            "clock": "11:15",
            "what": "the desk of “How do you test async code?” hears that it ends soon",
        }
        happened = {(line["clock"], line["what"]) for line in seen["happened"]}
        assert ("10:20", "Wei hosts “Robots that run MicroPython”, 11:30") in happened
        assert ("10:40", "Noor hosts “How to avoid burnout”, Sun 14:30") in happened
        assert ("10:40", "Priya hosts “Data visualisation clinic”") in happened
        assert ("11:00", "“Your first patch to CPython” opens at desk 2") in happened
        assert {p["name"] for p in seen["people"] if p["voice"]} >= {"Ana", "Ben", "Yuki", "Lucía"}
        assert not world.faults


async def test_the_day_goes_on_by_itself() -> None:
    async with open_world(BEGINS) as world:
        await play_morning(world)
        said = []
        for _ in range(40):
            events = await coming(world)
            if not events:
                break
            said += [what for at, what in events if at == events[0][0]]
            await world.advance((events[0][0] - world.env.now()).total_seconds() + 1)
        assert "channels for “Robots that run MicroPython” appear" in said
        assert "the channels of “How do you test async code?” are put away" in said
        assert "the voice channel of “How do you test async code?” goes at the latest" in said
        assert "✨ No talks now" in said
        assert said[-1] == "Day 2: Open Spaces close"
        seen = await look(world)
        assert seen["status"] == "The Open Spaces are over"
        assert not any(person["voice"] for person in seen["people"]), "nobody sits in a deleted channel"
        area = next(c for c in categories(world) if c["name"] == "Open Space")
        assert [c["name"] for c in area["channels"]] == ["open-space-board", "open-space-news"]
        assert not world.faults


@pytest.mark.parametrize(
    ("clock", "day", "status"),
    [
        ("16:20", 1, "Closed. Day 2 opens Sun 10:30"),
        ("14:30", 2, "✨ No talks now until 15:20"),
    ],
)
async def test_the_page_says_what_the_time_means(clock: str, day: int, status: str) -> None:
    async with open_world("16:00") as world:
        await world.until(clock, day)
        assert (await look(world))["status"] == status


async def test_everybody_reads_their_own_language() -> None:
    async with open_world("11:00") as world:
        lines = {}
        for name in ("Ana", "美玲"):
            person = world.people[name]
            result = await person.actor.slash(world.lobby, "openspace host", topic=name, when="day 2 10:30")
            assert result.response
            lines[name] = read(world, result.response, person.language)[0]
        assert lines["Ana"] == "📌 Booked: Ana — Sun, Oct 3 10:30 to 11:30, in 1 day"
        assert "10月3日 週日 10:30" in lines["美玲"]
        answer = await world.people["志豪"].actor.slash(world.lobby, "openspace list")
        assert answer.response
        assert "參加" in buttons(answer.response).values()


async def test_what_is_gone_reads_as_gone() -> None:
    async with open_world("11:00") as world:
        ana = world.people["Ana"].actor.mention
        soon = int(world.env.now().timestamp()) + 120
        text = f"## {ana} and <@1> in <#1> or {world.lobby.mention}, <t:{soon}:R>"
        assert plain(world, text) == "@Ana and @1 in #deleted or #lobby, in 2 minutes"


async def test_a_kept_database_goes_on_where_it_ended(tmp_path: Path) -> None:
    database = tmp_path / "new folder" / "kept.sqlite3"
    async with open_world("10:00", database) as world:
        assert not world.again
        ids = (world.guild.id, world.lobby.id, world.people["Ana"].actor.id)
        await world.people["Ana"].actor.slash(world.lobby, "openspace host", topic="Kept")
        await world.people["Ana"].actor.join_voice((await world.desk("Kept"))[Kind.VOICE])
        await world.until("10:30")
    async with open_world("10:00", database) as world:
        assert world.again
        assert world.now() - world.at("10:30") == timedelta(seconds=1)
        assert ids == (world.guild.id, world.lobby.id, world.people["Ana"].actor.id)
        assert set(await world.desk("Kept")) == {Kind.VOICE, Kind.TEXT}, "the keeper has made them anew"
        await world.people["Ana"].actor.send((await world.desk("Kept"))[Kind.TEXT], "our notes")
        await world.until("11:10")
        assert set(await world.desk("Kept")) == {Kind.TEXT}
        assert not world.faults


async def test_an_unusable_database_is_refused(tmp_path: Path) -> None:
    database = tmp_path / "letter.txt"
    database.write_text("Dear all, this is not a database, and it is longer than a header.")
    with pytest.raises(StoreError):
        async with open_world("10:00", database):
            pass
    assert database.read_text().startswith("Dear all")


async def test_a_person_cannot_enter_a_text_channel() -> None:
    async with open_world("10:00") as world:
        assert world.channel(1) is None
        with pytest.raises(BackendError):
            await world.people["Ana"].actor.join_voice(world.lobby)


async def test_faults_are_kept_and_said_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    async with open_world("10:00", aloud=True) as world:
        log = structlog.get_logger("test")
        log.info("nobody needs this")
        log.warning("a step failed", step="make voice 1")
        log.error("bare")
        try:
            raise RuntimeError("broken")
        except RuntimeError:
            log.exception("incident", number="ab12")
        assert world.faults == ["bare", "incident (number=ab12)"]
    errors = capsys.readouterr().err
    assert "bot: a step failed (step=make voice 1)" in errors
    assert "RuntimeError: broken" in errors
    assert "nobody" not in errors
