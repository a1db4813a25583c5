"""R18, C8: what people see of being asked to host or to share a session, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from simcord.results import InteractionResult

from bot.service import Person
from tests.cogs.conftest import Speak, click, cohosted, read, says, slash, told
from tests.conftest import NEWS, MakeWorld, World, all_text, buttons
from tests.desks.acts import pings
from tests.desks.conftest import rows

ENGLISH, CHINESE = "en", "zh-TW"
LOCALE = {ENGLISH: "en-US", CHINESE: "zh-TW"}
SAID: dict[str, dict[str, Any]] = {
    ENGLISH: {
        "offer": "🙋 {bo}, {ana} asks you to host **Git**, <t:1767234600:f>, in their place.",
        "cohost": "🤝 {bo}, {ana} asks you to co-host **Git**, <t:1767234600:f>.",
        "buttons": [["Take it over", "No, thanks"], ["Yes, I'll co-host", "No, thanks"]],
        "taken": "🎤 {bo} hosts **Git** now.",
        "shared": "🤝 {bo} co-hosts **Git** now.",
        "declined": "🙅 {bo} can't this time: **Git** stays as it is.",
        "pending": "🙋 {bo} is asked to host it: no answer yet",
        "said no": "🙅 {bo} said no",
        "handed": "🎤 {ana}, **Git** is hosted by bo now. You're a co-host.",
        "late": "⌛ {bo}, **Git** is no longer offered to you.",
        "busy": "You host **Own** from",
    },
    CHINESE: {
        "offer": "🙋 {bo}，{ana} 想請你接手主持 <t:1767234600:f> 的 **Git**。",
        "cohost": "🤝 {bo}，{ana} 想請你一起主持 <t:1767234600:f> 的 **Git**。",
        "buttons": [["由我主持", "這次不了"], ["一起主持", "這次不了"]],
        "taken": "🎤 現在由 {bo} 主持 **Git**。",
        "shared": "🤝 {bo} 開始共同主持 **Git**。",
        "declined": "🙅 {bo} 這次沒辦法，**Git** 維持原樣。",
        "pending": "🙋 已邀請 {bo} 接手主持，還沒回覆",
        "said no": "🙅 {bo} 婉拒了",
        "handed": "🎤 {ana}，**Git** 現在由 bo 主持，你是共同主持人。",
        "late": "⌛ {bo}，**Git** 的邀請已經失效。",
        "busy": "**Own**",
    },
}


class Stage:
    """A world that speaks one language, where ana hosts Git at 10:30."""

    def __init__(self, world: World, language: str) -> None:
        self.world, self.language = world, language
        self.words = SAID[language]

    def text(self, key: str) -> str:
        """What is expected, with whom it names."""
        said: str = self.words[key]
        return said.format(**{name: f"<@{self.world.person(name).id}>" for name in ("ana", "bo")})

    def asked(self) -> list[str]:
        return self.world.said(NEWS)

    def labels(self) -> list[str]:
        """The buttons under the last thing in the news."""
        [*_, last] = self.world.channel(NEWS).history()
        made: list[Any] = [row.to_dict() for row in last.components]
        return [child["label"] for row in made for child in row["components"]]

    async def press(self, name: str, number: int) -> InteractionResult:
        """A press on a button of the last question."""
        return await says(self.world, name, self.labels()[number])

    async def panel(self, name: str) -> str:
        """What a host sees of their session."""
        who = self.world.person(name)
        mine = told(await who.slash(self.world.lobby, "openspace list", show="mine"))
        manage = next(label for label, press in buttons(mine).items() if ":session:" in press)
        return all_text(told(await click(who, mine, manage)))


@pytest.fixture(params=[ENGLISH, CHINESE])
async def stage(request: pytest.FixtureRequest, make_world: MakeWorld, speak: Speak) -> Stage:
    world = await make_world()
    await world.set(conference__language=request.param)
    speak(LOCALE[request.param])
    await world.host("ana", "Git", "10:30")
    return Stage(world, request.param)


@pytest.mark.parametrize(("number", "came"), [(0, "taken"), (1, "declined")])
async def test_r18_c11_a_handover_is_asked_once_and_answered_where_it_stands(
    stage: Stage, number: int, came: str
) -> None:
    world, bo = stage.world, stage.world.person("bo")
    for _ in range(2):
        await slash(world, "ana", "edit", host=bo)
    assert stage.asked() == [stage.text("offer")]
    assert stage.labels() == stage.words["buttons"][0]
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]
    assert stage.text("pending") in await stage.panel("ana")
    await world.restart()
    await stage.press("bo", number)
    assert stage.asked() == [stage.text(came)]  # in its place: nothing piles up, nobody is pinged again
    assert rows(world, "SELECT host_name FROM session") == [("bo" if number == 0 else "ana",)]
    assert (stage.text("said no") in await stage.panel("ana")) is (number == 1)
    await world.env.advance_time(60)
    assert [pings(world, NEWS, name) for name in ("ana", "bo")] == [0, 1]


async def test_r18_a_cohost_is_asked_once_and_answers_where_it_stands(stage: Stage) -> None:
    world, bo = stage.world, stage.world.person("bo")
    for _ in range(2):
        await slash(world, "ana", "cohost", member=bo)
    assert stage.asked() == [stage.text("cohost")]
    assert stage.labels() == stage.words["buttons"][1]
    assert rows(world, "SELECT count(*) FROM cohost") == [(0,)]
    await stage.press("bo", 0)
    assert stage.asked() == [stage.text("shared")]
    assert rows(world, "SELECT user_id FROM cohost") == [(bo.id,)]
    await slash(world, "ana", "cohost", member=bo, remove=True)  # at once, and nobody is asked
    assert rows(world, "SELECT count(*) FROM cohost") == [(0,)]
    await world.env.advance_time(60)
    assert [pings(world, NEWS, name) for name in ("ana", "bo")] == [0, 1]


async def test_c8_whose_session_organizers_gave_away_is_told_once(stage: Stage) -> None:
    world = stage.world
    await stage.world.organizer("boss").slash(
        world.lobby, "openspace edit", session="1", host=world.person("bo")
    )
    await stage.press("bo", 0)
    await world.restart()
    await world.env.advance_time(60)
    assert stage.asked() == [stage.text("taken"), stage.text("handed")]
    assert [pings(world, NEWS, name) for name in ("ana", "bo", "boss")] == [1, 1, 0]


async def test_r18_a_press_on_an_offer_of_what_is_over_takes_its_buttons_away(stage: Stage) -> None:
    world = stage.world
    await slash(world, "ana", "edit", host=world.person("bo"))
    with world.env._bot_scope():
        ana = Person(world.person("ana").id, "ana")
        await world.bot.service.changes.cancel(world.guild.id, 1, ana, "")
    await stage.press("bo", 0)
    assert stage.asked() == [stage.text("late")]
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]


async def test_r5_what_they_host_meanwhile_is_said_kindly_and_the_offer_stays(stage: Stage) -> None:
    world = stage.world
    await slash(world, "ana", "edit", host=world.person("bo"))
    await world.host("bo", "Own", "10:45")
    said = await stage.press("bo", 0)
    assert stage.words["busy"] in all_text(said.followups[-1] if said.followups else told(said))
    assert stage.asked() == [stage.text("offer")]
    assert rows(world, "SELECT host_name FROM session WHERE id = 1") == [("ana",)]
    await slash(world, "bo", "edit", session="2", when="13:00")
    await stage.press("bo", 0)
    assert stage.asked() == [stage.text("taken")]


async def test_r18_a_cohost_asks_in_their_own_name_and_their_offers_end_with_their_powers(
    world: World,
) -> None:
    await world.host("ana", "Git", "10:30")
    await cohosted(world, "ana", "bo")
    await slash(world, "bo", "edit", host=world.person("cy"))
    *_, asked = world.said(NEWS)
    bo, cy = world.person("bo"), world.person("cy")
    assert asked.startswith(f"🙋 <@{cy.id}>, <@{bo.id}> asks you to host **Git**")
    assert pings(world, NEWS, "bo") == 1  # as they were asked themselves
    await slash(world, "ana", "cohost", member=bo, remove=True)
    assert "no longer offered to you" in read(await says(world, "cy", "Take it over"))
    assert rows(world, "SELECT host_name FROM session") == [("ana",)]
