"""A server without a programme: nothing is public, everyone is told why, and organizers make it so."""

from __future__ import annotations

from bot.service import Person
from tests.cogs.admin.conftest import WINDOW
from tests.cogs.conftest import slash
from tests.conftest import BOARD, World


async def test_nothing_is_made_and_nobody_can_host(bare: World) -> None:
    await bare.env.advance_time(3600)
    assert bare.names() == []
    for command in ("help", "list", "ideas"):
        assert "not set up in this server yet" in await slash(bare, "ana", command)
    assert "not set up" in await bare.host("ana", "Git")
    assert await bare.person("ana").autocomplete(bare.lobby, "openspace join", "session", "") == []


async def test_going_live_opens_the_board_and_outlives_a_restart(bare: World) -> None:
    boss = Person(bare.organizer().id, "boss", organizer=True)
    await bare.set(conference__name="PyMini", conference__timezone="Asia/Taipei")
    await bare.set(conference__windows=[WINDOW], conference__language="zh-TW")
    assert bare.names() == []
    with bare.env._bot_scope():
        await bare.bot.service.settings.go_live(bare.guild.id, boss)
    await bare.env.settle()
    assert BOARD in bare.guild.channels
    assert "PyMini" in await slash(bare, "ana", "help")
    await bare.restart()
    assert "Git" in await bare.host("ana", "Git")
    other = bare.env.create_guild("Elsewhere")
    await bare.env.settle()
    assert BOARD not in other.channels
