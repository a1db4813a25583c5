"""In direct messages the commands are there, and say where they work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cogs.conftest import Speak, read, told
from tests.conftest import World

COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("host", {}),
    ("host", {"topic": "Git", "when": "10:30"}),
    ("list", {}),
    ("list", {"show": "mine", "day": "2"}),
    ("join", {"session": "1"}),
    ("leave", {"session": "Git"}),
    ("edit", {}),
    ("edit", {"session": "1", "topic": "New"}),
    ("extend", {"minutes": 10}),
    ("end", {"session": "Git"}),
    ("cancel", {}),
    ("ideas", {}),
    ("help", {}),
    ("forget-me", {}),
    ("calendar", {}),
]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", "This works in a server, not in direct messages."),
        ("zh-TW", "請在伺服器裡使用，私訊無法使用。"),
    ],
)
async def test_every_command_says_so(
    world: World, speak: Speak, subtests: pytest.Subtests, language: str, said: str
) -> None:
    speak(language)
    await world.host("ana", "Git", "10:30")
    user = world.person("bo").user
    for command, options in COMMANDS:
        with subtests.test(command, **options):
            result = await user.slash(f"openspace {command}", **options)
            assert read(result) == said
            assert told(result).components == []


async def test_every_command_of_the_group_is_tried_here(world: World) -> None:
    tried = {f"openspace {command}" for command, _ in COMMANDS}
    tried |= {"openspace cohost"}  # nobody else is there to be named
    assert set(world.person("bo").user.available_commands()) == tried


async def test_nothing_is_offered(world: World) -> None:
    await world.host("ana", "Git", "10:30")
    user = world.person("bo").user
    own = [(command, "session") for command in ("join", "leave", "edit", "extend", "end", "cancel", "cohost")]
    for command, option in (("host", "when"), ("list", "day"), *own):
        assert await user.autocomplete(f"openspace {command}", option, "") == []
