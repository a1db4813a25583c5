"""C7, R20: whoever has a new name in the server has it everywhere with their next act, whatever that is."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable

import pytest
from structlog.testing import capture_logs

from tests.cogs.conftest import click, slash, told
from tests.conftest import BOARD, World


def rename(world: World, name: str, new: str) -> None:
    """The person, or a moderator, changes their nickname in this server."""
    world.env.backend.guilds[world.guild.id].members[world.person(name).id].nick = new


async def by_command(world: World) -> None:
    await slash(world, "ana", "help")


async def by_button(world: World) -> None:
    page = told(await world.person("ana").slash(world.lobby, "openspace help"))
    rename(world, "ana", "Ana B.")
    await click(world.person("ana"), page, "Ideas")


async def by_form(world: World) -> None:
    page = told(await world.person("ana").slash(world.lobby, "openspace ideas"))
    form = await world.person("ana").click(page, custom_id="openspace:newidea")
    rename(world, "ana", "Ana B.")
    await world.person("ana").submit_modal(form, {"topic": "Snakes"})


async def by_a_refused_act(world: World) -> None:
    await world.join("ana", "no such thing")


Act = Callable[[World], Awaitable[None]]
ACTS: list[Act] = [by_command, by_button, by_form, by_a_refused_act]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
async def test_c7_any_act_takes_the_new_name_to_list_search_and_board(world: World, act: Act) -> None:
    await world.host("ana", "Git", "10:30")
    if act in {by_command, by_a_refused_act}:
        rename(world, "ana", "Ana B.")
    await act(world)
    await world.env.advance_time(10)
    assert "Ana B." in await slash(world, "bo", "list")
    [board] = world.layouts(BOARD)
    assert "Ana B." in str([component.to_dict() for component in board.components])
    assert "You're in: **Git**" in await world.join("bo", "Ana B")


async def test_r20_a_name_that_cannot_be_taken_over_undoes_no_answer_and_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Git", "10:30")
    rename(world, "ana", "Ana B.")

    async def broken(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patched, capture_logs() as logs:
        patched.setattr(world.bot.service.names, "take_name", broken)
        assert "Open Spaces at" in await slash(world, "ana", "help")
    assert "a name was not taken over" in " ".join(entry["event"] for entry in logs)
    await slash(world, "ana", "help")
    assert "Ana B." in await slash(world, "bo", "list")


async def test_r20_a_name_is_looked_up_once_while_it_stays_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.host("ana", "Git", "10:30")
    asked: list[object] = []
    real = world.bot.service.names.take_name

    async def counted(*args: object) -> None:
        asked.append(args)
        await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(world.bot.service.names, "take_name", counted)
    for _ in range(3):
        await slash(world, "ana", "help")
    assert asked == []
    rename(world, "ana", "Ana B.")
    for _ in range(3):
        await slash(world, "ana", "help")
    assert len(asked) == 1
