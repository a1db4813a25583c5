"""The keeper's tests: simcord with a strict Discord in front that fails on command, and handy questions."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import discord
import pytest
from discord.http import Route
from simcord.backend import serializers
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import ChannelType, OverwriteType
from simcord.http import FakeHTTPClient
from simcord.http.client import _path_of
from structlog.testing import capture_logs

from bot.app import OpenSpaceBot
from bot.desks.scene import Scene, look
from bot.desks.wishes import Wishes
from bot.domain.life import Need
from bot.domain.records import Kind
from bot.permissions import INVITE
from bot.service import Person
from bot.ui import card
from tests.conftest import BOARD, NEWS, World
from tests.desks import strict_events
from tests.desks.strict import Call, Strict, made_by_bot
from tests.desks.syncing import synced

Go = Callable[[], Awaitable[Any]]
Act = Callable[[Call, Go], Awaitable[Any]]

AREA = ("category", "Open Space", None)
ARCHIVE = ("category", "Open Space archive", None)
PLACES = [("text", BOARD, "Open Space"), ("text", NEWS, "Open Space")]
EMPTY = [AREA, ARCHIVE, *PLACES]

MAKE = ("POST", "/guilds/#/channels")
POST = ("POST", "/channels/#/messages")
EDIT = ("PATCH", "/channels/#/messages/#")
PIN = ("PUT", "/channels/#/messages/pins/#")
ARCHIVING = ("PATCH", "/channels/#")
DELETE = ("DELETE", "/channels/#")
MOVE = ("PATCH", "/guilds/#/members/#")


async def _as_it_is(_call: Call, go: Go) -> Any:
    return await go()


class Wire:
    """What lies between the bot and Discord. `act` may delay, fail, repeat or lose what the keeper asks.

    `calls` is what the keeper asked since it was `calm`, `routes` ever; `done` is what Discord did, and
    `log` what the bot logged.
    """

    def __init__(self, folder: Path) -> None:
        self.calls: list[Call] = []
        self.done: list[Call] = []
        self.routes: set[tuple[str, str]] = set()
        self.log: list[Any] = []
        self.strict = Strict()
        self.act: Act = _as_it_is
        self._database = folder / "openspace.sqlite3"

    async def request(self, real: Any, http: FakeHTTPClient, route: Route, **options: Any) -> Any:
        call = Call(route.method, _path_of(route.url), options.get("json"))
        if not call.is_desk:
            return await real(http, route, **options)
        self.calls.append(call)
        self.routes.add(call.route)

        async def go() -> Any:
            had = self.strict.judge(http.backend, call)
            if had:
                return had
            self._only_ours(call)
            after = _aftermath(http, call)
            with _as_simcord_wants_it(http, call):
                answer = await real(http, route, **options)
            if call.is_event and call.path.endswith("/users"):
                answer = strict_events.paged(answer, options["params"])
            self.done.append(call)
            after()
            self.strict.remember(http.backend, call, answer)
            return answer

        return await self.act(call, go)

    def _only_ours(self, call: Call) -> None:
        """R13: what is changed or deleted is recorded as ours."""
        if call.method in {"GET", "POST"} or call.route == MOVE:
            return
        if not read(
            self._database,
            "SELECT 1 FROM record WHERE discord_id = ?1 UNION SELECT 1 FROM posted WHERE message_id = ?1",
            call.event if call.is_event else call.message or call.target,
        ):
            self.strict.faults.append(f"{call.method} {call.path}: not ours")

    def on(self, which: Callable[[Call], bool], act: Act) -> None:
        """Let `act` have its way with some of the requests."""

        async def chosen(call: Call, go: Go) -> Any:
            return await act(call, go) if which(call) else await go()

        self.act = chosen

    def calm(self) -> None:
        """From now on all is well, and counted from here."""
        self.act = _as_it_is
        self.calls.clear()

    def count(self, method: str, route: str) -> int:
        return sum(call.route == (method, route) for call in self.calls)

    @property
    def words(self) -> list[Call]:
        """The messages asked for since it was calm, but for boards, and cards that open nothing."""
        return [call for call in self.calls if says(call)]

    @property
    def rest(self) -> list[Call]:
        """What was asked since it was calm, but for what keeps the board and cards current."""
        return [call for call in self.calls if not call.shows]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """What was asked since it was calm to keep the board and cards current."""
        return [call.route for call in self.calls if call.shows]


@contextmanager
def _as_simcord_wants_it(http: FakeHTTPClient, call: Call) -> Iterator[None]:
    """Let simcord pin and make events: it asks for other permissions than Discord, which judged already."""
    if call.route != ("PUT", "/channels/#/messages/pins/#") and not call.is_event:
        yield
        return
    guild_id = call.target if call.is_event else http.backend.get_channel(call.target).guild_id
    assert guild_id
    role = next(role for role in http.backend.get_guild(guild_id).roles.values() if role.managed)
    held, role.permissions = role.permissions, discord.Permissions.all().value
    try:
        yield
    finally:
        role.permissions = held


def _aftermath(http: FakeHTTPClient, call: Call) -> Callable[[], None]:
    """What Discord does besides when a channel is deleted, and simcord does not."""
    channel = http.backend.channels.get(call.target)
    if call.method != "DELETE" or channel is None:
        return lambda: None
    return lambda: _clear_up(http.backend, channel)


def _clear_up(backend: Any, channel: Any) -> None:
    for other in list(backend.channels.values()):
        if other.parent_id == channel.id:
            backend.edit_channel(other.id, {"parent_id": None})
    for user_id, state in list(backend.get_guild(channel.guild_id).voice_states.items()):
        if state.channel_id == channel.id:
            backend.set_voice_state(channel.guild_id, user_id, None)


@pytest.fixture(autouse=True)
def wire(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Wire]:
    """Every bot of this test speaks through it."""
    made = Wire(tmp_path)
    real = FakeHTTPClient.request

    async def request(http: FakeHTTPClient, route: Route, **options: Any) -> Any:
        return await made.request(real, http, route, **options)

    monkeypatch.setattr(FakeHTTPClient, "request", request)
    synced(monkeypatch)
    with capture_logs() as made.log:
        yield made
    assert made.strict.faults == []


# ------------------------------------------------------------------ what goes wrong


async def die(bot: OpenSpaceBot) -> Any:
    """The process ends here: what waits for this answer never has it, and nothing goes on."""
    closing_it = asyncio.get_running_loop().create_task(stop(bot))
    if (me := asyncio.current_task()) is not None:
        me.cancel()  # the answer to a command dies as well
    await asyncio.Event().wait()
    return closing_it


async def stop(bot: OpenSpaceBot) -> None:
    """Let a bot do nothing more by itself, whatever it was about to."""
    await bot.keeper.close()
    await bot.cases.close()
    await bot.door.close()


def lost(error: Exception) -> Act:
    """Discord does what is asked, and its answer does not arrive."""

    async def act(_call: Call, go: Go) -> Any:
        await go()
        raise error

    return act


def failing(error: Exception) -> Act:
    """Discord does nothing."""

    async def act(_call: Call, _go: Go) -> Any:
        raise error

    return act


def nth(number: int, which: Callable[[Call], bool] = lambda call: True) -> Callable[[Call], bool]:
    """The n-th of the requests from here on, counted from 0."""
    seen = iter(range(1_000_000))
    return lambda call: which(call) and next(seen) == number


def first(which: Callable[[Call], bool]) -> Callable[[Call], bool]:
    return nth(0, which)


def makes(kind: int) -> Callable[[Call], bool]:
    return lambda call: call.makes and call.json["type"] == kind


makes_voice = makes(ChannelType.VOICE)
makes_category = makes(ChannelType.CATEGORY)


def makes_text(call: Call) -> bool:
    """A desk's text channel."""
    return makes(ChannelType.TEXT)(call) and not makes_place(call)


