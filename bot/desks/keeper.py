"""The desks' keeper: per guild it compares what should exist with what does, and starts what makes it so.

It looks when something changes and when the next thing is due. A look asks Discord nothing: it starts steps,
which go side by side in lanes, each with a time limit and a boundary of its own (R21). Where nothing happens
it costs no request.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

import discord
import structlog

from bot.desks.converge import clear, converge
from bot.desks.notices import plan_words
from bot.desks.scene import Learnt, Scene, look
from bot.desks.speech import Speech
from bot.desks.steps import Find, Lane, Step, Tell, key_of, lane_of, subject_of
from bot.desks.troubles import Troubles
from bot.desks.wishes import Wishes
from bot.desks.work import Handler, Work
from bot.domain.life import due_state, instants
from bot.domain.models import Settings
from bot.domain.notices import words_shown
from bot.domain.records import CATEGORIES, CHANNELS, Kind, Record
from bot.permissions import writable
from bot.service import DeskBook, Service
from bot.service.deskbook import Book, Fact, Note
from bot.ui import links
from bot.ui.veil import digest, words_of
from bot.ui.words import WordsIn

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
CLEARING = 2
"""The same where all that the bot made is removed: nobody waits for that."""
SILENCE = timedelta(minutes=1)
"""How long somebody who goes on writing at a desk causes no look."""
AT_ONCE = 2
"""Guilds that are looked at at once: after a start with thousands of them, commands come through."""


SettingsIn = Callable[[int], Settings]
"""Returns a guild's settings, by its id."""


@dataclass(slots=True)
class _Desks:
    """What the keeper remembers of one guild, besides what is learnt; all of it may be lost at any time.

    `next` is when the next look begins, and its timer; `begun` is when the one that is on was; `finished` is
    what steps were about that have ended since the book was read. `channels` are those of ours where people
    write or talk, `heard` where they did and that is not written down yet.
    """

    learnt: Learnt
    troubles: Troubles
    look: asyncio.Task[None] | None = None
    next: tuple[float, asyncio.Handle] | None = None
    looked: float = float("-inf")
    begun: float = 0.0
    dirty: bool = False
    running: dict[str, tuple[Step, asyncio.Task[None]]] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    links: links.Links = field(default_factory=links.Links)
    channels: dict[int, Record] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)

    def busy(self) -> set[str]:
        """Return what steps are about now, or were until a moment ago: that waits for the next look."""
        return {subject_of(step) for step, _ in self.running.values()} | self.finished

    def stop(self) -> list[asyncio.Task[None]]:
        """Stop at once, and return what is stopping."""
        if self.next:
            self.next[1].cancel()
        running = [task for _, task in self.running.values()]
        tasks = [task for task in (self.look, *running, *self.links.telling) if task]
        for task in tasks:
            task.cancel()
        return tasks


