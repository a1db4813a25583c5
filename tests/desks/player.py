"""Plays a random conference: people, organizers' hands, Discord's moods and the machine's."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import aiohttp
import discord
from simcord.actors import MemberActor
from simcord.backend.errors import BackendError, SetupError
from simcord.builders import ChannelHandle

from bot.app import build_bot
from bot.config import load_config
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui import card
from tests.conftest import PatientEnv, World, write_config
from tests.desks import organizers, tampering
from tests.desks.conftest import Act, Wire, die, failing, lost, nth, rows, stop
from tests.desks.rush import rush
from tests.desks.strict import Call, Strict, http_error

PEOPLE = ("ana", "bob", "eve", "kai")
FORBIDDEN, BROKEN = "forbidden", "Broken drawing"
TOPICS = (
    "Git",
    "Async testing",
    "開放空間",
    "**Board** games @everyone",
    "x" * 100,
    "Forbidden fruit",
    BROKEN,
)
WORDS = {"topic", "reason", "announcement", "why", "answer", "report", "told"}
"""The fields of forms that take any words."""
CALM = 13 * 60
"""Seconds after which nothing that failed still waits: the keeper's longest pause is ten minutes."""
FAULTS: tuple[Act, ...] = (
    failing(discord.RateLimited(40)),
    failing(http_error(429)),
    failing(http_error(500)),
    failing(http_error(503)),
    failing(aiohttp.ClientConnectionError()),
    lost(http_error(500)),
    lost(http_error(503)),
    lost(aiohttp.ServerDisconnectedError()),
    lost(TimeoutError()),
)


