"""The desks' keeper: per guild one loop that compares what should exist with what does, and mends it.

It wakes when something changes and when the next thing is due. One guild's trouble never holds up
another's, one failed step never stops the others. Where nothing happens it asks Discord nothing, but for
whether the board is still there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog

from bot.desks.apply import Applier
from bot.desks.desired import next_due
from bot.desks.event_steps import EventStep, MakeEvent
from bot.desks.look import look
from bot.desks.plan import DESK_KINDS, GUILD_CHANNELS, LEFT_OUT, Plan, make_plan
from bot.desks.plan_events import EVENTS
from bot.desks.scene import Place, Scene, Words
from bot.desks.shown import Display
from bot.desks.step import StillThere
from bot.desks.steps import Archive, Make, Move, Rename, Step, Tell
from bot.service import DeskBook, Service
from bot.service.deskbook import Book
from bot.store.channels import Kind

log = structlog.get_logger("keeper")

BACKOFF = (10, 30, 60, 300, 600)
"""Seconds until a failed step is tried again, by how often it has failed."""
LOOK_UP = timedelta(seconds=15)
"""How long after a change, at most, the clock is set for it where a slow request is under way."""
LOOK_AGAIN = timedelta(minutes=15)
"""The longest sleep: it bounds how late a jump of the machine's clock is noticed; costs no request."""
TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)
"""What Discord and the network may raise; anything else is our own bug."""

