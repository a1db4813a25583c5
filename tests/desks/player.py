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
from simcord.backend.models import Overwrite
from simcord.builders import ChannelHandle
from simcord.enums import OverwriteType

from bot.app import build_bot
from bot.config import load_config
from bot.domain.refusal import Refusal
from bot.service import Person
from bot.ui import card
from tests.conftest import PatientEnv, World, buttons, write_config
from tests.desks.conftest import Act, Wire, _clear_up, die, failing, lost, nth, rows
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
    """One sequence: `told` is what was done so far."""

    seed: int
    world: World
    wire: Wire
    rng: random.Random
    theirs: set[int] = field(default_factory=set)
    clones: set[int] = field(default_factory=set)
    broken: bool = False
    told: list[str] = field(default_factory=list)
    answers: list[tuple[MemberActor, Any]] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def playing(cls, seed: int, folder: Path, wire: Wire) -> AsyncIterator[Player]:
        """A conference with settings of its own."""
        rng = random.Random(seed)
        pick = rng.choice
        limit = rng.randint(1, 3)
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
            player = cls(seed, world, wire, rng, theirs={lobby.id})
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
        """From six to fourteen things happen, one after the other or two at once."""
        for _ in range(self.rng.randint(6, 14)):
            happens = self.rng.choices([act for act, _ in ACTS], [weight for _, weight in ACTS])[0]
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
        await self.world.env.advance_time(CALM)
        await self.world.env.advance_time(30)

    # ------------------------------------------------------------------ people

    def somebody(self) -> MemberActor:
        return self.world.person(self.rng.choice(PEOPLE))

    async def command(self, name: str, **options: Any) -> None:
        actor = self.somebody()
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
            elif name in {"topic", "reason", "announcement"}:
                fields[name] = self.rng.choice(TOPICS)
            elif name == "seats":
                fields[name] = self.rng.choice(["", "1", "5"])
            elif component.get("value"):
                fields[name] = component["value"]
        return fields

    def session(self) -> str:
        """A session by id, mostly one that exists."""
        return str(self.rng.randint(1, 4))

    async def _host(self) -> None:
        when = self.rng.choice(["now", "now", "in 5 minutes", "in 12 minutes", "in 30 minutes"])
        minutes = self.rng.choice([10, 15, 30, 60])
        await self.command("host", topic=self.rng.choice(TOPICS), when=when, minutes=minutes)

    async def _join(self) -> None:
        await self.command("join", session=self.session())

    async def _leave(self) -> None:
        await self.command("leave", session=self.session())

    async def _extend(self) -> None:
        await self.command("extend", session=self.session(), minutes=self.rng.choice([5, 15, 60]))

    async def _end(self) -> None:
        await self.command("end", session=self.session())

    async def _cancel(self) -> None:
        await self.command("cancel", session=self.session(), reason="Ill, sorry")

    async def _change(self) -> None:
        options: list[dict[str, Any]] = [
            {"topic": self.rng.choice(TOPICS)},
            {"when": self.rng.choice(["now", "in 7 minutes", "in 40 minutes"])},
            {"minutes": self.rng.choice([10, 30, 90])},
            {"seats": self.rng.choice([0, 1, 5]), "description": "Bring a laptop"},
            {"host": self.somebody()},
        ]
        await self.command("edit", session=self.session(), **self.rng.choice(options))

    async def _cohost(self) -> None:
        remove = self.rng.choice([True, False])
        await self.command("cohost", session=self.session(), member=self.somebody(), remove=remove)

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

    async def press(self, actor: MemberActor, message: Any) -> None:
        ids = sorted(_custom_ids(message))
        if not ids:
            return
        custom_id = self.rng.choice(ids)
        self.told[-1] += f" {actor.name} {custom_id}"
        times = self.rng.choice([1, 1, 2])
        for _ in range(times):
            try:
                result = await actor.click(message, custom_id=custom_id)
            except (BackendError, SetupError):
                return  # the message is gone or shows other buttons by now, or they may not see it
            await self.keep(actor, result)

    # -------------------------------------------------------------- organizers

    async def admin(self, name: str, **options: Any) -> None:
        boss = self.world.organizer()
        self.told[-1] += f" {name} {options}"
        result = await boss.slash(self.world.lobby, f"openspace-admin {name}", **options)
        await self.keep(boss, result)

    async def _pause(self) -> None:
        """New sessions are paused, or taken again."""
        if self.rng.choice([True, False]):
            await self.admin("pause", reason=self.rng.choice(TOPICS))
        else:
            await self.admin("resume")

    async def _moderate(self) -> None:
        """An organizer moves, cancels or ends a session; what asks first is mostly clicked."""
        reason = self.rng.choice([{}, {"reason": self.rng.choice(TOPICS)}])
        command = self.rng.choice(["move", "cancel", "end"])
        more = (
            {"when": self.rng.choice(["now", "in 7 minutes", "in 40 minutes"])} if command == "move" else {}
        )
        await self.admin(command, session=self.session(), **more, **reason)
        await self._answer()

    async def _announce(self) -> None:
        """An organizer tells everybody something."""
        await self.admin("announce", text=self.rng.choice(TOPICS), hours=1)
        boss, shown = self.answers[-1]
        if self.rng.choice([True, True, False]):
            await self.press(boss, shown)

    async def _block(self) -> None:
        """An organizer blocks somebody, or everybody may host again."""
        if self.rng.choice([True, False]):
            await self.admin("block", member=self.somebody(), until="10 minutes")
        else:
            await self.admin("block")
            await self.press(*self.answers[-1])

    # ------------------------------------------------------------------- voice

    async def _enter(self) -> None:
        voices = self.channels(text=False)
        if voices:
            try:
                await self.somebody().join_voice(self.rng.choice(voices))
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

    # ------------------------------------------------------------------- hands

    async def _delete(self) -> None:
        """Somebody deletes a channel, a message or an event of the bot's."""
        backend, kind = self.world.env.backend, self.rng.choice(["channel", "message", "event"])
        if kind == "channel" and (ours := self.channels(text=None)):
            victim = self.rng.choice(ours)
            self.told[-1] += f" channel {victim.name}"
            backend.delete_channel(victim.id)
            _clear_up(backend, victim._channel)
        elif kind == "message":
            bot = backend.bot_user.id
            found = [
                (c.id, m.id) for c in self.channels(text=True) for m in c.history() if m.author.id == bot
            ]
            if found:
                backend.delete_message(*self.rng.choice(found))
        elif kind == "event" and (events := list(self.world.guild._guild.scheduled_events)):
            backend.delete_scheduled_event(self.world.guild.id, self.rng.choice(events))
        await self.world.env.settle()

    async def _edit(self) -> None:
        """Somebody edits an event of the bot's."""
        events = list(self.world.guild._guild.scheduled_events)
        if events:
            changes = {"name": "Somebody's", "description": "else"}
            self.world.env.backend.edit_scheduled_event(self.world.guild.id, self.rng.choice(events), changes)
            await self.world.env.settle()

    async def _make(self) -> None:
        """Somebody makes a channel that looks like the bot's, under its category."""
        areas = [c for c in self.channels(text=None) if c.name == "Open Space"]
        if areas:
            name = self.rng.choice(["git", "open-space-board"])
            self.theirs.add(self.world.guild.create_text_channel(name, category=areas[0]).id)
            await self.world.env.settle()

    async def _clone(self) -> None:
        """Somebody clones a channel of the bot's, and may delete the original (K4)."""
        backend, ours = self.world.env.backend, self.channels(text=None)
        if not ours:
            return
        like = self.rng.choice(ours)._channel
        self.told[-1] += f" {like.name}"
        clone = backend.create_channel(
            self.world.guild.id,
            like.name,
            type=like.type,
            parent_id=like.parent_id,
            topic=like.topic,
            overwrites=[Overwrite(o.target_id, o.type, o.allow, o.deny) for o in like.overwrites],
        )
        # Where an answer to just that wish is in doubt nobody can tell them apart (R13).
        sql = "SELECT 1 FROM record WHERE doubt = 1"
        (self.clones if rows(self.world, sql) else self.theirs).add(clone.id)
        if self.rng.choice([True, False]):
            backend.delete_channel(like.id)
            _clear_up(backend, like)
        await self.world.env.settle()

    async def _hide(self) -> None:
        """Somebody hides the area from everyone, or shows it again (K6)."""
        areas = [c for c in self.channels(text=None) if c.name == "Open Space"]
        if areas:
            area, view = areas[0]._channel, discord.Permissions.view_channel.flag
            everyone = self.world.guild.id
            others = [o for o in area.overwrites if o.target_id != everyone]
            hidden = len(others) < len(area.overwrites)
            hide = [] if hidden else [Overwrite(everyone, OverwriteType.ROLE, 0, view)]
            self.world.env.backend.edit_channel(area.id, {}, overwrites=[*others, *hide])
            await self.world.env.settle()

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
        await self.world.bot.keeper.close()
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

    def channels(self, *, text: bool | None) -> list[ChannelHandle]:
        """The channels that are not somebody's: of text, of voice, or (None) all."""
        kinds = {True: {0}, False: {2}, None: {0, 2, 4}}[text]
        backend = self.world.env.backend
        known = [backend.channels[i] for i in self.world.guild._guild.channel_ids]
        found = [c for c in known if c.type in kinds and c.id not in self.theirs]
        return [ChannelHandle(self.world.env, self.world.guild, c) for c in found]


def _custom_ids(message: Any) -> set[str]:
    return set(buttons(message).values())


ACTS: list[tuple[Callable[[Player], Awaitable[None]], int]] = [
    (Player._host, 6),
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
    (Player._pause, 1),
    (Player._moderate, 3),
    (Player._announce, 2),
    (Player._block, 1),
    (Player._enter, 3),
    (Player._go, 2),
    (Player._write, 1),
    (Player._delete, 2),
    (Player._edit, 1),
    (Player._make, 1),
    (Player._clone, 1),
    (Player._hide, 1),
    (Player._flood, 1),
    (Player._halt, 1),
    (Player._break, 1),
    (Player._hang, 2),
    (Player._fault, 3),
    (Player._crash, 1),
    (Player._restart, 1),
    (Player._time, 8),
]
