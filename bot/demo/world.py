"""A conference on a simulated Discord: the guild, its people, the clock, and the very same bot.

Only what Discord and people do is simulated. simcord runs one operation at a time, so whoever shares a
world between tasks takes turns (see bot/demo/page.py).
"""

from __future__ import annotations

import socket
import tempfile
import tomllib
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import discord
import structlog
import typer
from simcord import ChannelHandle, Env, GuildHandle, MemberActor
from simcord.backend.access import can_access_channel
from simcord.backend.models import ScheduledEvent

from bot.app import OpenSpaceBot, build_bot
from bot.config import Backup, Config, Organizers, Storage, parse_config
from bot.config_web import Web
from bot.demo.timers import virtual_timers
from bot.demo.tongues import speaking
from bot.domain.programme import Programme
from bot.domain.records import Kind
from bot.paths import example_file
from bot.service import Asked, Card, Show
from bot.service import Person as Member
from bot.store.database import Database

EVERYTHING = 1000
"""More sessions than a demo has."""
NAME, DESKS = "PyCon Taiwan 2021", 10
HOME = ZoneInfo("Asia/Taipei")
"""Whose clocks the demo's people read before anybody has set a zone."""
FIRST_DAY = date(2021, 10, 2)
HOST, SLUG = "127.0.0.1", "pycon-tw-2021"
"""Where the demo is, and the board's page there."""
STAFF_ROOM = "organizers"
"""A channel that only organizers and the bot see, where Discord tells moderators."""
BUILT = datetime(2021, 9, 27, tzinfo=UTC)
"""When the server and its people came to be: always the same, so that a kept database knows their ids."""
AHEAD = timedelta(days=5)
"""How long before its first window a server is there at least."""
PATIENCE = 5.0
"""Seconds for which simcord lets the bot work on what one thing asks of it."""
ALIVE = {discord.EventStatus.scheduled.value, discord.EventStatus.active.value}
CLOCK = "demo clock"
"""Where a kept database remembers how late it was when the demo ended."""

PEOPLE = (
    ("Ana", "host", "en-US"),
    ("Kenji", "host", "en-US"),
    ("Priya", "host", "en-US"),
    ("Jonas", "host", "en-US"),
    ("Lucía", "host", "en-US"),
    ("Noor", "host", "en-US"),
    ("Wei", "host", "en-US"),
    ("美玲", "host", "zh-TW"),
    ("Ben", "attendee", "en-US"),
    ("Sofia", "attendee", "en-US"),
    ("Tariq", "attendee", "en-US"),
    ("Yuki", "attendee", "en-US"),
    ("Zoe", "attendee", "en-US"),
    ("志豪", "attendee", "zh-TW"),
    ("Olivia", "organizer", "en-US"),
)
"""Names, what brings them here, and the language of their Discord."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the conference."""

    actor: MemberActor
    name: str
    part: str
    language: str


