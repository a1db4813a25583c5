"""The desks' keeper: per guild it compares what should exist with what does, and starts what makes it so.

It looks when something changes and when the next thing is due. A look asks Discord nothing: it starts steps,
which go side by side in lanes, each with a time limit and a boundary of its own (R21). Where nothing happens
it costs no request.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator
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
from bot.desks.steps import (
    Absent,
    Change,
    Find,
    Lane,
    Make,
    Remove,
    Say,
    Step,
    Tell,
    key_of,
    lane_of,
    subject_of,
)
from bot.desks.troubles import Troubles, blocking, problems_of
from bot.desks.verdicts import TROUBLE
from bot.desks.wishes import Wishes
from bot.desks.work import Work
from bot.domain.life import due_state, instants
from bot.service import DeskBook, Service
from bot.service.deskbook import Book, Fact, Note
from bot.store.records import Kind, Record
from bot.ui.veil import digest, words_of

log = structlog.get_logger("keeper")

PACE = 0.05
"""Seconds between a change and the look for it: people's answers go first, and a burst is one look."""
LOOKS_APART = 0.25
"""The least seconds between two looks at one guild that are not due."""
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
    """What the keeper remembers of one guild; all of it may be lost at any time.

    `gone` are ids that were heard to be deleted; `heard` is who wrote in which channel and is not written down
    yet, `wrote` where anybody did, `listens` since when it is heard.
    """

    troubles: Troubles
    look: asyncio.Task[None] | None = None
    soon: tuple[float, asyncio.Handle] | None = None
    timer: asyncio.TimerHandle | None = None
    looked: float = float("-inf")
    dirty: bool = False
    running: dict[str, tuple[Step, asyncio.Task[None]]] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    ready: dict[int, list[Ready]] = field(default_factory=dict)
    stuck: set[int] = field(default_factory=set)
    channels: dict[int, Record] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    heard: dict[int, Note] = field(default_factory=dict)
    wrote: set[int] = field(default_factory=set)
    listens: datetime | None = None
    hidden: frozenset[str] = frozenset()


