"""A small conference on a simulated Discord, for every test of what people see."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import coverage
import discord
import pytest
import simcord.env
from hypothesis import settings
from simcord._dpy_internals import _original_callback
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle, GuildHandle, RoleHandle
from simcord.env import Env

from bot.app import OpenSpaceBot, build_bot
from bot.config import load_config
from bot.demo.timers import virtual_timers
from bot.service import Person
from tests.service.support import examples

# No test times anything, and a busy machine is no failure; CI's profile stays what it is otherwise.
_GIVEN = settings.get_profile(settings.get_current_profile_name())
settings.register_profile("openspace", _GIVEN, deadline=None, max_examples=examples(_GIVEN.max_examples))
settings.load_profile("openspace")

UNCOUNTED = pytest.StashKey[bool]()
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder in it that is the user's alone
"""Linux's disk in memory: thousands of databases, each of whose commits waits for its disk (R15)."""


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files in memory where there is room; `--basetemp` chooses another place."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 2**29
    if roomy and not config.option.basetemp:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Choose whose lines are counted: tracing doubles what a simulated conference costs.

    Of a test's many cases on a whole conference the first counts; so the coverage is at least what is said.
    """
    seen: set[Any] = set()
    for item in items:
        if isinstance(item, pytest.Function) and "make_world" in item.fixturenames:
            item.stash[UNCOUNTED] = item.function in seen
            seen.add(item.function)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Count no lines in the tests chosen above, nor while their conference is set up and closed."""
    measured = coverage.Coverage.current() if item.stash.get(UNCOUNTED, False) else None
    if measured is None:
        return (yield)
    measured.stop()
    try:
        return (yield)
    finally:
        measured.start()


CONFIG = """
[conference]
name = "PyCon Sim"
timezone = "Asia/Taipei"
parallel_limit = {limit}

# The simulated clock starts at 08:00 of this day in Taipei.
[[conference.windows]]
name = "Day 1"
opens = 2026-01-01T08:00:00
closes = 2026-01-01T16:15:00

[[conference.windows]]
name = "Day 2"
opens = 2026-01-02T10:30:00
closes = 2026-01-02T16:40:00
highlights = [{{ name = "No talks now", opens = 2026-01-02T14:30:00, closes = 2026-01-02T15:20:00 }}]

[storage]
database = "openspace.sqlite3"
"""

BOARD, NEWS = "open-space-board", "open-space-news"
START = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)
"""The instant at which the simulated clock starts: 08:00 in Taipei."""
PATIENCE = 60.0
"""Seconds of real time that a slow machine may take for what the bot has to do at once."""


def all_text(message: Any) -> str:
    """Everything that a person reads in a message: its content, layout texts and button labels.

    Commands to click read as their names do.
    """
    found: list[str] = [message.content]

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            found.extend(str(node[k]) for k in ("content", "label") if node.get(k))
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(message.components if isinstance(message.components, list) and message.components else [])
    return re.sub(r"<(/[\w -]+):\d+>", r"`\1`", "\n".join(found))


def buttons(message: Any) -> dict[str, str]:
    """The buttons of an answer: custom_id by label."""
    found: dict[str, str] = {}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("type") == 2 and node.get("custom_id"):
                found[node.get("label") or ""] = node["custom_id"]
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(message.components)
    return found


SHORT = 0.25
"""Seconds up to which a wait is for the machine; what is longer is for the clock, which tests move."""


class PatientEnv(Env):
    """A simulated Discord in which a busy machine changes nothing: what the bot waits for comes when told.

    simcord runs a bot's timers by the real clock too, waits for those within its patience of five seconds
    (`settle_timeout`; at a start, whatever that says). Here only waits of less than a quarter of a second, as
    for a locked file, are real, and a slow machine has PATIENCE for each step. Whether something that worked
    now waits, as a task does that looks every minute, simcord asks every 50 ms: here every 2.
    """

    def __init__(self, bot: discord.Client) -> None:
        super().__init__(bot, settle_timeout=PATIENCE)

    def _schedule_timer(self, record: Any, *how: Any) -> None:
        if record.when - self._virtual_time < SHORT:
            super()._schedule_timer(record, *how)

    async def _settle_internal(self, *, timeout: float | None = None, **how: Any) -> None:  # noqa: ASYNC109
        await super()._settle_internal(timeout=timeout and max(timeout, PATIENCE), **how | {"idle": 0.002})