def makes_place(call: Call) -> bool:
    """The board's channel, or that of the news."""
    return call.makes and call.json["name"] in {BOARD, NEWS}


def says(call: Call) -> bool:
    """A message in words, or a card that calls people as its desk opens."""
    return call.route == POST and (not call.shows or opens(call))


def opens(call: Call) -> bool:
    """A card that calls people as its desk opens (R8)."""
    return call.route == POST and call.shows and bool(call.json["allowed_mentions"].get("users"))


def posts(call: Call) -> bool:
    """The board or a card."""
    return call.route == POST and call.shows


def asks(method: str, path: str = "") -> Callable[[Call], bool]:
    """Requests about Discord's own events."""
    return lambda call: call.is_event and call.method == method and call.path.endswith(path)


# ------------------------------------------------------------------ what people do


def another_guild(world: World, name: str, permissions: discord.Permissions | None = None) -> World:
    """The bot is invited to one more server, with these permissions where they are not all."""
    backend = world.env.backend
    subscribers, backend.subscribers = backend.subscribers, []
    handle = world.env.create_guild(name)
    lobby = handle.create_text_channel("lobby")
    made = replace(world, guild=handle, lobby=lobby, people={})
    if permissions is not None:
        handle._guild.everyone_role.permissions = 0
        bot_role(made).permissions = permissions.value
        people = discord.Permissions(view_channel=True, use_application_commands=True)
        backend.channels[lobby.id].overwrites = [Overwrite(handle.id, OverwriteType.ROLE, people.value)]
        made.roles = (handle.create_role("People", permissions=people),)
    backend.subscribers = subscribers
    payload: dict[str, Any] = dict(serializers.guild_create_payload(backend, handle._guild))
    payload.pop("unavailable", None)  # it says that the server was known before
    backend.emit("GUILD_CREATE", payload)
    return made