@dataclass(slots=True)
class World:
    """The running conference."""

    env: Env
    config: Config
    guild: GuildHandle
    lobby: ChannelHandle
    people: dict[str, Person]
    again: bool = False
    """Whether the database was there before, and the conference goes on where it ended."""
    faults: list[str] = field(default_factory=list)
    """What the bot reported as its own faults."""

    @property
    def bot(self) -> OpenSpaceBot:
        """The bot that runs now."""
        assert isinstance(self.env.bot, OpenSpaceBot)  # noqa: S101 - for the type checker
        return self.env.bot

    @property
    def programme(self) -> Programme:
        """The conference's windows and limits, as the bot sees them."""
        return self.bot.service.programme(self.guild.id)

    @property
    def zone(self) -> ZoneInfo:
        """The conference's zone; its people's where it has none yet."""
        return self.programme.zone if self.programme.windows else HOME

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the clocks at the conference show it."""
        return instant.astimezone(self.zone)

    def now(self) -> datetime:
        """Return the time as the clocks at the conference show it."""
        return self.local(self.env.now())

    def at(self, clock: str, day: int = 1) -> datetime:
        """Return the instant of a clock time such as '10:30' on a day of the conference."""
        days = self.programme.days() or [FIRST_DAY]
        return datetime.combine(days[day - 1], time.fromisoformat(clock), self.zone)

    def clock(self, instant: datetime) -> str:
        """Return an instant as the conference's clocks show it, with the day where that is not today."""
        local = self.local(instant)
        return f"{local:%H:%M}" if local.date() == self.now().date() else f"{local:%a %H:%M}"

    async def advance(self, seconds: float) -> None:
        """Let time pass; whatever is due happens at its own instant on the way."""
        await self.env.advance_time(max(seconds, 0.0))
        # Discord disconnects people from a channel that is deleted; simcord leaves them in it.
        for person in self.people.values():
            where = self.voice_of(person)
            if where is not None and where not in self.env.backend.channels:
                await person.actor.leave_voice()

    async def until(self, clock: str, day: int = 1) -> None:
        """Let time pass up to a clock time of the conference."""
        await self.advance((self.at(clock, day) - self.env.now()).total_seconds())

    async def restart(self) -> None:
        """Stop the bot and start a fresh one on the same database, and on the same port."""
        old = self.bot
        if old.web:
            await old.web.close()
        await self.env.restart_bot(build_bot(self.config))
        await old.close()

    def channel(self, channel_id: int) -> ChannelHandle | None:
        """Return a channel of the guild, or a private one, by its id, if it still exists."""
        found = self.env.backend.channels.get(channel_id)
        return ChannelHandle(self.env, self.guild if found.guild_id else None, found) if found else None

    def place(self, name: str) -> ChannelHandle:
        """Return a channel of the guild by its name. Raises KeyError where there is none."""
        return self.guild.channels[name]

    def board(self) -> discord.Message:
        """Return the board as it is now."""
        return next(m for m in self.place(self.config.channels.board).history() if m.components)

    def events(self) -> list[ScheduledEvent]:
        """Return Discord's own events that are on or to come, soonest first."""
        known = self.env.backend.get_guild(self.guild.id).scheduled_events.values()
        alive = [event for event in known if event.status in ALIVE]
        return sorted(alive, key=lambda event: (event.scheduled_start_time, event.id))

    async def wish(self, name: str, topic: str) -> None:
        """Let somebody put up an idea."""
        actor = self.people[name].actor
        page = (await actor.slash(self.lobby, "openspace ideas")).response
        if page:
            form = await actor.click(page, custom_id="openspace:newidea")
            await actor.submit_modal(form, {"topic": topic})

    async def cards(self) -> Sequence[Card]:
        """Return every session of the conference that was not called off, as a stranger sees it."""
        return (await self.bot.service.lists.look(self.guild.id, 0, Asked(Show.ALL), EVERYTHING)).cards

    async def desk(self, topic: str) -> dict[Kind, ChannelHandle]:
        """Return the channels of a session that exist, by its topic."""
        known = next(card.channels for card in await self.cards() if card.session.topic == topic)
        handles = ((kind, self.channel(channel_id)) for kind, channel_id in known.items())
        return {kind: handle for kind, handle in handles if handle}

    @property
    def language(self) -> str:
        """The language of what everybody sees: en, zh-TW or both."""
        return self.bot.rulebook.of(self.guild.id).server.language

    async def speak(self, language: str) -> None:
        """Let an organizer set the language of what everybody sees. Raises Refusal for one that is none."""
        boss = next(person for person in self.people.values() if person.part == "organizer")
        who = Member(boss.actor.id, boss.name, organizer=True)
        with self.env._bot_scope():  # what the bot does then is its own, and its timers run by our clock
            await self.bot.service.settings.set(self.guild.id, who, {"conference.language": language})

    def private(self, person: Person) -> ChannelHandle | None:
        """Return the channel in which the bot tells somebody what is for them alone, once it has."""
        number = self.env.backend.dm_channels.get(person.actor.id)
        return self.channel(number) if number else None

    def seen_by(self, channel: ChannelHandle) -> list[Person]:
        """Return who sees a channel and what was said in it."""
        people = self.people.values()
        return [p for p in people if can_access_channel(self.env, channel.id, p.actor, history=True)]

    def voice_of(self, person: Person) -> int | None:
        """Return the id of the voice channel that a person is in."""
        state = self.guild.voice_states().get(person.actor.id)
        return state.channel_id if state else None


def demo_config(
    database: Path, own: Config | None = None, *, bare: bool = False, web_port: int = 8080
) -> Config:
    """Return PyCon Taiwan 2021 with ten desks, on this database file; `bare`: nothing of a conference.

    `own` is somebody's own configuration: a copy without what only their server has, or their computer.
    Its page is on the web, on this port of loopback.
    """
    web = {"public_url": f"http://{HOST}:{web_port}", "address": HOST, "port": web_port}
    if own:
        alone = {"organizers_channel": 0, "log_channel": 0, "audience": ()}
        left_out: dict[str, Any] = {
            "storage": Storage(database=str(database.absolute())),
            "backup": Backup(every_hours=0),
            "channels": own.channels.model_copy(update=alone),
            "organizers": Organizers(),
            "page": own.page.model_copy(update={"on": True, "slug": own.page.slug or "open-spaces"}),
            "web": Web.model_validate(web),
            "health": None,
        }
        return own.model_copy(update=left_out)
    data = tomllib.loads(example_file().read_text(encoding="utf-8"))
    data["conference"]["parallel_limit"] = DESKS
    data["page"] = {"on": True, "slug": SLUG, "host_names": True, "embed_origins": ["https://tw.pycon.org"]}
    data["web"] = web
    if bare:
        del data["conference"]
    data["storage"], data["backup"] = {"database": str(database.absolute())}, {"every_hours": 0}
    return parse_config(data, Path.cwd())


