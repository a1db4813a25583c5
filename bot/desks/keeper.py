"""The desks' keeper: per guild it compares what should exist with what does, and starts what makes it so.

It looks when something changes and when the next thing is due. A look asks Discord nothing: it starts steps,
which go side by side in lanes, each with a time limit and a boundary of its own (R21). Where nothing happens
it costs no request.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import discord
import structlog

from bot.desks.converge import converge
from bot.desks.notices import plan_words
from bot.desks.scene import CATEGORIES, CHANNELS, DESK, Learnt, Scene, Settings, look
from bot.desks.speech import Speech
from bot.desks.steps import Absent, Change, Check, Find, Lane, Make, Remove, Say, Step, Tell
from bot.desks.troubles import Troubles, blocking, problems_of
from bot.desks.veil import digest, words_of
from bot.desks.verdicts import TROUBLE
from bot.desks.wishes import Wishes, instants
from bot.desks.work import Work
from bot.domain.life import due_state
from bot.service import DeskBook, Service
from bot.service.deskbook import Book, Note, Wrote
from bot.store.records import Kind, Record

log = structlog.get_logger("keeper")

PACE = 0.05
"""Seconds between a change and the look for it: people's answers go first, and a burst is one look."""
LOOKS_APART = 0.25
"""The least seconds between two looks at one guild."""
LOOK_AGAIN = timedelta(minutes=15)
"""The longest sleep: it bounds how late a jump of the machine's clock is noticed; costs no request."""
LIMIT = 30.0
"""Seconds that one step may take; then it is in doubt, and others are asked for."""
WIDTH = 10
"""Steps of one lane that go on at once in a guild."""
AT_ONCE = 2
"""Guilds that are looked at at once: after a start with thousands of them, commands come through."""

Ready = Callable[[dict[Kind, int]], Awaitable[None]]
"""Told of a session's channels; of none where organizers must mend something first."""


@dataclass(slots=True)
class _Desks:
    """What the keeper remembers of one guild; all of it may be lost at any time."""

    troubles: Troubles
    task: asyncio.Task[None] | None = None
    soon: asyncio.TimerHandle | asyncio.Handle | None = None
    timer: asyncio.TimerHandle | None = None
    looked: float = float("-inf")
    dirty: bool = False
    running: dict[str, tuple[Step, asyncio.Task[None]]] = field(default_factory=dict)
    ready: dict[int, list[Ready]] = field(default_factory=dict)
    stuck: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    channels: dict[int, Record] = field(default_factory=dict)
    heard: dict[int, Wrote] = field(default_factory=dict)
    listens: datetime | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """What the keeper works with: the book, the settings, the drawings, and who carries out the steps."""

    book: DeskBook
    settings: Settings
    wishes: Wishes
    work: Work
    speech: Speech