@dataclass
class Player:
    """One sequence: `told` is what was done so far.

    `limit` is how many desks there are in its file; `room` where organizers alone read, if anywhere; `crowd`:
    ten desks are open from the start.
    """

    seed: int
    world: World
    wire: Wire
    rng: random.Random
    limit: int
    crowd: bool = False
    room: ChannelHandle | None = None
    theirs: set[int] = field(default_factory=set)
    clones: set[int] = field(default_factory=set)
    broken: bool = False
    told: list[str] = field(default_factory=list)
    answers: list[tuple[MemberActor, Any]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def playing(
        cls, seed: int, folder: Path, wire: Wire, *, crowd: bool = False
    ) -> AsyncIterator[Player]:
        """A conference with settings of its own."""
        rng = random.Random(seed)
        pick = rng.choice
        limit = organizers.DESKS if crowd else rng.randint(1, 3)
        config = write_config(
            folder,
            limit,
            sessions={
                "lead_minutes": pick([0, 5]),
                "grace_minutes": pick([0, 10]),
                "max_overrun_minutes": pick([0, 30]),
                "no_show_minutes": pick([0, 10]),
                "idle_minutes": pick([0, 10]),
            },
            channels={"archive": pick([True, True, False]), "tomorrow": pick([True, False])},
            events={"enabled": pick([True, False])},
        )
        wire.strict, wire._database = Strict(), folder / "openspace.sqlite3"
        wire.strict.forbidden = FORBIDDEN
        wire.calm()
        env = PatientEnv(build_bot(load_config(config)))
        await env.start()
        try:
            guild = env.create_guild("PyCon Sim")
            lobby = guild.create_text_channel("lobby")
            await env.settle()
            world = World(env, folder, guild, lobby)
            player = cls(seed, world, wire, rng, limit, crowd, theirs={lobby.id})
            await organizers.use_room(player)
            if crowd:
                await organizers.open_desks(player)
            with patch.object(card, "layout", player.draw(card.layout)):
                yield player
            assert wire.strict.faults == []
        finally:
            wire.calm()
            bot = env.bot
            await env.shutdown()
            assert isinstance(bot, discord.Client)
            await bot.close()
            env._raise_errors_since(env._errors_acknowledged)

    async def play(self) -> None:
        """From ten to twenty-four things happen, one after the other or some at once."""
        for _ in range(self.rng.randint(10, 24)):
            acts = self.rng.choice([ACTS, organizers.ACTS]) if self.crowd else ACTS
            happens = self.rng.choices([act for act, _ in acts], [weight for _, weight in acts])[0]
            self.told.append(happens.__name__.strip("_"))
            await happens(self)

    def draw(self, layout: Callable[..., Any]) -> Callable[..., Any]:
        """Let the drawing of one topic's card fail, while it is broken."""

        def drawn(words: Any, showing: Any, *rest: Any) -> Any:
            if self.broken and showing.session.topic == BROKEN:
                raise RuntimeError("said by the test")
            return layout(words, showing, *rest)

        return drawn

    async def calm_down(self) -> None:
        """Nothing goes wrong any more, for long enough."""
        self.wire.calm()
        self.broken, self.wire.strict.halted = False, None
        with self.world.env._bot_scope():  # a drawing is mended by a new version, which looks at once
            self.world.bot.keeper.wake(self.world.guild.id)
        await self.world.env.advance_time(CALM)
        await self.world.env.advance_time(30)

    # ------------------------------------------------------------------ people

    def present(self) -> list[MemberActor]:
        """Everybody who is in the server, but for organizers."""
        for name in PEOPLE:
            self.world.person(name)
        members = self.world.guild._guild.members
        return [a for name, a in self.world.people.items() if name != "boss" and a.id in members]

    def somebody(self) -> MemberActor:
        return self.rng.choice(self.present())

    @staticmethod
    def as_person(actor: MemberActor) -> Person:
        """Somebody as the use cases know them."""
        return Person(actor.id, actor.name)

    def topic(self) -> str:
        return self.rng.choice(TOPICS)

    async def command(self, name: str, *, theirs: bool = False, **options: Any) -> None:
        """Somebody uses a command; where a session is `theirs`, mostly its host."""
        actor = self.somebody()
        if theirs and self.rng.choice([True, True, False]):
            actor = self.host_of(options["session"]) or actor
        self.told[-1] += f" {actor.name} {options}"
        result = await actor.slash(self.world.lobby, f"openspace {name}", **options)
        await self.keep(actor, result)

    async def keep(self, actor: MemberActor, result: Any) -> None:
        """Look at an answer: what it offers may be clicked later; a form is filled in at once."""
        if result.modal:
            await self.keep(actor, await actor.submit_modal(result, self.filled(result.modal)))
            return
        answer = result.followups[-1] if result.followups else result.response
        if answer is not None:
            self.answers.append((actor, answer))

    def filled(self, modal: dict[str, Any]) -> dict[str, Any]:
        """Something for each field of a form."""
        fields: dict[str, Any] = {}
        for label in modal["components"]:
            component = label["component"]
            name = component["custom_id"]
            if component["type"] == 3:
                fields[name] = [self.rng.choice(component["options"])["value"]]
            elif component["type"] == 5:
                fields[name] = [self.somebody()]
            elif name in WORDS:
                fields[name] = self.topic()
            elif name == "seats":
                fields[name] = self.rng.choice(["", "1", "5"])
            elif name in {"opens", "closes"}:
                fields[name] = self.rng.choice(organizers.EDGES)
            elif component.get("value"):
                fields[name] = component["value"]
        return fields

    def session(self) -> str:
        """A session by id, mostly one that is on or to come; at times one that never was."""
        known = rows(self.world, "SELECT id, state IN ('booked', 'open') FROM session ORDER BY id")
        present = [number for number, active in known if active]
        if present and self.rng.random() < 0.75:
            return str(self.rng.choice(present))
        return str(self.rng.randint(1, len(known) + 1))

    def host_of(self, session: str) -> MemberActor | None:
        """Who hosts a session, if they are in the server."""
        hosts = [host for (host,) in rows(self.world, "SELECT host_id FROM session WHERE id = ?", session)]
        return next((actor for actor in self.present() if actor.id in hosts), None)

    async def _host(self) -> None:
        when = self.rng.choice(["now", "now", "in 5 minutes", "in 12 minutes", "in 30 minutes"])
        minutes = self.rng.choice([10, 15, 30, 60])
        await self.command("host", topic=self.rng.choice(TOPICS), when=when, minutes=minutes)

    async def _join(self) -> None:
        await self.command("join", session=self.session())

    async def _leave(self) -> None:
        await self.command("leave", session=self.session())

    async def _extend(self) -> None:
        await self.command(
            "extend", theirs=True, session=self.session(), minutes=self.rng.choice([5, 15, 60])
        )

    async def _end(self) -> None:
        await self.command("end", theirs=True, session=self.session())

    async def _cancel(self) -> None:
        await self.command("cancel", theirs=True, session=self.session(), reason="Ill, sorry")

    async def _change(self) -> None:
        options: list[dict[str, Any]] = [
            {"topic": self.rng.choice(TOPICS)},
            {"when": self.rng.choice(["now", "in 7 minutes", "in 40 minutes"])},
            {"minutes": self.rng.choice([10, 30, 90])},
            {"seats": self.rng.choice([0, 1, 5]), "description": "Bring a laptop"},
            {"host": self.somebody()},
        ]
        await self.command("edit", theirs=True, session=self.session(), **self.rng.choice(options))

    async def _cohost(self) -> None:
        remove = self.rng.choice([True, False])
        await self.command(
            "cohost", theirs=True, session=self.session(), member=self.somebody(), remove=remove
        )

    async def _ideas(self) -> None:
        await self.command("ideas")

    async def _click(self) -> None:
        """Press any button on the board, on a desk's card or under a notice; now and then twice at once."""
        channels = [c for c in self.channels(text=True) if c.id != self.world.lobby.id]
        messages = [m for c in channels for m in c.history() if m.components]
        if not messages:
            return
        message, actor = self.rng.choice(messages), self.somebody()
        await self.press(actor, message)

    async def _answer(self) -> None:
        """Press a button under an answer of before."""
        if self.answers:
            await self.press(*self.rng.choice(self.answers))

    async def press(self, actor: MemberActor, message: Any, among: list[str] | None = None) -> None:
        """Press a button of a message, or choose in a menu of it: any, or one of these; perhaps twice."""
        pressable = _pressable(message.components)
        ids = sorted(pressable if among is None else pressable.keys() & set(among))
        if not ids:
            return
        custom_id = self.rng.choice(ids)
        values = pressable[custom_id] and [self.rng.choice(pressable[custom_id])]
        if custom_id.split(":")[1] in {"takeover", "share"} and self.rng.choice([True, False]):
            asked = int(custom_id.rpartition(":")[2])  # it is theirs alone to press
            actor = next((each for each in self.present() if each.id == asked), actor)
        self.told[-1] += f" {actor.name} {custom_id} {values or ''}"
        times = self.rng.choice([1, 1, 2])
        for _ in range(times):
            try:
                if values:
                    result = await actor.select(message, values, custom_id=custom_id)
                else:
                    result = await actor.click(message, custom_id=custom_id)
            except (BackendError, SetupError):
                return  # the message is gone or shows other buttons by now, or they may not see it
            await self.keep(actor, result)

    # ------------------------------------------------------------------- voice

    async def _enter(self) -> None:
        voices = self.channels(text=False)
        if voices:
            await self.enter(self.somebody(), self.rng.choice(voices).id)

    async def enter(self, actor: MemberActor, voice_id: int) -> None:
        channel = self.channel(voice_id)
        if channel:
            try:
                await actor.join_voice(channel)
            except BackendError:
                return  # the area is hidden

    async def _go(self) -> None:
        await self.somebody().leave_voice()

    async def _write(self) -> None:
        texts = [c for c in self.channels(text=True) if c.id != self.world.lobby.id]
        if texts:
            try:
                await self.somebody().send(self.rng.choice(texts), "hello")
            except BackendError:
                return  # the board, the news and the archive are read-only

    # ------------------------------------------------------------- what goes wrong

    async def _flood(self) -> None:
        """Many join one session in one moment (K7)."""
        session, number = self.rng.randint(1, 3), self.rng.choice([5, 30])
        service = self.world.bot.service
        people = [Person(10_000 + n, f"Guest {n}") for n in range(number)]
        with self.world.env._bot_scope():
            joins = (service.guests.join(self.world.guild.id, session, who) for who in people)
            for done in await asyncio.gather(*joins, return_exceptions=True):
                assert not isinstance(done, Exception) or isinstance(done, Refusal)
        await self.world.env.settle()

    async def _halt(self) -> None:
        """Discord makes no more channels for a while (K3)."""
        self.wire.strict.halt(self.world.env.backend, self.rng.choice([120, 600]))

    async def _break(self) -> None:
        """Drawing one topic's card fails from now on (K8)."""
        self.broken = not self.broken

    async def _hang(self) -> None:
        """A request is never answered; Discord may have done it (K7)."""
        done = self.rng.choice([True, False])

        async def hang(_call: Call, go: Callable[[], Awaitable[Any]]) -> Any:
            if done:
                await go()
            await asyncio.sleep(86_400)

        self.wire.on(nth(self.rng.randint(0, 3)), hang)

    async def _fault(self) -> None:
        """The next few requests, or some of them, go wrong."""
        act, count = self.rng.choice(FAULTS), self.rng.randint(1, 6)
        skip, left = self.rng.randint(0, 3), iter(range(count + 10))

        def which(_call: Call) -> bool:
            return skip <= next(left, 10_000) < skip + count

        self.wire.on(which, act)

    async def _crash(self) -> None:
        """The machine dies in the middle of a request, before or after Discord has done it."""
        world, done = self.world, self.rng.choice([True, False])

        async def crash(_call: Call, go: Callable[[], Awaitable[Any]]) -> Any:
            if done:
                await go()
            await die(world.bot)

        self.wire.on(nth(self.rng.randint(0, 2)), crash)
        await self._time()
        await self._restart()

    async def _restart(self) -> None:
        """The bot is down for a while; the clock may have jumped meanwhile."""
        await stop(self.world.bot)
        await self.world.env.advance_time(self.rng.choice([0, 5, 60, 1200]))
        self.wire.calm()
        self.wire.strict.heard = None  # what the one before was told, this one must hear for itself
        self.wire.strict.edits.clear()  # who dies in the middle of an edit does not know that it was made
        await self.world.restart()

    async def _time(self) -> None:
        seconds = self.rng.choice([1, 4, 30, 60, 300, 300, 600, 900, 1800])
        self.told[-1] += f" {seconds} s"
        await self.world.env.advance_time(seconds)

    # ----------------------------------------------------------------- questions

    def channel(self, channel_id: int) -> ChannelHandle | None:
        """A channel by its id, if it is still there."""
        found = self.world.env.backend.channels.get(channel_id)
        return ChannelHandle(self.world.env, self.world.guild, found) if found else None

    def channels(self, *, text: bool | None) -> list[ChannelHandle]:
        """The channels that are not somebody's: of text, of voice, or (None) all."""
        kinds = {True: {0}, False: {2}, None: {0, 2, 4}}[text]
        backend = self.world.env.backend
        known = [backend.channels[i] for i in self.world.guild._guild.channel_ids]
        found = [c for c in known if c.type in kinds and c.id not in self.theirs]
        return [ChannelHandle(self.world.env, self.world.guild, c) for c in found]


def _pressable(node: Any) -> dict[str, list[str]]:
    """The buttons and menus of a message by custom_id, with what a menu offers."""
    if isinstance(node, list):
        return {name: values for each in node for name, values in _pressable(each).items()}
    if isinstance(node, discord.Component):
        node = node.to_dict()
    if not isinstance(node, dict):
        return {}
    found = _pressable(list(node.values()))
    if node.get("type") == 2 and node.get("custom_id"):
        found[node["custom_id"]] = []
    if node.get("type") == 3 and node.get("options"):
        found[node["custom_id"]] = [option["value"] for option in node["options"]]
    return found


ACTS: list[tuple[Callable[[Player], Awaitable[None]], int]] = [
    (Player._host, 8),
    (Player._join, 3),
    (Player._leave, 1),
    (Player._extend, 2),
    (Player._end, 1),
    (Player._cancel, 1),
    (Player._change, 4),
    (Player._cohost, 1),
    (Player._ideas, 2),
    (Player._click, 6),
    (Player._answer, 3),
    (Player._enter, 3),
    (Player._go, 2),
    (Player._write, 1),
    (tampering.delete, 2),
    (tampering.edit, 1),
    (tampering.make, 1),
    (tampering.clone, 1),
    (tampering.hide, 1),
    (Player._flood, 1),
    (Player._halt, 1),
    (Player._break, 1),
    (Player._hang, 2),
    (Player._fault, 3),
    (Player._crash, 1),
    (Player._restart, 1),
    (Player._time, 8),
    (rush, 2),
    *organizers.ACTS,
]