class Keeper:
    """Makes the desks of every guild what the database says. Commands only call `wake`."""

    pace = PACE
    looked: Callable[[int], None] = staticmethod(lambda _guild_id: None)
    """Called after each look at a guild, which may have written to its audit trail."""
    measured: Callable[[float, bool], None] = staticmethod(lambda _seconds, _fine: None)
    """Hears how many seconds each look took, and whether it was fine."""
    stepped: Callable[[Step, Exception | None], None] = staticmethod(lambda _step, _error: None)
    """Hears of each step, and of what went wrong with it."""

    def __init__(
        self, client: discord.Client, service: Service, book: DeskBook, words: WordsIn, settings: SettingsIn
    ) -> None:
        self._client = client
        self._service = service
        self._book = book
        self._words = words
        self._settings = settings
        self._wishes = Wishes()
        self._desks: dict[int, _Desks] = {}
        self._looking = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        work, speech = Work(book, words), Speech(client, service, book, words)
        self._handlers: dict[type[Step], Handler] = {**work.handlers, **speech.handlers}

    def wake(self, guild_id: int, *, soon: bool = False, fresh: bool = False, room: bool = False) -> None:
        """Look at a guild after a short while; `soon`: at once, since a session has begun.

        `fresh`: permissions changed, so what was denied is tried again; `room`: something made room.
        """
        desks, now = self._of(guild_id), asyncio.get_running_loop().time()
        if fresh:
            desks.troubles.forgive()
        if fresh or room:
            desks.troubles.found_room()
        if desks.look:
            desks.dirty = True
        else:
            paced = self.pace and not soon
            self._look_at(guild_id, max(now + self.pace, desks.looked + LOOKS_APART) if paced else now)

    def _look_at(self, guild_id: int, at: float) -> None:
        """Look at a guild at an instant of the loop's clock, or sooner if that is planned already."""
        desks, loop = self._of(guild_id), asyncio.get_running_loop()
        if self._closed or (desks.next and desks.next[0] <= at):
            return
        if desks.next:
            desks.next[1].cancel()
        begin, soon = self._begin, at <= loop.time()
        desks.next = at, loop.call_soon(begin, guild_id) if soon else loop.call_at(at, begin, guild_id)

    def _begin(self, guild_id: int) -> None:
        desks = self._of(guild_id)
        desks.next, desks.begun = None, asyncio.get_running_loop().time()
        desks.look = asyncio.create_task(self._run(guild_id, desks), name=f"desks of {guild_id}")

    def _of(self, guild_id: int) -> _Desks:
        if guild_id not in self._desks:
            learnt = Learnt()
            self._desks[guild_id] = _Desks(learnt, Troubles(guild_id, self._book, learnt))
        return self._desks[guild_id]

    def forget(self, guild_id: int) -> None:
        """Stop looking after a guild that the bot has left; its sessions stay in the database."""
        if guild_id in self._desks:
            self._desks.pop(guild_id).stop()
        self._book.forget(guild_id)
        self._wishes.forget(guild_id)

    def behind(self) -> float:
        """Return how many seconds late it is with a look that was due, or does not come to its end."""
        now = asyncio.get_running_loop().time()
        begun = (desks.begun for desks in self._desks.values() if desks.look)
        planned = (desks.next[0] for desks in self._desks.values() if desks.next)
        return max(0.0, now - min((*begun, *planned), default=now))

    def last_look_age(self) -> float:
        """Return how many seconds ago it last began a look anywhere; not a number where it never has."""
        last = max((desks.looked for desks in self._desks.values()), default=float("-inf"))
        return asyncio.get_running_loop().time() - last if last > float("-inf") else float("nan")

    async def close(self) -> None:
        """Stop at once; whatever was under way is found again at the next start (R14)."""
        self._closed = True
        tasks = [task for desks in self._desks.values() for task in desks.stop()]
        await asyncio.gather(*tasks, return_exceptions=True)

    def when_ready(self, guild_id: int, session_id: int, tell: links.Tell) -> None:
        """Call `tell` with the channels of a session as soon as both exist."""
        self._of(guild_id).links.wait(session_id, tell)
        self.wake(guild_id)

    def listen(self, guild_id: int) -> None:
        """The bot hears what happens in a guild from now on; what was before, it may have missed."""
        self._of(guild_id).learnt.listens = self._service.now()
        self.wake(guild_id, fresh=True)

    def heard_gone(self, guild_id: int, ids: Collection[int], channel_id: int | None = None) -> None:
        """Something was deleted: a channel, an event, or messages in a channel."""
        desks = self._of(guild_id)
        if channel_id is None or channel_id in desks.channels:
            desks.learnt.gone |= set(ids)
            self.wake(guild_id, room=channel_id is None)

    def heard_words(self, guild_id: int, channel_id: int, user_id: int | None) -> None:
        """Somebody (None: a program) has written in a channel, which may be a desk's (R9, R11).

        The first word of somebody, or after a while, is looked at soon; others wait for whatever comes next.
        """
        desks, now = self._of(guild_id), self._service.now()
        record = desks.channels.get(channel_id)
        if record is None or record.kind is not Kind.TEXT:
            return
        known = desks.learnt.wrote.get(channel_id, Note(Fact.WROTE, record))
        news = channel_id not in desks.learnt.wrote
        if user_id is not None:
            news |= user_id not in known.people or known.at is None or not now - known.at < SILENCE
            people = (*known.people, *({user_id} - set(known.people)))
            known = Note(Fact.WROTE, record, people=people, at=now)
        desks.learnt.wrote[channel_id] = known
        desks.heard.add(channel_id)
        if news:
            self.wake(guild_id)

    def is_voice(self, guild_id: int, channel_id: int) -> bool:
        """Whether a channel is a desk's voice channel, as far as is known."""
        record = self._of(guild_id).channels.get(channel_id)
        return record is not None and record.kind is Kind.VOICE

    async def _run(self, guild_id: int, desks: _Desks) -> None:
        loop = asyncio.get_running_loop()
        async with self._looking:
            desks.dirty, desks.looked, fine = False, loop.time(), True
            try:
                seconds = await self._look(guild_id, desks)
            except Exception:
                # The guild's own boundary: whatever it is, the others go on and this one is tried again.
                log.exception("a look at the desks failed", guild=guild_id)
                seconds, fine = LIMIT, False
            self.measured(loop.time() - desks.looked, fine)
        desks.look = None
        if self._desks.get(guild_id) is desks:
            self.looked(guild_id)
            self._look_at(guild_id, loop.time() + max(min(seconds, LOOK_AGAIN.total_seconds()), 1.0))
            if desks.dirty:
                self.wake(guild_id)

    async def _look(self, guild_id: int, desks: _Desks) -> float:
        """Compare, write down, start what is to be done; return in how many seconds to look again."""
        rules = self._service.rules(guild_id)
        if not (rules.live or rules.closing):
            return LOOK_AGAIN.total_seconds()  # nothing of ours is public yet
        wrote, desks.finished = desks.learnt.wrote, set()
        if notes := [wrote[channel_id] for channel_id in desks.heard]:
            await self._book.note(guild_id, notes)
        desks.heard = {channel_id for channel_id in desks.heard if wrote[channel_id] not in notes}
        book = await self._book.read(guild_id)
        if any(due_state(session, book.now) for session in book.sessions):
            await self._service.clockwork.advance(guild_id)
            book = await self._book.read(guild_id)
        guild = self._client.get_guild(guild_id)
        if guild is None or guild.unavailable or guild.me is None:
            return LIMIT  # an outage is not an empty server: nothing may be made up for
        settings, words = self._settings(guild_id), self._words(guild_id)
        self._learn(book, desks, settings)
        view, programme = look(guild, book), self._service.programme(guild_id)
        scene = Scene(book, view, programme, settings, desks.learnt, words=words)
        log_id = rules.server.channels.log_channel
        if log_id and writable(guild, log_id) is None:
            scene.problems[f"log-channel:{log_id}"] = ""
        cleared = False
        if rules.closing:
            notes, steps, cleared = clear(scene, words=rules.closing == "all")
        else:
            notes, steps = self._plan(scene)
            desks.dirty |= self._judge(scene, desks, idle=not (steps or desks.running))
        if notes:
            await self._book.note(guild_id, notes)
            desks.dirty = True
        found, known = desks.troubles.problems(scene), {p.code: p.detail for p in book.rows.problems}
        steps += [Tell(p.code, p.detail) for p in book.rows.problems if not p.told and p.code in found]
        self._start(guild, desks, steps, CLEARING if rules.closing else WIDTH)
        # Only where nothing is under way is a problem known to be mended.
        await self._book.problems(guild_id, known, known | found if desks.running else found)
        desks.dirty |= bool(found.items() - known.items())
        if cleared and not desks.running:
            await self._service.cleanup.finish(guild_id)
        making = any(lane_of(step) is Lane.CHANNELS for step, _ in desks.running.values())
        desks.links.announce(book.showings, found, making=making)
        self._remember(scene, desks)
        timed = (*scene.near, *scene.far[:1])
        due = [*scene.due, *(at for session in timed for at in instants(session, scene.limits))]
        wait = min((at for at in due if at > scene.now), default=scene.now + LOOK_AGAIN) - scene.now
        return min(wait.total_seconds(), desks.troubles.next_wait())

    @staticmethod
    def _learn(book: Book, desks: _Desks, settings: Settings) -> None:
        """Learn which words to hide, how long no channels are made, and what steps are about."""
        learnt, troubles, showings = desks.learnt, desks.troubles, book.showings.values()
        own = (*book.organizers, settings.pause or "")
        there = lambda: {digest(w) for w in chain(own, *map(words_of, showings))}  # noqa: E731
        suspicions, seconds = troubles.suspicions, troubles.halted()
        learnt.hidden = suspicions.hidden(there) | book.rows.refused | suspicions.guilty
        learnt.halted = book.now + timedelta(seconds=seconds) if seconds else None
        learnt.busy = frozenset(desks.busy())

    @staticmethod
    def _remember(scene: Scene, desks: _Desks) -> None:
        """Remember which channels to listen to, and forget what was heard of things that nobody knows."""
        ours = (r for r in scene.records if r.kind in CHANNELS - CATEGORIES)
        desks.channels = {r.discord_id: r for r in ours if r.discord_id}
        desks.learnt.wrote = {id_: note for id_, note in desks.learnt.wrote.items() if id_ in desks.channels}
        desks.heard &= desks.learnt.wrote.keys()
        desks.learnt.counted &= {session.id for session in scene.near}
        if not desks.running:
            desks.learnt.gone &= {r.discord_id or 0 for r in scene.records}

    def _judge(self, scene: Scene, desks: _Desks, *, idle: bool) -> bool:
        """See whether what is on trial is in any message; return whether others are to be tried now (R16)."""
        if not desks.troubles.suspicions.suspects:
            return False
        shown = [wish.words for wish in self._wishes.of(scene)]
        for notice in scene.book.rows.notices:
            session = scene.sessions.get(notice.session_id)
            told = words_shown(notice.kind, session) if session else ()
            shown.append(frozenset(map(digest, filter(None, (*told, notice.words, notice.topic)))))
        return desks.troubles.suspicions.judged_by(frozenset().union(*shown), idle=idle)

    def _plan(self, scene: Scene) -> tuple[list[Note], list[Step]]:
        """Return all notes and steps; a bug in one part of the plan leaves the other (R21)."""
        notes: list[Note] = []
        steps: list[Step] = []
        for part in (lambda scene: converge(scene, self._wishes.of(scene))), plan_words:
            try:
                more_notes, more_steps = part(scene)
            except Exception:
                log.exception("a part of the plan failed", guild=scene.book.guild_id)
            else:
                notes += more_notes
                steps += more_steps
        return notes, steps

    def _start(self, guild: discord.Guild, desks: _Desks, steps: list[Step], width: int) -> None:
        """Start what waits for nothing, in its order, as far as its lane is wide."""
        taken, lanes = desks.busy(), Counter(lane_of(step) for step, _ in desks.running.values())
        for step in steps:
            subjects, lane = {subject_of(step)} | desks.troubles.denies(step), lane_of(step)
            if not (desks.troubles.waits(step) or subjects & taken or lanes[lane] >= width):
                taken |= subjects
                lanes[lane] += 1
                task = asyncio.create_task(self._carry_out(guild, desks, step), name=key_of(step))
                desks.running[key_of(step)] = step, task
        desks.troubles.keep(steps)

    async def _carry_out(self, guild: discord.Guild, desks: _Desks, step: Step) -> None:
        """Carry out one step within its time; whatever comes of it, the others go on (R21)."""
        try:
            async with asyncio.timeout(LIMIT):
                told = await self._handlers[type(step)](step, guild, desks.learnt)
        except Exception as error:  # noqa: BLE001 - the step's own boundary; `failed` logs it
            self.stepped(step, error)
            await desks.troubles.failed(step, error, guild)
        else:
            self.stepped(step, None)
            desks.troubles.succeeded(step, told=told is not False)
            desks.learnt.gone -= (
                {r.discord_id or 0 for r in step.records} if isinstance(step, Find) else set()
            )
            log.info("step", guild=guild.id, step=key_of(step))
        finally:
            desks.running.pop(key_of(step), None)
            desks.finished.add(subject_of(step))
            self.wake(guild.id)