def bot_role(world: World) -> Any:
    return next(role for role in world.guild._guild.roles.values() if role.managed)


async def give(world: World, permissions: discord.Permissions) -> None:
    """An organizer sets the permissions of the bot's role."""
    world.env.backend.edit_role(world.guild.id, bot_role(world).id, {"permissions": permissions.value})
    await world.env.settle()


INVITED = discord.Permissions(INVITE.value)


def without(*names: str) -> discord.Permissions:
    permissions = discord.Permissions(INVITE.value)
    permissions.update(**dict.fromkeys(names, False))
    return permissions


async def delete(world: World, *names: str) -> None:
    """An organizer deletes channels by hand."""
    for name in names:
        handle = world.channel(name)
        world.env.backend.delete_channel(handle.id)
        _clear_up(world.env.backend, handle._channel)
    await world.env.settle()


async def change(world: World, channel: str, **changes: Any) -> None:
    """An organizer changes a channel by hand."""
    world.env.backend.edit_channel(world.channel(channel).id, changes)
    await world.env.settle()


async def protect(world: World, name: str, overwrites: list[Overwrite]) -> None:
    """An organizer adds permission overwrites to a channel."""
    handle = world.channel(name)
    kept = [o for o in handle._channel.overwrites if o.target_id not in {n.target_id for n in overwrites}]
    world.env.backend.edit_channel(handle.id, {}, overwrites=kept + overwrites)
    await world.env.settle()


async def change_session(world: World, what: str, **options: Any) -> None:
    """Ana changes the server's first session (by the service: its commands are tested elsewhere)."""
    ana = Person(world.person("ana").id, "ana")
    [(session_id,)] = rows(world, "SELECT min(id) FROM session WHERE guild_id = ?", world.guild.id)
    with world.env._bot_scope():
        await attrgetter(what)(world.bot.service)(world.guild.id, session_id, ana, **options)
    await world.env.settle()


async def write(world: World, channel: str, name: str = "ana") -> None:
    """This person writes something at a desk, so that it is worth keeping (R9)."""
    author = world.person(name).id
    world.env.backend.create_message(world.channel(channel).id, author, "a link worth keeping")
    await world.env.settle()


async def enter(world: World, name: str, channel: str) -> None:
    await world.person(name).join_voice(world.channel(channel))


async def fill(world: World, number: int, category: ChannelHandle | None = None) -> list[ChannelHandle]:
    """Organizers have made this many channels."""
    made = [world.guild.create_text_channel(f"x{n}", category=category) for n in range(number)]
    await world.env.settle()
    return made


# ------------------------------------------------------------------------ questions


def read(path: Path, sql: str, *params: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, params).fetchall()


def rows(world: World, sql: str, *params: object) -> list[tuple[Any, ...]]:
    """Ask the database file itself."""
    return read(world.folder / "openspace.sqlite3", sql, *params)


def states(world: World) -> list[str]:
    sql = "SELECT state FROM session WHERE guild_id = ? ORDER BY id"
    return [state for (state,) in rows(world, sql, world.guild.id)]


def guild_of(world: World, call: Call) -> int:
    """The server that a request is about; 0 where its channel is gone."""
    if call.path.startswith("/guilds/"):
        return call.target
    channel = world.env.backend.channels.get(call.target)
    return (channel and channel.guild_id) or 0


def waiting(world: World) -> list[str]:
    """The kinds of the notices that are still to be sent."""
    sql = "SELECT kind FROM notice WHERE guild_id = ? AND done_at IS NULL ORDER BY id"
    return [kind for (kind,) in rows(world, sql, world.guild.id)]


def server(world: World) -> list[tuple[str, str, str | None]]:
    """Kind, name and category of the server's channels, but for the lobby and channels called x…."""
    channels = world.env.backend.channels
    kinds = {ChannelType.CATEGORY: "category", ChannelType.TEXT: "text", ChannelType.VOICE: "voice"}
    found = []
    for channel_id in world.guild._guild.channel_ids:
        channel = channels[channel_id]
        parent = channels.get(channel.parent_id or 0)
        name = channel.name or ""
        if channel_id != world.lobby.id and not name.startswith("x"):
            found.append((kinds[ChannelType(channel.type)], name, parent.name if parent else None))
    return found