Ready = Callable[[dict[Kind, int]], Awaitable[None]]
"""Told of a session's channels; of none where organizers must mend something first."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """How often a step has failed, until when it waits, and what organizers have to mend for it."""

    count: int
    until: datetime
    problem: tuple[str, str] | None = None


@dataclass(slots=True)
class _Desks:
    """What the keeper remembers of one guild; all of it may be lost at any time."""

    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None
    due: datetime | None = None
    dirty: bool = False
    failures: dict[str, _Failure] = field(default_factory=dict)
    full: set[int] = field(default_factory=set)
    plain: set[Words] = field(default_factory=set)
    ready: dict[int, list[Ready]] = field(default_factory=dict)
    stuck: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Parts:
    """What the keeper looks things up in: the book, the settings, and what should be shown."""

    book: DeskBook
    place: Place
    display: Display


class Keeper:
    """Makes the desks of every guild what the database says. Commands only call `wake`."""

    def __init__(self, client: discord.Client, service: Service, applier: Applier, parts: Parts) -> None:
        self._client = client
        self._service = service
        self._book = parts.book
        self._applier = applier
        self._place = parts.place
        self._display = parts.display
        self._desks: dict[int, _Desks] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._closed = False

    # ------------------------------------------------------------------- waking

    def wake(self, guild_id: int, *, fresh: bool = False) -> None:
        """Look at a guild soon. `fresh`: something in the server changed, so what failed is tried again."""
        if self._closed:
            return
        desks = self._desks.setdefault(guild_id, _Desks())
        if fresh:
            desks.failures.clear()
            desks.full.clear()
        desks.dirty = True
        soon = self._service.now() + LOOK_UP
        if not _busy(desks):
            desks.task = asyncio.create_task(self._run(guild_id, desks), name=f"desks of {guild_id}")
        elif desks.due is None or desks.due > soon:
            self._arm(guild_id, desks, soon)  # what changed may be due before a slow request is over

    def forget(self, guild_id: int) -> None:
        """Stop looking after a guild that the bot has left; its sessions stay in the database."""
        desks = self._desks.pop(guild_id, None)
        if desks:
            self._stop(desks)

    def when_ready(self, guild_id: int, session_id: int, tell: Ready) -> None:
        """Call `tell` with the channels of a session as soon as both exist."""
        self._desks.setdefault(guild_id, _Desks()).ready.setdefault(session_id, []).append(tell)
        self.wake(guild_id)

    async def close(self) -> None:
        """Stop at once; whatever was under way is found again at the next start (R14)."""
        self._closed = True
        for desks in self._desks.values():
            self._stop(desks)
        for task in self._background:
            task.cancel()
        running = [desks.task for desks in self._desks.values() if desks.task]
        await asyncio.gather(*running, *self._background, return_exceptions=True)

    @staticmethod
    def _stop(desks: _Desks) -> None:
        for each in (desks.timer, desks.task):
            if each:
                each.cancel()

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # --------------------------------------------------------------------- time

    def _arm(self, guild_id: int, desks: _Desks, at: datetime | None) -> None:
        """Set the one timer of a guild; it fires even while a slow request is under way."""
        now = self._service.now()
        due = min(at or now + LOOK_AGAIN, now + LOOK_AGAIN)
        desks.due = due
        if desks.timer:
            desks.timer.cancel()
        if not self._closed and self._desks.get(guild_id) is desks:
            delay = max((due - now).total_seconds(), 1)
            desks.timer = asyncio.get_running_loop().call_later(delay, self._fire, guild_id, desks)

    def _fire(self, guild_id: int, desks: _Desks) -> None:
        if _busy(desks):
            # Sessions open and end on time however long Discord takes with the desks before.
            desks.dirty = True
            self._spawn(self._advance(guild_id, desks))
        else:
            self.wake(guild_id)

    async def _advance(self, guild_id: int, desks: _Desks) -> None:
        try:
            await self._service.advance(guild_id)
            book = await self._book.read(guild_id)
        except Exception:
            log.exception("sessions could not be opened or ended", guild=guild_id)
            self._arm(guild_id, desks, self._service.now() + timedelta(seconds=BACKOFF[1]))
            return
        limits = self._service.programme(guild_id).limits
        self._arm(guild_id, desks, next_due(book.sessions, self._service.now(), limits))

    # --------------------------------------------------------------------- pass

    async def _run(self, guild_id: int, desks: _Desks) -> None:
        while desks.dirty and not self._closed:
            desks.dirty = False
            try:
                await self._service.advance(guild_id)
                again = await self._converge(guild_id, desks)
            except Exception:
                # The guild's own boundary: whatever it is, the others go on and this one is tried again.
                log.exception("a look at the desks failed", guild=guild_id)
                again = self._service.now() + timedelta(seconds=BACKOFF[1])
            self._arm(guild_id, desks, again)

    async def _converge(self, guild_id: int, desks: _Desks) -> datetime | None:
        """Apply steps until none is left that could be; return when to look again."""
        done: set[str] = set()
        while True:
            guild = self._client.get_guild(guild_id)
            if guild is None or guild.unavailable or guild.me is None or self._closed:
                return None  # an outage is not an empty server: nothing may be made up for
            book, plan = await self._plan(guild, desks)
            now = self._service.now()
            waiting = {key: f.until for key, f in desks.failures.items() if f.until > now}
            step = next((s for s in plan.steps if s.key not in done and s.key not in waiting), None)
            self._announce(desks, book, stuck=step is None and bool(plan.problems.keys() - LEFT_OUT))
            if step is None:
                await self._book.problems(guild_id, plan.problems)  # only now is one known to be mended
                return min([*waiting.values(), *([plan.next_due] if plan.next_due else [])], default=None)
            self._arm(guild_id, desks, plan.next_due)
            if not await self._try(guild, desks, step):
                done.add(step.key)

    async def _plan(self, guild: discord.Guild, desks: _Desks) -> tuple[Book, Plan]:
        """Look, compare, and write down what organizers have to mend, before anything is tried."""
        ideas = await self._service.idea_count(guild.id)
        book = replace(await self._book.read(guild.id), ideas=ideas)
        now, programme = self._service.now(), self._service.programme(guild.id)
        trouble = dict(f.problem for f in desks.failures.values() if f.problem and f.until > now)
        view = replace(look(guild), trouble=trouble, full=frozenset(desks.full), plain=frozenset(desks.plain))
        wanted = self._display.wanted(book, programme, now)
        plan = make_plan(Scene(book, view, programme.limits, now), self._place, wanted)
        known = {p.code: p.detail for p in book.problems}
        if known != known | plan.problems:
            await self._book.problems(guild.id, known | plan.problems)
            return await self._plan(guild, desks)
        desks.failures = {k: f for k, f in desks.failures.items() if f.until > now - LOOK_AGAIN}
        return book, plan

    async def _try(self, guild: discord.Guild, desks: _Desks, step: Step) -> bool:
        """Carry out a step; return whether there is another way to be tried at once."""
        wait, problem = None, None
        try:
            await self._applier.apply(step, guild)
        except discord.RateLimited as limited:
            wait = limited.retry_after
            log.warning("Discord asks to wait", guild=guild.id, step=step.key, seconds=wait)
        except StillThere:
            pass
        except TROUBLE as error:
            log.warning("a step failed", guild=guild.id, step=step.key, error=str(error))
            if isinstance(error, discord.HTTPException):
                if self._another_way(desks, step, error):
                    return True
                problem = _problem(step, error)
        except Exception:
            log.exception("a step failed by a fault of ours", guild=guild.id, step=step.key)
        else:
            desks.failures.pop(step.key, None)
            log.info("step", guild=guild.id, step=step.key)
            return False
        count = desks.failures[step.key].count if step.key in desks.failures else 0
        seconds = BACKOFF[min(count, len(BACKOFF) - 1)] if wait is None else wait
        until = self._service.now() + timedelta(seconds=seconds)
        desks.failures[step.key] = _Failure(count + 1, until, problem)
        return False

    @staticmethod
    def _another_way(desks: _Desks, step: Step, error: discord.HTTPException) -> bool:
        """Learn from Discord's no what another way may avoid: what is full, strangers' words."""
        parent = step.parent_id if isinstance(step, Make | Archive | Move) else None
        if error.code == 50035 and parent and "parent_id" in error.text:
            desks.full.add(parent)
            return True
        if error.code == 30038 and isinstance(step, MakeEvent):
            desks.full.add(step.session.guild_id)
            return True
        if (
            error.code in {50035, 20031}
            and isinstance(step, Make | Rename)
            and step.session
            and not step.plain
        ):
            desks.plain.add((step.session.id, step.kind, step.label or ""))
            return True
        return False

    # -------------------------------------------------------------------- ready

    def _announce(self, desks: _Desks, book: Book, *, stuck: bool) -> None:
        """Tell those who wait for a session's channels that they are there, or that they cannot be yet."""
        active = {session.id for session in book.sessions if session.active}
        for session_id, waiting in list(desks.ready.items()):
            known = {
                r.kind: r.channel_id
                for r in book.records
                if r.session_id == session_id and r.channel_id is not None and not r.surplus
            }
            if session_id not in active:
                del desks.ready[session_id]
            elif len(known) == len(DESK_KINDS):
                del desks.ready[session_id]
                self._background_all(waiting, known)
            elif stuck and session_id not in desks.stuck:
                desks.stuck.add(session_id)
                self._background_all(waiting, {})

    def _background_all(self, waiting: Iterable[Ready], channels: dict[Kind, int]) -> None:
        for tell in waiting:
            self._spawn(self._tell(tell, channels))

    @staticmethod
    async def _tell(tell: Ready, channels: dict[Kind, int]) -> None:
        try:
            await tell(channels)
        except TROUBLE as error:
            log.warning("the links could not be added to an answer", error=str(error))


def _problem(step: Step, error: discord.HTTPException) -> tuple[str, str] | None:
    """Return what organizers have to mend before a step can succeed."""
    if error.code == 30013:
        return "guild-full", str(GUILD_CHANNELS)
    if error.status == 403 and isinstance(step, EventStep):
        return EVENTS, ""
    if error.status == 403 and not isinstance(step, Tell):
        return "refused", ""
    return None


def _busy(desks: _Desks) -> bool:
    return desks.task is not None and not desks.task.done()