class Keeper:
    """Makes the desks of every guild what the database says. Commands only call `wake`."""

    pace = PACE

    def __init__(
        self,
        client: discord.Client,
        service: Service,
        book: DeskBook,
        *,
        settings: Settings,
        wishes: Wishes,
        work: Work,
        speech: Speech,
    ) -> None:
        self._client = client
        self._service = service
        self._book = book
        self._settings = settings
        self._wishes = wishes
        self._desks: dict[int, _Desks] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        self._handlers: dict[type[Step], Callable[[Any, discord.Guild], Awaitable[None]]] = {
            Make: work.make,
            Change: work.change,
            Remove: work.remove,
            Find: work.find,
            Say: speech.say,
            Absent: speech.absent,
            Tell: speech.tell,
        }
        speech.hidden = lambda guild_id: self._of(guild_id).hidden
        work.heard = lambda guild_id, channel_id: channel_id in self._of(guild_id).wrote

    def wake(self, guild_id: int, *, soon: bool = False, fresh: bool = False, room: bool = False) -> None:
        """Look at a guild after a short while; `soon`: at once.

        `fresh`: permissions changed, so what was denied is tried again; `room`: something made room.
        """
        desks, loop = self._of(guild_id), asyncio.get_running_loop()
        if fresh:
            desks.troubles.forgive()
        if fresh or room:
            desks.troubles.found_room()
        if desks.look and not desks.look.done():
            desks.dirty = True
            return
        rest = desks.looked + LOOKS_APART - loop.time() if self.pace else 0.0
        at = loop.time() + (0.0 if soon else max(self.pace, rest))
        if desks.soon and desks.soon[0] <= at:
            return
        if desks.soon:
            desks.soon[1].cancel()
        if not self._closed:
            at_once = at <= loop.time()
            begin = partial(self._begin, guild_id)
            desks.soon = at, loop.call_soon(begin) if at_once else loop.call_at(at, begin)

    def _begin(self, guild_id: int) -> None:
        desks = self._of(guild_id)
        desks.soon = None
        if not self._closed and (desks.look is None or desks.look.done()):
            desks.look = asyncio.create_task(self._run(guild_id, desks), name=f"desks of {guild_id}")

    def _of(self, guild_id: int) -> _Desks:
        return self._desks.setdefault(guild_id, _Desks(Troubles(guild_id, self._book)))

    def forget(self, guild_id: int) -> None:
        """Stop looking after a guild that the bot has left; its sessions stay in the database."""
        if guild_id in self._desks:
            list(self._stop(self._desks.pop(guild_id)))
        self._book.forget(guild_id)
        self._wishes.forget(guild_id)

    def when_ready(self, guild_id: int, session_id: int, tell: Ready) -> None:
        """Call `tell` with the channels of a session as soon as both exist."""
        self._of(guild_id).ready.setdefault(session_id, []).append(tell)
        self.wake(guild_id)

    async def close(self) -> None:
        """Stop at once; whatever was under way is found again at the next start (R14)."""
        self._closed = True
        tasks = [task for desks in self._desks.values() for task in self._stop(desks)] + list(
            self._background
        )
        for task in self._background:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @staticmethod
    def _stop(desks: _Desks) -> Iterator[asyncio.Task[None]]:
        for handle in (desks.timer, desks.soon and desks.soon[1]):
            if handle:
                handle.cancel()
        for task in (desks.look, *(task for _, task in desks.running.values())):
            if task:
                task.cancel()
                yield task

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
        """Somebody (None: a program) has written in a channel, which may be a desk's (R9, R11)."""
        desks = self._of(guild_id)
        record = desks.channels.get(channel_id)
        if record is None or record.kind is not Kind.TEXT:
            return
        known = desks.heard.get(channel_id) or Note(Fact.WROTE, record)
        if user_id is not None:
            people = (*known.people, *({user_id} - set(known.people)))
            known = Note(Fact.WROTE, record, people=people, at=self._service.now())
        if desks.heard.get(channel_id) is None or user_id not in desks.heard[channel_id].people:
            self.wake(guild_id)
        desks.heard[channel_id] = known
        desks.wrote.add(channel_id)

    def is_voice(self, guild_id: int, channel_id: int) -> bool:
        """Whether a channel is a desk's voice channel, as far as is known."""
        record = self._of(guild_id).channels.get(channel_id)
        return record is not None and record.kind is Kind.VOICE

    async def _run(self, guild_id: int, desks: _Desks) -> None:
        loop = asyncio.get_running_loop()
        async with self._looking:
            desks.dirty, desks.looked = False, loop.time()
            try:
                seconds = await self._look(guild_id, desks)
            except Exception:
                # The guild's own boundary: whatever it is, the others go on and this one is tried again.
                log.exception("a look at the desks failed", guild=guild_id)
                seconds = LIMIT
        if desks.timer:
            desks.timer.cancel()
        if not self._closed and self._desks.get(guild_id) is desks:
            delay = max(min(seconds, LOOK_AGAIN.total_seconds()), 1.0)
            desks.timer = loop.call_later(delay, self._fire, guild_id)
            desks.look = None
            if desks.dirty:
                self.wake(guild_id)

    def _fire(self, guild_id: int) -> None:
        self.wake(guild_id, soon=True)

    async def _look(self, guild_id: int, desks: _Desks) -> float:
        """Compare, write down, start what is to be done; return in how many seconds to look again."""
        heard, desks.heard, desks.finished = desks.heard, {}, set()
        if heard:
            await self._book.note(guild_id, heard.values())
        book = await self._book.read(guild_id)
        if any(due_state(session, book.now) for session in book.sessions):
            await self._service.clockwork.advance(guild_id)
            book = await self._book.read(guild_id)
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable or guild.me is None:
            return LIMIT  # an outage is not an empty server: nothing may be made up for
        learnt = self._learnt(book, desks)
        scene = Scene(book, look(guild, book), self._service.programme(guild_id), self._settings, learnt)
        notes, steps = self._plan(scene)
        if notes:
            await self._book.note(guild_id, notes)
            desks.dirty = True
        found, known = problems_of(scene, desks.troubles), {p.code: p.detail for p in book.rows.problems}
        steps += [Tell(p.code, p.detail) for p in book.rows.problems if not p.told and p.code in found]
        self._start(guild, desks, steps)
        # Only where nothing is under way is a problem known to be mended.
        await self._book.problems(guild_id, known, known | found if desks.running else found)
        desks.dirty |= bool(found.items() - known.items())
        self._announce(scene, desks, stuck=blocking(found))
        self._remember(scene, desks)
        timed = (*scene.near, *scene.far[:1])
        due = [*scene.due, *(at for session in timed for at in instants(session, scene.limits))]
        wait = min((at for at in due if at > scene.now), default=scene.now + LOOK_AGAIN) - scene.now
        return min(wait.total_seconds(), desks.troubles.next_wait())

    def _learnt(self, book: Book, desks: _Desks) -> Learnt:
        troubles, showings = desks.troubles, book.showings.values()
        there = lambda: {digest(word) for each in showings for word in words_of(each)}  # noqa: E731
        desks.hidden = troubles.suspicions.hidden(there) | book.rows.refused | troubles.suspicions.guilty
        seconds = troubles.halted()
        until = book.now + timedelta(seconds=seconds) if seconds else None
        gone, full, busy = frozenset(desks.gone), frozenset(troubles.full), frozenset(self._busy(desks))
        return Learnt(gone, full, until, desks.listens, desks.hidden, busy)

    @staticmethod
    def _remember(scene: Scene, desks: _Desks) -> None:
        """Remember which channels to listen to, and forget what was heard of things that nobody knows."""
        ours = (r for r in scene.records if r.kind in CHANNELS - CATEGORIES)
        desks.channels = {r.discord_id: r for r in ours if r.discord_id}
        desks.wrote &= desks.channels.keys()
        if not desks.running:
            desks.gone &= {r.discord_id or 0 for r in scene.records}

    def _plan(self, scene: Scene) -> tuple[list[Note], list[Step]]:
        """Return all notes and steps; a bug in one part of the plan leaves the other (R21)."""
        notes: list[Note] = []
        steps: list[Step] = []
        parts = (lambda scene: converge(scene, self._wishes.of(scene))), plan_words
        for part in parts:
            try:
                more_notes, more_steps = part(scene)
            except Exception:
                log.exception("a part of the plan failed", guild=scene.book.guild_id)
            else:
                notes += more_notes
                steps += more_steps
        return notes, steps

    def _start(self, guild: discord.Guild, desks: _Desks, steps: list[Step]) -> None:
        """Start what waits for nothing, in its order, as far as its lane is wide."""
        taken = self._busy(desks)
        lanes = Counter(lane_of(step) for step, _ in desks.running.values())
        for step in steps:
            subjects, lane = {subject_of(step), desks.troubles.denies(step) or ""} - {""}, lane_of(step)
            if not (desks.troubles.waits(step) or subjects & taken or lanes[lane] >= WIDTH):
                taken |= subjects
                lanes[lane] += 1
                task = asyncio.create_task(self._carry_out(guild, desks, step), name=key_of(step))
                desks.running[key_of(step)] = step, task
        desks.troubles.keep(steps)

    @staticmethod
    def _busy(desks: _Desks) -> set[str]:
        """Return what steps are about now; what has finished since the book was read waits for the next look."""
        return {subject_of(step) for step, _ in desks.running.values()} | desks.finished

    async def _carry_out(self, guild: discord.Guild, desks: _Desks, step: Step) -> None:
        """Carry out one step within its time; whatever comes of it, the others go on (R21)."""
        try:
            async with asyncio.timeout(LIMIT):
                await self._handlers[type(step)](step, guild)
        except Exception as error:  # noqa: BLE001 - the step's own boundary; `failed` logs it
            await desks.troubles.failed(step, error, guild)
        else:
            desks.troubles.succeeded(step)
            desks.gone -= {r.discord_id or 0 for r in step.records} if isinstance(step, Find) else set()
            log.info("step", guild=guild.id, step=key_of(step))
        finally:
            desks.running.pop(key_of(step), None)
            desks.finished.add(subject_of(step))
            self.wake(guild.id)

    def _announce(self, scene: Scene, desks: _Desks, *, stuck: bool) -> None:
        """Tell those who wait for a session's channels that they are there, or that they cannot be yet."""
        stuck &= not any(lane_of(step) is Lane.CHANNELS for step, _ in desks.running.values())
        for session_id, waiting in list(desks.ready.items()):
            showing = scene.book.showings.get(session_id)
            channels = dict(showing.channels) if showing else {}
            if showing is None or not showing.session.active:
                del desks.ready[session_id]
            elif len(channels) == len(DESK) or (stuck and session_id not in desks.stuck):
                if len(channels) == len(DESK):
                    del desks.ready[session_id]
                else:
                    channels = {}
                    desks.stuck.add(session_id)
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