@asynccontextmanager
async def open_world(
    clock: str,
    database: Path | None = None,
    *,
    own: Config | None = None,
    patience: float = PATIENCE,
    aloud: bool = False,
    bare: bool = False,
) -> AsyncIterator[World]:
    """Run the bot from a clock time of day 1 on, or from where a kept database ended.

    `own`: somebody's own configuration, from when its first window opens. `bare`: the server has no programme
    yet, and its organizers set it up in Discord. `aloud` passes the bot's warnings and faults on to stderr.
    Raises what a person can mend: `StoreError` and `ConfigError`.
    """
    async with AsyncExitStack() as stack:
        if database is None:
            database = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "demo.sqlite3"
        config = demo_config(database, own, bare=bare, web_port=_free_port())
        late = await _late(config.database)
        faults: list[str] = []
        stack.enter_context(_listening(faults, aloud=aloud))
        stack.enter_context(virtual_timers())
        env = Env(build_bot(config), settle_timeout=patience)
        world = _build(env, config)
        world.again, world.faults = late is not None, faults
        languages = {person.actor.id: person.language for person in world.people.values()}
        stack.enter_context(speaking(env, languages))
        windows = own.programme().windows if own else ()
        start = late or (windows[0].start if windows else world.at(clock))
        env.backend.advance_clock((start - env.now()).total_seconds())
        stack.push_async_callback(_close, world)
        await env.start()
        yield world
        await world.bot.service.memory.keep(CLOCK, str(int(env.now().timestamp())))


def _free_port() -> int:
    """Return a port that is free now: pages name it before it is opened."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


async def _close(world: World) -> None:
    await world.env.shutdown()
    await world.bot.close()


async def _late(path: Path) -> datetime | None:
    """Return how late it was when a kept database was last used; None for a new one."""
    async with Database(path) as database:
        known = "SELECT max(at) AS at FROM audit UNION ALL SELECT value FROM bot_state WHERE key = ?"
        stamps = [int(row["at"]) for row in await database.read.all(known, CLOCK) if row["at"]]
    return datetime.fromtimestamp(max(stamps), UTC) + timedelta(seconds=1) if stamps else None


def _build(env: Env, config: Config) -> World:
    """Make the server and its people, in the same order and at the same instant every time."""
    programme = config.programme()
    built = min([BUILT, *(window.start - AHEAD for window in programme.windows[:1])])
    env.backend.advance_clock((built - env.now()).total_seconds())
    env.backend.edit_bot_profile("Open Space")
    guild = env.create_guild(programme.name or NAME)
    plenum = guild.create_category("Conference")
    lobby = guild.create_text_channel(
        "lobby", category=plenum, topic="Type /openspace here, or anywhere else"
    )
    guild.create_text_channel("introductions", category=plenum)
    guild.create_voice_channel("Coffee corner", category=plenum)
    organizers = guild.create_role("Organizers", permissions=discord.Permissions(manage_guild=True))
    people = {}
    for name, part, language in PEOPLE:
        roles = [organizers] if part == "organizer" else []
        actor = guild.add_member(env.create_user(name.lower(), global_name=name), roles=roles)
        people[name] = Person(actor, name, part, language)
    hidden, seen = (discord.PermissionOverwrite(view_channel=view) for view in (False, True))
    ours = next(role for role in guild.roles.values() if role._role.managed)
    room = guild.create_text_channel(
        STAFF_ROOM, category=plenum, overwrites={guild.default_role: hidden, organizers: seen, ours: seen}
    )
    env.backend.edit_guild(guild.id, {"public_updates_channel_id": room.id})
    return World(env, config, guild, lobby, people)


@contextmanager
def _listening(faults: list[str], *, aloud: bool) -> Iterator[None]:
    """Keep the bot's log out of the demo's own words, and its faults in mind."""

    def keep(_: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        fields = ", ".join(f"{k}={v}" for k, v in event.items() if k not in {"event", "exception"})
        line = f"{event['event']} ({fields})" if fields else str(event["event"])
        if method in {"error", "critical"}:
            faults.append(line)
        if aloud:
            typer.echo("\n".join(filter(None, (f"bot: {line}", event.get("exception")))), err=True)
        raise structlog.DropEvent

    old = structlog.get_config()
    structlog.configure(
        processors=[structlog.processors.format_exc_info, keep],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
    )
    try:
        yield
    finally:
        structlog.configure(**old)
