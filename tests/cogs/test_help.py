"""`/openspace help`."""

from __future__ import annotations

import pytest

from tests.cogs.conftest import Speak, click, read, told
from tests.conftest import World, buttons


@pytest.mark.parametrize(
    ("language", "title"), [("en-US", "## Open Spaces at PyCon Sim"), ("zh-TW", "## PyCon Sim 的 Open Space")]
)
async def test_help_in_eight_lines_with_three_ways_on(
    world: World, speak: Speak, language: str, title: str
) -> None:
    speak(language)
    ana = world.person("ana")
    shown = told(await ana.slash(world.lobby, "openspace help"))
    assert shown.content.startswith(title)
    assert len(shown.content.splitlines()) == 8
    assert f"<#{world.channel('open-space-board').id}>" in shown.content
    host, look, ideas = buttons(shown)
    assert (await click(ana, shown, host)).modal
    assert "## 💡" in read(await click(ana, shown, ideas))
    again = told(await ana.slash(world.lobby, "openspace help"))
    assert "## Open Space" in read(await click(ana, again, look))


async def test_help_after_the_conference(world: World) -> None:
    await world.until("18:00", day=2)
    shown = told(await world.person("ana").slash(world.lobby, "openspace help"))
    assert "The Open Spaces are over. See you next time!" in shown.content