@dataclass
class World:
    """One guild with people, the bot in it, and handy questions."""

    env: Env
    folder: Path
    guild: GuildHandle
    lobby: ChannelHandle
    people: dict[str, MemberActor] = field(default_factory=dict)
    roles: tuple[RoleHandle, ...] = ()
    """What everyone who comes gets."""

    def person(self, name: str) -> MemberActor:
        """A member of the guild, by name; made when first asked for."""
        if name not in self.people:
            self.people[name] = self.guild.add_member(self.env.create_user(name), roles=self.roles)
        return self.people[name]

    @property
    def bot(self) -> OpenSpaceBot:
        assert isinstance(self.env.bot, OpenSpaceBot)
        return self.env.bot

    def organizer(self, name: str = "boss") -> MemberActor:
        """A member who may manage the server."""
        if name not in self.people:
            role = self.guild.create_role("Staff", permissions=discord.Permissions(manage_guild=True))
            self.people[name] = self.guild.add_member(self.env.create_user(name), roles=[role])
        return self.people[name]

    def with_role(self, role: RoleHandle, name: str) -> MemberActor:
        """A member with a role, made when first asked for."""
        if name not in self.people:
            self.people[name] = self.guild.add_member(self.env.create_user(name), roles=[role])
        return self.people[name]

    async def set(self, **values: Any) -> None:
        """Set settings of the server as an organizer does; `sessions__max_minutes=30`."""
        who = Person(self.organizer().id, "boss", organizer=True)
        with self.env._bot_scope():
            named = {key.replace("__", "."): value for key, value in values.items()}
            await self.bot.service.settings.set(self.guild.id, who, named)
        await self.env.settle()

    async def admin(self, command: str, name: str = "boss", **options: Any) -> str:
        """`/openspace-admin <command>` by this person, who is an organizer if new; returns what they read."""
        person = self.people.get(name) or self.organizer(name)
        result = await person.slash(self.lobby, f"openspace-admin {command}", **options)
        assert result.ephemeral
        assert result.response is not None
        return all_text(result.response)

    async def host(self, name: str, topic: str, when: str | None = None, **options: Any) -> str:
        """`/openspace host` by this person; returns what they read."""
        if when is not None:
            options["when"] = when
        result = await self.person(name).slash(self.lobby, "openspace host", topic=topic, **options)
        assert result.ephemeral
        assert result.response is not None
        return all_text(result.response)

    async def join(self, name: str, session: str) -> str:
        """`/openspace join` by this person; returns what they read."""
        result = await self.person(name).slash(self.lobby, "openspace join", session=session)
        assert result.ephemeral
        assert result.response is not None
        return all_text(result.response)

    async def until(self, local: str, day: int = 1) -> None:
        """Move the clock to a local time such as '10:30' of a day of the conference."""
        hours, minutes = map(int, local.split(":"))
        at = START + timedelta(days=day - 1, hours=hours - 8, minutes=minutes)
        await self.env.advance_time((at - self.env.now()).total_seconds())

    async def restart(self) -> None:
        """Stop the bot and start a fresh one on the same database."""
        old = self.bot
        await self.env.restart_bot(build_bot(load_config(self.folder / "config.toml")))
        await old.close()

    def names(self, kind: str | None = None) -> list[str]:
        """The names of the guild's channels of one kind ('voice', 'text', 'category') or of all.

        But for the lobby, the board's and the news'.
        """
        cached = self.bot.get_guild(self.guild.id)
        assert cached is not None
        found = [c for c in cached.channels if c.id != self.lobby.id and kind in {None, c.type.name}]
        return [c.name for c in found if c.name not in {BOARD, NEWS}]

    def channel(self, name: str) -> ChannelHandle:
        return self.guild.channels[name]

    def said(self, channel: str | ChannelHandle) -> list[str]:
        """What the bot and others wrote in a channel, oldest first: a desk's card, by which it opens, too.

        No other layouts, nor the notes of pinning.
        """
        handle = self.channel(channel) if isinstance(channel, str) else channel
        texts = (
            m.content or self.card_text(m)
            for m in handle.history()
            if m.type is not discord.MessageType.pins_add
        )
        return [text for text in texts if text]

    def card_text(self, message: Any) -> str:
        """All that people read in a desk's card but for its buttons; nothing where it is none."""
        stored = self.env.backend.messages[message.channel.id][message.id]
        if "'openspace:report:" not in str(stored.components):
            return ""

        def texts(nodes: list[Any]) -> Iterator[str]:
            for node in nodes:
                yield from [node["content"]] if node.get("content") else []
                yield from texts(node.get("components", []))

        return "\n".join(texts(stored.components))

    def layouts(self, channel: str) -> list[Any]:
        """The board, or the card, in a channel: messages without content."""
        return [m for m in self.channel(channel).history() if not m.content]

    def requests(self, method: str, part: str = "") -> list[str]:
        """The paths of the bot's requests with this method whose path holds `part`."""
        return [r.path for r in self.env.http_requests if r.method == method and part in r.path]

    def answers(self) -> list[str]:
        """What was sent to answer people, oldest first: at once, later, and beside it."""
        sent = [r for r in self.env.http_requests if r.path.startswith(("/interactions/", "/webhooks/"))]
        return [json.dumps(r.json, ensure_ascii=False) for r in sent]

    def body_of(self, index: int) -> str:
        return json.dumps(self.env.http_requests[index].json, ensure_ascii=False)


