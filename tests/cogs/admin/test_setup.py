"""`/openspace-admin setup`: from a server without a programme to the first open desk, in Discord alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.admin.conftest import ONLY
from tests.cogs.conftest import fields, read, told
from tests.conftest import BOARD, World, all_text

HOURS = "Thu 1 Jan 08:00-16:15\nDay 2: 2026-01-02 10:30-16:40\n* 14:30-15:20 No talks now"


@dataclass
class Hand:
    """An organizer's hand, which counts what it does: each click, each form that is sent."""

    world: World
    who: MemberActor
    clicks: int = 0
    shown: ResponseMessage | None = None
    forms: list[InteractionResult] = field(default_factory=list)

    async def opens(self) -> str:
        """`/openspace-admin setup`, which counts as one."""
        self.clicks += 1
        result = await self.who.slash(self.world.lobby, "openspace-admin setup")
        self.shown = told(result)
        return read(result)

    async def click(self, message: Any, **which: Any) -> InteractionResult:
        self.clicks += 1
        result = await self.who.click(message, **which)
        assert result.acknowledged
        if result.response:
            self.shown = result.response
        return result

    async def step(self, number: int, **values: Any) -> str:
        """Open the form of a step and send it; returns what the panel says then."""
        assert self.shown
        form = await self.click(self.shown, custom_id=self.button(f"openspace:setupstep:{number}"))
        return await self.send(form, **values)

    async def send(self, form: InteractionResult, **values: Any) -> str:
        self.clicks += 1
        filled = {name: _default(part) for name, part in fields(form).items()} | values
        result = await self.who.submit_modal(form, filled)
        self.shown = told(result)
        return read(result)

    def button(self, begins: str) -> str:
        """The custom_id of the button on the panel that begins so."""
        from tests.conftest import buttons

        assert self.shown
        ids = [each for each in all_ids(self.shown) if each.startswith(begins)]
        assert ids, (begins, buttons(self.shown))
        return ids[0]

    async def live(self) -> str:
        assert self.shown
        return read(await self.click(self.shown, custom_id=self.button("openspace:setuplive")))


def _default(part: dict[str, Any]) -> Any:
    """What a field holds as it is opened."""
    if part["type"] == 4:
        return part.get("value") or ""
    if part["type"] == 3:
        return [option["value"] for option in part["options"] if option.get("default")]
    return [each["id"] for each in part.get("default_values") or ()]


def all_ids(message: Any) -> list[str]:
    """The custom_ids of a message, in their order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("custom_id"):
                found.append(node["custom_id"])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(message.components)
    return found


@pytest.fixture
def boss(bare: World) -> Hand:
    return Hand(bare, bare.organizer())


async def test_from_nothing_to_the_first_open_desk_in_at_most_12_clicks(bare: World, boss: Hand) -> None:
    world = bare
    boss.clicks = 2  # 'Add to server': the server, and 'Authorize'
    assert "⬜ Not yet" in await boss.opens()
    assert "PyMini" in await boss.step(1, name="PyMini", city="Taipei")
    said = await boss.step(2, hours=HOURS)
    assert "🕘 **Day 1** Thu, Jan 1, 2026 08:00–16:15" in said
    assert "**Day 2** Fri, Jan 2, 2026 10:30–16:40" in said
    assert "✨ No talks now 14:30–15:20" in said
    assert "-# for you <t:1767225600:f> to <t:1767255300:t>" in said
    assert world.names() == []
    assert "Your Open Spaces are live" in await boss.live()
    board = world.channel(BOARD)
    form = await boss.click(world.layouts(BOARD)[0], label="Host one")
    boss.clicks += 1
    await boss.who.submit_modal(form, {"topic": "Git", "when": ["now"], "minutes": ["default"]})
    assert {"git", "Git"} <= set(world.names())
    assert board
    assert boss.clicks <= 12
