"""What people do and read in the tests of the board, the cards, the notices and of who is there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from bot.domain.models import Session, State
from bot.service import Person
from bot.store import sessions
from tests.conftest import BOARD, World
from tests.desks.conftest import rows
from tests.desks.strict import Call

MINUTE = timedelta(minutes=1)


def person(world: World, name: str) -> Person:
    """A member as the service knows them."""
    return Person(world.person(name).id, name)


async def act(world: World, name: str, what: str, *args: Any, session: int = 1, **options: Any) -> Any:
    """This person changes a session by a use case, as in `changes.end`: its buttons are tested elsewhere."""
    who = person(world, name)
    with world.env._bot_scope():
        done = await attrgetter(what)(world.bot.service)(world.guild.id, session, who, *args, **options)
    await world.env.settle()
    return done


async def send_out(world: World, who: str, name: str, channel: str, reason: str = "") -> Any:
    """Somebody sends somebody out by the card in a text channel; returns the answer."""
    message = card(world, channel)
    shown = await world.person(who).click(message, custom_id=ids_of(world, message)["Send out"])
    assert shown.modal
    sent = {"person": [str(world.person(name).id)], "told": reason}
    return await world.person(who).submit_modal(shown, sent)


async def burst(world: World, names: Iterable[str], what: str = "guests.join", session: int = 1) -> None:
    """All of them do the same in one moment."""
    people = [person(world, name) for name in names]
    with world.env._bot_scope():
        change = attrgetter(what)(world.bot.service)
        await asyncio.gather(*(change(world.guild.id, session, who) for who in people))
    await world.env.settle()


async def book(world: World, booked: Iterable[Session]) -> None:
    """Write many sessions in one go, as if people had booked them."""
    with world.env._bot_scope():
        async with world.bot.database.transaction() as tx:
            for session in booked:
                await sessions.add(tx, session, world.bot.service.now())
        world.bot.keeper.wake(world.guild.id)
    await world.env.settle()


def a_session(world: World, start: datetime, minutes: int = 60, topic: str = "Git", **fields: Any) -> Session:
    """A booked session of somebody's."""
    row = {"host_id": 1, "host_name": "Ana", "description": "", **fields}
    return Session(
        0, world.guild.id, topic=topic, start=start, end=start + minutes * MINUTE, state=State.BOOKED, **row
    )


def now(world: World) -> datetime:
    return world.env.now()


def components(world: World, message: Any) -> list[dict[str, Any]]:
    """What Discord has of a message."""
    stored = world.env.backend.get_message(message.channel.id, message.id)
    return list(_nodes(stored.components))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from _nodes(value)


def text_of(world: World, message: Any) -> str:
    """All that people read in a layout, but for its buttons."""
    return "\n".join(node["content"] for node in components(world, message) if node.get("content"))


def ids_of(world: World, message: Any) -> dict[str, str]:
    """The custom_ids of a message's buttons, by label."""
    return {n.get("label") or "": n["custom_id"] for n in components(world, message) if n.get("custom_id")}


def board(world: World) -> Any:
    """The board, which stands alone in its channel."""
    [message] = world.channel(BOARD).history()
    return message


def board_text(world: World) -> str:
    return text_of(world, board(world))


def card(world: World, channel: str) -> Any:
    """The card, of which a desk's channel has one."""
    [message] = world.layouts(channel)
    return message


def card_text(world: World, channel: str) -> str:
    return text_of(world, card(world, channel))


def edits(calls: Iterable[Call], message: Any) -> int:
    return sum(call.method == "PATCH" and call.message == message.id for call in calls)


async def delete_message(world: World, message: Any) -> None:
    """An organizer deletes a message."""
    backend = world.env.backend
    backend.delete_message(message.channel.id, message.id)
    await world.env.settle()


def pings(world: World, channel: str | None, name: str) -> int:
    """How often the bot has pinged somebody in a channel, or in a direct message."""
    where = f"/{world.channel(channel).id}/" if channel else ""
    who = str(world.person(name).id)
    return sum(
        who in map(str, (request.json or {}).get("allowed_mentions", {}).get("users", []))
        for request in world.env.http_requests
        if request.method == "POST" and where in request.path
    )


def actions(world: World, session: int = 1) -> list[str]:
    """The session's line in the audit trail, (R7)."""
    return [a for (a,) in rows(world, "SELECT action FROM audit WHERE session_id = ? ORDER BY id", session)]
