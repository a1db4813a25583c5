"""An organizer's hand on the panel of the set-up, which counts what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from tests.cogs.conftest import fields, read, told
from tests.conftest import World

HOURS = "Thu 1 Jan 08:00-16:15\nDay 2: 2026-01-02 10:30-16:40\n* 14:30-15:20 No talks now"


@dataclass
class Hand:
    """Each click and each form that is sent counts as one."""

    world: World
    who: MemberActor
    clicks: int = 0
    shown: ResponseMessage | None = None

    @property
    def panel(self) -> ResponseMessage:
        assert self.shown
        return self.shown

    async def opens(self) -> str:
        """`/openspace-admin setup`."""
        self.clicks += 1
        result = await self.who.slash(self.world.lobby, "openspace-admin setup")
        self.shown = told(result)
        return read(result)

    async def click(self, message: Any, **which: Any) -> InteractionResult:
        self.clicks += 1
        result = await self.who.click(message, **which)
        assert result.acknowledged
        return result

    async def press(self, begins: str) -> InteractionResult:
        """Click the button of the panel that begins so."""
        result = await self.click(self.panel, custom_id=self.button(begins))
        if result.response:
            self.shown = told(result)
        return result

    async def form(self, step: int) -> InteractionResult:
        """Open the form of a step."""
        form = await self.press(f"openspace:setupstep:{step}")
        assert form.modal
        return form

    async def step(self, step: int, **values: Any) -> str:
        """Open the form of a step and send it; returns what the panel says then."""
        return await self.send(await self.form(step), **values)

    async def send(self, form: InteractionResult, **values: Any) -> str:
        """Send a form as it is but for these values."""
        self.clicks += 1
        filled = {name: value for name, part in fields(form).items() if (value := held(part)) is not None}
        result = await self.who.submit_modal(form, filled | values)
        self.shown = told(result)
        return read(result)

    async def choose(self, zone: str) -> str:
        """Choose one of the zones that are offered."""
        self.clicks += 1
        (menu,) = (node for node in nodes(self.panel.components) if "setupzone" in node.get("custom_id", ""))
        value = next(each["value"] for each in menu["options"] if each["value"].startswith(f"{zone}|"))
        result = await self.who.select(self.panel, [value], custom_id=menu["custom_id"])
        self.shown = told(result)
        return read(result)

    async def fill(self) -> str:
        """Fill in what a conference must have."""
        await self.opens()
        await self.step(1, name="PyMini", city="Taipei")
        return await self.step(2, hours=HOURS)

    async def live(self) -> str:
        return read(await self.press("openspace:setuplive"))

    def button(self, begins: str) -> str:
        """The custom_id of the button of the panel that begins so."""
        found = [each for each in custom_ids(self.panel) if each.startswith(begins)]
        assert found, (begins, custom_ids(self.panel))
        return found[0]

    def disabled(self, begins: str) -> bool:
        """Whether a button of the panel waits for something."""
        found = next(n for n in nodes(self.panel.components) if n.get("custom_id", "").startswith(begins))
        return bool(found.get("disabled"))

    def label(self, begins: str) -> str:
        found = next(n for n in nodes(self.panel.components) if n.get("custom_id", "").startswith(begins))
        return str(found["label"])


def held(part: dict[str, Any]) -> Any:
    """What a field holds as it is opened; None for menus of roles and channels, which keep what they have."""
    if part["type"] == 4:
        return part.get("value") or ""
    if part["type"] == 3:
        return [option["value"] for option in part["options"] if option.get("default")]
    return None


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every component of a message or a form."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from nodes(value)


def custom_ids(message: ResponseMessage) -> list[str]:
    """What the buttons and menus of a message do, in their order."""
    return [node["custom_id"] for node in nodes(message.components) if node.get("custom_id")]