def shows(world: World, *expected: tuple[str, str, str | None], places: str | None = "Open Space") -> bool:
    """Whether the server has just the two categories, `places` and these channels: none twice, none left."""
    always = [AREA, ARCHIVE, *((kind, name, places) for kind, name, _ in PLACES)]
    assert sorted(server(world), key=str) == sorted([*always, *expected], key=str)
    _books_agree(world)
    return True


def _books_agree(world: World) -> None:
    """Every channel and layout that the bot recorded exists, and no other is its own."""
    places = "('area', 'archive', 'board', 'news', 'voice', 'text')"
    sql = f"SELECT discord_id FROM record WHERE guild_id = ? AND gone_at IS NULL AND kind IN {places}"
    recorded = [channel_id for (channel_id,) in rows(world, sql, world.guild.id)]
    backend = world.env.backend
    assert sorted(recorded, key=str) == sorted(made_by_bot(backend, world.guild.id), key=str)
    sql = (
        "SELECT discord_id FROM record WHERE guild_id = ? AND gone_at IS NULL"
        " AND kind IN ('board-message', 'tomorrow', 'card')"
    )
    known = [message_id for (message_id,) in rows(world, sql, world.guild.id)]
    assert sorted(known, key=str) == sorted(layouts(world), key=str)


def layouts(world: World) -> dict[int, Any]:
    """The boards and cards in the server, by id."""
    found = (
        m for c in world.guild._guild.channel_ids for m in world.env.backend.messages.get(c, {}).values()
    )
    return {message.id: message for message in found if message.flags & 1 << 15}


async def up_to_date(world: World) -> bool:
    """Whether the board and every card show what is true now, and the open desks' cards are pinned."""
    with world.env._bot_scope():
        book = await world.bot.book.read(world.guild.id)
    bot, there = world.bot, layouts(world)
    guild = bot.get_guild(world.guild.id)
    assert guild
    programme, settings = bot.service.programme(guild.id), bot.keeper._settings(guild.id)
    words = bot.words_in(guild.id)
    scene = Scene(book, look(guild, book), programme, settings, words=words)
    for wish in Wishes().of(scene):
        record = scene.mine.get(wish.key)
        if isinstance(wish.how, discord.ui.LayoutView) and (wish.need is Need.LIVE or record):
            assert record
            assert record.discord_id
            drawings = [wish.how]
            if wish.session:  # the card that opened a desk names people by mentions until it changes
                how = words, book.showings[wish.session.id], programme, scene.now
                drawings.append(card.calling(*how, ())[0])
            shown = _read(there[record.discord_id].components)
            assert shown in [_read(each.to_components()) for each in drawings]  # type: ignore[no-untyped-call]
            assert there[record.discord_id].pinned is (wish.kind is Kind.CARD)
    return True


def _read(components: Any) -> list[Any]:
    """All that a person reads in a layout, and what its buttons do."""
    if isinstance(components, list):
        return [found for each in components for found in _read(each)]
    if not isinstance(components, dict):
        return []
    own = [components[key] for key in ("content", "label", "custom_id") if key in components]
    return own + [found for value in components.values() for found in _read(value)]


def desk(topic: str, text: str, area: str = "Open Space") -> tuple[tuple[str, str, str], ...]:
    """A desk's two channels as `server` shows them."""
    return ("voice", topic, area), ("text", text, area)


def archived(text: str, archive: str = "Open Space archive") -> tuple[str, str, str]:
    return "text", text, archive


def mentions(world: World, channel: str) -> list[str]:
    """Everyone whom the bot mentioned in a channel, each as often as they were."""
    path = f"/channels/{world.channel(channel).id}/messages"
    sent = [request.json for request in world.env.http_requests if request.path == path and request.json]
    return [str(user) for message in sent for user in message["allowed_mentions"].get("users", [])]


def overwrites(world: World, channel: str) -> dict[int, tuple[discord.Permissions, discord.Permissions]]:
    """What a channel allows and denies, by the id of the role or member."""
    found = world.channel(channel)._channel.overwrites
    return {o.target_id: (discord.Permissions(o.allow), discord.Permissions(o.deny)) for o in found}


def hears(world: World) -> None:
    """Moderators read Discord's own updates in the lobby, and so what the bot has to tell organizers."""
    world.env.backend.edit_guild(world.guild.id, {"public_updates_channel_id": world.lobby.id})


def told(world: World) -> list[str]:
    """What organizers were told."""
    return [text for text in world.said(world.lobby) if "⚠" in text]


async def wait(world: World, minutes: float) -> None:
    await world.env.advance_time(minutes * 60)