class Keeper:
    """Makes the desks of every guild what the database says. Commands only call `wake`."""

    pace = PACE

    def __init__(self, client: discord.Client, service: Service, parts: Parts) -> None:
        self._client = client
        self._service = service
        self._book = parts.book
        self._settings = parts.settings
        self._wishes = parts.wishes
        self._speech = parts.speech
        self._desks: dict[int, _Desks] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        work = parts.work
        self._handlers: dict[type[Step], Callable[[Any, discord.Guild], Awaitable[None]]] = {
            Make: work.make,
            Change: work.change,
            Remove: work.remove,
            Find: work.find,
            Check: work.check,
            Absent: parts.speech.absent,
            Say: self._say,
            Tell: parts.speech.tell,
        }

    # ------------------------------------------------------------------- waking

    def wake(self, guild_id: int, *, soon: bool = False, fresh: bool = False, room: bool = False) -> None:
        """Look at a guild after a short while; `soon`: at once.

        `fresh`: permissions changed, so what was denied is tried again; `room`: something made room.
        """
        if self._closed:
            return
        desks = self._of(guild_id)
        if fresh:
            desks.troubles.forgive()
        if fresh or room:
            desks.troubles.full.clear()
        if desks.task and not desks.task.done():
            desks.dirty = True
            return
        loop = asyncio.get_running_loop()
        pace = 0.0 if soon else max(self.pace, desks.looked + LOOKS_APART - loop.time() if self.pace else 0.0)
        if desks.soon and not (
            isinstance(desks.soon, asyncio.TimerHandle) and desks.soon.when() > loop.time() + pace
        ):
            return
        if desks.soon:
            desks.soon.cancel()
        begin = partial(self._begin, guild_id, desks)
        desks.soon = loop.call_later(pace, begin) if pace else loop.call_soon(begin)

    def _begin(self, guild_id: int, desks: _Desks) -> None:
        desks.soon = None
        if (
            not self._closed
            and self._desks.get(guild_id) is desks
            and not (desks.task and not desks.task.done())
        ):
            desks.task = asyncio.create_task(self._run(guild_id, desks), name=f"desks of {guild_id}")

    def _of(self, guild_id: int) -> _Desks:
        if guild_id not in self._desks:
            self._desks[guild_id] = _Desks(Troubles(guild_id, self._book))
        return self._desks[guild_id]

    def forget(self, guild_id: int) -> None:
        """Stop looking after a guild that the bot has left; its sessions stay in the database."""
        desks = self._desks.pop(guild_id, None)
        if desks:
            self._stop(desks)
        self._book.forget(guild_id)
        self._wishes.forget(guild_id)

    def when_ready(self, guild_id: int, session_id: int, tell: Ready) -> None:
        """Call `tell` with the channels of a session as soon as both exist."""
        self._of(guild_id).ready.setdefault(session_id, []).append(tell)
        self.wake(guild_id)

    async def close(self) -> None:
        """Stop at once; whatever was under way is found again at the next start (R14)."""
        self._closed = True
        tasks = [task for desks in self._desks.values() for task in self._stop(desks)]
        for task in self._background:
            task.cancel()
        await asyncio.gather(*tasks, *self._background, return_exceptions=True)

    @staticmethod
    def _stop(desks: _Desks) -> list[asyncio.Task[None]]:
        tasks = [task for _, task in desks.running.values()] + ([desks.task] if desks.task else [])
        for each in (desks.timer, desks.soon, *tasks):
            if each:
                each.cancel()
        return tasks

    # ------------------------------------------------------------------ hearing

    def listen(self, guild_id: int) -> None:
        """The bot hears what happens in a guild from now on; what was before, it may have missed."""
        self._of(guild_id).listens = self._service.now()
        self.wake(guild_id, fresh=True)

    def heard_gone(self, guild_id: int, ids: Collection[int], channel_id: int | None = None) -> None:
        """Something was deleted: a channel, an event, or messages in a channel."""
        desks = self._of(guild_id)
        if channel_id is None or channel_id in desks.channels:
            desks.gone |= set(ids)
            self.wake(guild_id, room=channel_id is None)

    def heard_words(self, guild_id: int, channel_id: int, user_id: int | None) -> None:
        """Somebody (None: a bot) has written in a channel, which may be a desk's (R9, R11)."""
        desks = self._of(guild_id)
        record = desks.channels.get(channel_id)
        if record is None or record.kind is not Kind.TEXT:
            return
        known = desks.heard.get(channel_id) or Wrote(record)
        if user_id is None:
            desks.heard[channel_id] = known
        else:
            desks.heard[channel_id] = Wrote(record, known.people | {user_id}, self._service.now())
        if user_id not in known.people:
            self.wake(guild_id)

    def is_voice(self, guild_id: int, channel_id: int) -> bool:
        """Whether a channel is a desk's voice channel, as far as is known."""
        record = self._of(guild_id).channels.get(channel_id)
        return record is not None and record.kind is Kind.VOICE

    # --------------------------------------------------------------------- time

    def _arm(self, guild_id: int, desks: _Desks, seconds: float) -> None:
        """Set the one timer of a guild."""
        if desks.timer:
            desks.timer.cancel()
        if not self._closed and self._desks.get(guild_id) is desks:
            delay = max(min(seconds, LOOK_AGAIN.total_seconds()), 1.0)
            desks.timer = asyncio.get_running_loop().call_later(delay, self._fire, guild_id)

    def _fire(self, guild_id: int) -> None:
        self.wake(guild_id, soon=True)

    # --------------------------------------------------------------------- look

    async def _run(self, guild_id: int, desks: _Desks) -> None:
        async with self._looking:
            desks.dirty, desks.looked = False, asyncio.get_running_loop().time()
            try:
                seconds = await self._look(guild_id, desks)
            except Exception:
                # The guild's own boundary: whatever it is, the others go on and this one is tried again.
                log.exception("a look at the desks failed", guild=guild_id)
                seconds = LIMIT
        self._arm(guild_id, desks, seconds)
        if desks.dirty:
            desks.task = None
            self.wake(guild_id)

    async def _look(self, guild_id: int, desks: _Desks) -> float:
        """Compare, write down, start what is to be done; return in how many seconds to look again."""
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable or guild.me is None:
            return LOOK_AGAIN.total_seconds()  # an outage is not an empty server: nothing may be made up for
        book = await self._read(guild_id, desks)
        scene = Scene(
            book,
            look(guild, book),
            self._service.programme(guild_id),
            self._settings,
            self._learnt(book, desks),
        )
        self._remember(scene, desks)
        notes, steps = self._plan(scene)
        if notes:
            await self._book.note(guild_id, notes)
            desks.dirty = True
        found = problems_of(scene, desks.troubles)
        steps += [Tell(p.code, p.detail) for p in book.rows.problems if not p.told and p.code in found]
        self._start(guild, desks, steps)
        await self._settle(scene, desks, found)
        due = [
            scene.now + LOOK_AGAIN,
            *scene.due,
            *(at for s in book.sessions for at in instants(s, scene.limits)),
        ]
        wait = min(at for at in due if at > scene.now) - scene.now
        return min(wait.total_seconds(), desks.troubles.next_wait())

    async def _read(self, guild_id: int, desks: _Desks) -> Book:
        """Return the book, with what was heard and what time alone has made due written in it."""
        if desks.heard:
            heard, desks.heard = list(desks.heard.values()), {}
            await self._book.note(guild_id, heard)
        limits, many = self._service.programme(guild_id).limits, self._settings.many_channels
        book = await self._book.read(guild_id, many=many, lead=limits.lead_minutes)
        if any(due_state(session, book.now) for session in book.sessions):
            await self._service.advance(guild_id)
            book = await self._book.read(guild_id, many=many, lead=limits.lead_minutes)
        return book

    def _learnt(self, book: Book, desks: _Desks) -> Learnt:
        troubles, showings = desks.troubles, book.showings.values()
        hidden = troubles.suspicions.hidden(
            lambda: {digest(word) for each in showings for word in words_of(each)}
        )
        seconds = troubles.halted()
        return Learnt(
            gone=frozenset(desks.gone),
            full=frozenset(troubles.full),
            halted=book.now + timedelta(seconds=seconds) if seconds else None,
            listens=desks.listens,
            hidden=hidden | book.rows.refused | troubles.refused,
        )

    @staticmethod
    def _remember(scene: Scene, desks: _Desks) -> None:
        """Remember which channels to listen to, and forget what was heard of things that nobody knows."""
        desks.channels = {
            r.discord_id: r for r in scene.records if r.discord_id and r.kind in CHANNELS - CATEGORIES
        }
        if not desks.running:
            desks.gone &= {r.discord_id or 0 for r in scene.records}

    def _plan(self, scene: Scene) -> tuple[list[Note], list[Step]]:
        """Return all notes and steps; a bug in one part of the plan leaves the other (R21)."""
        notes: list[Note] = []
        steps: list[Step] = []
        parts: tuple[Callable[[Scene], tuple[list[Note], list[Step]]], ...] = (self._things, plan_words)
        for part in parts:
            try:
                more_notes, more_steps = part(scene)
            except Exception:
                log.exception("a part of the plan failed", guild=scene.book.guild_id)
                continue
            notes += more_notes
            steps += more_steps
        return notes, steps

    def _things(self, scene: Scene) -> tuple[list[Note], list[Step]]:
        return converge(scene, self._wishes.of(scene))

    # -------------------------------------------------------------------- steps

    def _start(self, guild: discord.Guild, desks: _Desks, steps: list[Step]) -> None:
        """Start what waits for nothing."""
        taken = {_subject(step) for step, _ in desks.running.values()}
        lanes = Counter(step.lane for step, _ in desks.running.values())
        for step in steps:
            if desks.troubles.waits(step) or _subject(step) in taken or lanes[step.lane] >= WIDTH:
                continue
            taken.add(_subject(step))
            lanes[step.lane] += 1
            task = asyncio.create_task(self._carry_out(guild, desks, step), name=step.key)
            desks.running[step.key] = step, task
        desks.troubles.keep(step.key for step in steps)

    async def _carry_out(self, guild: discord.Guild, desks: _Desks, step: Step) -> None:
        """Carry out one step within its time; whatever comes of it, the others go on (R21)."""
        try:
            async with asyncio.timeout(LIMIT):
                await self._handlers[type(step)](step, guild)
        except Exception as error:  # noqa: BLE001 - the step's own boundary; `failed` logs it
            await desks.troubles.failed(step, error, guild)
        else:
            desks.troubles.succeeded(step)
            log.info("step", guild=guild.id, step=step.key)
        finally:
            desks.running.pop(step.key, None)
            if isinstance(step, Check):
                desks.gone.discard(step.record.discord_id or 0)
            self.wake(guild.id)

    async def _say(self, step: Say, guild: discord.Guild) -> None:
        desks = self._of(guild.id)
        await self._speech.say(step, guild, self._learnt(await self._book.read(guild.id), desks))

    # -------------------------------------------------------- telling of problems

    async def _settle(self, scene: Scene, desks: _Desks, found: dict[str, str]) -> None:
        """Write down what organizers have to mend, and tell hosts who wait for their channels."""
        known = {p.code: p.detail for p in scene.book.rows.problems}
        # Only where nothing is under way is one known to be mended.
        await self._book.problems(scene.book.guild_id, known, known | found if desks.running else found)
        if found.items() - known.items():
            desks.dirty = True
        stuck = blocking(found) and not any(step.lane is Lane.CHANNELS for step, _ in desks.running.values())
        self._announce(scene, desks, stuck=stuck)

    def _announce(self, scene: Scene, desks: _Desks, *, stuck: bool) -> None:
        """Tell those who wait for a session's channels that they are there, or that they cannot be yet."""
        for session_id, waiting in list(desks.ready.items()):
            showing = scene.book.showings.get(session_id)
            if showing is None or not showing.session.active:
                del desks.ready[session_id]
            elif len(showing.channels) == len(DESK):
                del desks.ready[session_id]
                self._tell_all(waiting, dict(showing.channels))
            elif stuck and session_id not in desks.stuck:
                desks.stuck.add(session_id)
                self._tell_all(waiting, {})

    def _tell_all(self, waiting: Iterable[Ready], channels: dict[Kind, int]) -> None:
        for tell in waiting:
            task = asyncio.ensure_future(self._tell(tell, channels))
            self._background.add(task)
            task.add_done_callback(self._background.discard)

    @staticmethod
    async def _tell(tell: Ready, channels: dict[Kind, int]) -> None:
        try:
            await tell(channels)
        except TROUBLE as error:
            log.warning("the links could not be added to an answer", error=str(error))


def _subject(step: Step) -> object:
    """Return what only one step at a time is about: a thing, or the channel in which is written."""
    match step:
        case Change(record=record) | Remove(record=record) | Check(record=record):
            return record.id
        case Say(channel_id=int(channel_id)):
            return f"words in {channel_id}"
    return step.key
