"""Commands as people use them; after every test, no answer may have pinged or been seen by others."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import discord
import pytest
import simcord
from simcord.actors import MemberActor
from simcord.backend import serializers
from simcord.enums import InteractionType
from simcord.results import InteractionResult, ResponseMessage

from tests.conftest import MakeWorld, World, all_text, buttons

EPHEMERAL = 1 << 6
SPOKEN = {4, 7}
"""Callbacks that carry a message: a new one, and a changed one."""


@pytest.fixture
async def make_world(make_world: MakeWorld) -> AsyncIterator[MakeWorld]:
    """As everywhere, with a look at every answer when the test is over."""
    worlds: list[World] = []

    async def make(limit: int = 10, *, bare: bool = False, **sections: dict[str, Any]) -> World:
        worlds.append(await make_world(limit, bare=bare, **sections))
        return worlds[-1]

    yield make
    for world in worlds:
        check_quiet(world)


def check_quiet(world: World) -> None:
    """No answer pings (R16), and only the one who asked sees it."""
    for request in world.env.http_requests:
        body = request.json or {}
        if not isinstance(body, dict):
            continue
        if request.path.endswith("/callback"):
            data = body.get("data") or {}
            assert body["type"] != 5 or data["flags"] & EPHEMERAL, request
            if body["type"] not in SPOKEN:
                continue
            assert data.get("flags", 0) & EPHEMERAL or (
                body["type"] == 7
                and (answers_offer(data) or renews(data) or changes_own(world, request.path))
            ), request
            body = data
        elif request.method == "POST" and request.path.startswith("/webhooks/"):
            assert body["flags"] & EPHEMERAL, request
        elif request.path.startswith("/channels/") and "content" in body:
            assert body["allowed_mentions"]["parse"] == [], request  # by name only, never everyone
            continue
        if body.get("content") or body.get("components"):
            assert body["allowed_mentions"] == {"parse": []}, request


def changes_own(world: World, path: str) -> bool:
    """Whether the message that a click changes at once is one that only its reader sees."""
    backend = world.env.backend
    record = backend.interactions[int(path.split("/")[2])]
    assert record.source_message_id
    source = backend.get_message(record.channel_id, record.source_message_id)
    return bool(source.flags & EPHEMERAL)


def answers_offer(data: dict[str, Any]) -> bool:
    """Whether what stands now says what became of a question in public (R18): whoever asked is to see it."""
    return bool(re.match(r"[🎤🤝🙅⌛] .*<@\d+>", data.get("content") or ""))


def renews(data: dict[str, Any]) -> bool:
    """Whether what stands now is what a desk was asked in public (R9, R11), as it is by then."""
    return bool(re.match(r"⏳ <@\d+>|👍 Somebody|🏁 ", data.get("content") or ""))


async def says(world: World, name: str, label: str) -> InteractionResult:
    """Somebody presses a button under the last thing that they were asked in public (R18)."""
    who = world.person(name)
    said = [m for channel in world.guild.channels.values() for m in channel.history() if m.components]
    [*_, asked] = sorted((m for m in said if f":{who.id}" in components(m)), key=lambda m: m.id)
    return await who.click(asked, label=label)


def components(message: discord.Message) -> str:
    """What a message of the bot's is made of, as text."""
    return str([component.to_dict() for component in message.components])


async def cohosted(world: World, host: str, name: str, **options: Any) -> None:
    """Somebody is asked to co-host, and says yes."""
    await slash(world, host, "cohost", member=world.person(name), **options)
    await says(world, name, "Yes, I'll co-host")


Speak = Callable[[str], None]


@pytest.fixture
def speak(monkeypatch: pytest.MonkeyPatch) -> Speak:
    """Sets the language of everybody's Discord: `speak("zh-TW")`."""
    real = simcord.interactions.base_payload
    locale = "en-US"

    def payload(*args: Any, **options: Any) -> Any:
        record, made = real(*args, **options)
        return record, made | {"locale": locale}

    def choose(language: str) -> None:
        nonlocal locale
        locale = language

    monkeypatch.setattr(simcord.interactions, "base_payload", payload)
    return choose


def told(result: InteractionResult) -> ResponseMessage:
    """The answer of a command or a click: a message that only the person sees."""
    assert result.acknowledged
    assert result.response
    assert result.response.ephemeral
    return result.response


def read(result: InteractionResult) -> str:
    """What a person reads in an answer."""
    return all_text(told(result)).removeprefix("\n")  # a layout has no content


def first(result: InteractionResult) -> str:
    """What a person reads first in an answer, above the panel or list on which it stands."""
    return read(result).splitlines()[0]


async def slash(world: World, name: str, command: str, **options: Any) -> str:
    """`/openspace <command>` by this person; returns what they read. Where it asks first, they are sure."""
    who = world.person(name)
    result = await who.slash(world.lobby, f"openspace {command}", **options)
    asked = buttons(result.response).values() if command in {"end", "cancel"} and result.response else ()
    sure = next((custom_id for custom_id in asked if f":{command}now:" in custom_id), None)
    if sure and result.response:
        result = await who.click(result.response, custom_id=sure)
    return read(result)


async def click(person: MemberActor, message: ResponseMessage, label: str) -> InteractionResult:
    """A click on a button of an answer; the click is acknowledged whatever comes of it."""
    result = await person.click(message, label=label)
    assert result.acknowledged
    return result


async def press_anew(world: World, name: str, custom_id: str) -> InteractionResult:
    """A click on a button of ours as it may stand on any message, such as the board."""
    who = world.person(name)
    shown = told(await who.slash(world.lobby, "openspace help"))
    stored = world.env.backend.get_message(shown.channel_id, shown.id)
    stored.components[0]["components"][0]["custom_id"] = custom_id
    return await who.click(shown, custom_id=custom_id)


def clicked(world: World, name: str, message: ResponseMessage, custom_id: str) -> dict[str, Any]:
    """A click as Discord tells it to the bot, once it is emitted as INTERACTION_CREATE."""
    backend = world.env.backend
    stored = backend.get_message(message.channel_id, message.id)
    record, payload = simcord.interactions.base_payload(
        backend,
        type=InteractionType.MESSAGE_COMPONENT,
        channel_id=message.channel_id,
        guild_id=world.guild.id,
        user_id=world.person(name).id,
        data={"custom_id": custom_id, "component_type": 2},
    )
    record.source_message_id = message.id
    return payload | {"message": dict(serializers.message_payload(backend, stored))}


def press(world: World, name: str, message: ResponseMessage, custom_id: str) -> None:
    """A click that does not wait for its answer, as when two come at once."""
    world.env.backend.emit("INTERACTION_CREATE", clicked(world, name, message, custom_id))


async def submit(world: World, name: str, shown: InteractionResult, **values: Any) -> InteractionResult:
    """Send the form, with 'now' and the usual length where nothing else is said."""
    filled: dict[str, Any] = {"when": ["now"], "minutes": ["default"]} | values
    return await world.person(name).submit_modal(shown, filled)


def fields(shown: InteractionResult) -> dict[str, dict[str, Any]]:
    """The fields of the form that was opened."""
    assert shown.modal
    return {part["component"]["custom_id"]: part["component"] for part in shown.modal["components"]}