BARE = '[storage]\ndatabase = "openspace.sqlite3"\n'
"""A configuration without a conference: each server is set up in Discord."""


def write_config(folder: Path, limit: int = 10, *, bare: bool = False, **sections: dict[str, Any]) -> Path:
    """Write a config.toml; `sections` are tables such as sessions={'lead_minutes': 0}.

    Most tests seat nobody at their desks: without `no_show_minutes` of their own none is given away (R11).
    Discord's own events and backups are off where a test does not ask for them.
    """
    text = BARE if bare else CONFIG.format(limit=limit)
    sections["sessions"] = {"no_show_minutes": 0, "idle_minutes": 0} | sections.get("sessions", {})
    sections["events"] = {"enabled": False} | sections.get("events", {})
    sections["backup"] = {"every_hours": 0} | sections.get("backup", {})
    for name, table in sections.items():
        text += f"\n[{name}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in table.items())
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True, scope="session")
def _virtual_timers() -> Iterator[None]:
    """No test waits in real time for what the keeper will do in some seconds, nor for its time limits."""
    with virtual_timers():
        real = vars(simcord.env)["_active_callbacks"]

        def active(state: Any) -> list[Any]:
            for record in state.work.callbacks:
                callback = _original_callback(getattr(record.handle, "_callback", None))
                if isinstance(getattr(callback, "__self__", None), asyncio.Timeout) and record.real_handle:
                    record.real_handle.cancel()
            live: list[Any] = real(state)
            return live

        with patch.object(simcord.env, "_active_callbacks", active):
            yield


MakeWorld = Callable[..., Any]


@pytest.fixture
async def make_world(tmp_path: Path) -> AsyncIterator[MakeWorld]:
    """Makes a world: `await make_world(limit=2, sessions={'grace_minutes': 0})`; errors show at the end."""
    running: list[Env] = []

    async def make(limit: int = 10, *, bare: bool = False, **sections: dict[str, Any]) -> World:
        bot = build_bot(load_config(write_config(tmp_path, limit, bare=bare, **sections)))
        env = PatientEnv(bot)
        await env.start()
        running.append(env)
        guild = env.create_guild("PyCon Sim")
        lobby = guild.create_text_channel("lobby")
        await env.settle()
        return World(env, tmp_path, guild, lobby)

    yield make
    for env in running:
        bot = env.bot
        await env.shutdown()
        if isinstance(bot, discord.Client):
            await bot.close()
        env._raise_errors_since(env._errors_acknowledged)


@pytest.fixture
async def world(make_world: MakeWorld) -> World:
    """A guild with the limit of PyCon Taiwan: ten desks."""
    made = await make_world()
    assert isinstance(made, World)
    return made
