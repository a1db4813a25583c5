"""What failed in one guild, what follows from it, and what organizers are told (R16, R17, R21)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

import discord
import structlog

from bot.desks.scene import CHANNELS, Scene
from bot.desks.steps import Absent, Change, Find, Lane, Make, Remove, Say, Step, Tell, lane_of
from bot.desks.things import UnseenError
from bot.desks.veil import Suspicions
from bot.desks.verdicts import TROUBLE, Verdict, verdict, wait_of
from bot.desks.work import StillThereError
from bot.service.deskbook import DeskBook, GiveUp
from bot.store.records import Aspect, Kind

log = structlog.get_logger("keeper")

BACKOFF = (10.0, 30.0, 60.0, 300.0, 600.0)
"""Seconds until a failed step is tried again, by how often it has failed."""
LONG = 60.0
"""Seconds of a wait of Discord's own from which on it is the day's limit of channels (R17)."""
BLOCKING = {"permissions", "guild-full", "no-channels", "many-channels", "denied"}
"""Problems that may keep a desk from opening."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """How often a step has failed, and until when (on the loop's clock) it waits.

    `strict`: Discord itself said how long. `final`: it is not asked again for what it was `about`.
    """

    count: int
    until: float
    problem: tuple[str, str] | None = None
    strict: bool = False
    final: bool = False
    about: object = None


class Troubles:
    """The failures of one guild's steps, and what was learnt from them."""

    def __init__(self, guild_id: int, book: DeskBook) -> None:
        self._guild_id = guild_id
        self._book = book
        self._failures: dict[str, _Failure] = {}
        self._halted_until = 0.0
        self.full: set[int] = set()
        self.refused: set[str] = set()
        self.suspicions = Suspicions()

    def waits(self, step: Step) -> bool:
        """Whether a step is not to be tried now."""
        failure = self._failures.get(step.key)
        if failure is None:
            return False
        return failure.about == step.about if failure.final else failure.until > _now()

    def forgive(self) -> None:
        """Let what failed be tried again, but for what Discord itself said to wait for or refused for good."""
        self._failures = {key: f for key, f in self._failures.items() if f.strict or f.final}

    def halted(self) -> float:
        """Return for how many seconds Discord makes no more channels here."""
        return max(0.0, self._halted_until - _now())

    def next_wait(self) -> float:
        """Return in how many seconds the next failed step may be tried again."""
        waits = [f.until - _now() for f in self._failures.values() if not f.final]
        return min((wait for wait in waits if wait > 0), default=float("inf"))

    def problems(self) -> dict[str, str]:
        """Return what organizers have to mend for the steps that still wait."""
        known = (f.problem for f in self._failures.values() if f.problem and (f.final or f.until > _now()))
        return dict(known)

    def keep(self, keys: Iterable[str]) -> None:
        """Forget failures of long ago, but for those of steps that are still planned."""
        old, kept = _now() - 2 * BACKOFF[-1], set(keys)
        self._failures = {
            k: f for k, f in self._failures.items() if k in kept or (f.until > old and not f.final)
        }

    def succeeded(self, step: Step) -> None:
        """Learn from a step that Discord carried out."""
        self._failures.pop(step.key, None)
        words = _words(step)
        if words:
            self.suspicions.accept(words)

    async def failed(self, step: Step, error: Exception, guild: discord.Guild) -> None:
        """Decide what follows from what Discord, the network or a bug of ours made of a step."""
        context = {"guild": self._guild_id, "step": step.key}
        if isinstance(error, StillThereError | UnseenError):
            self._wait(step, None)
            return
        if not isinstance(error, TROUBLE):
            log.exception("a step failed by a fault of ours", **context)
            self._wait(step, None, ("fault:" + step.key, ""))
            return
        found = verdict(error)
        log.warning("a step failed", **context, verdict=found.name, error=str(error) or type(error).__name__)
        match found:
            case Verdict.WAIT:
                self._told_to_wait(step, wait_of(error))
            case Verdict.FULL:
                self._full(step, error)
            case Verdict.PLAINER:
                await self._plainer(step, error)
            case Verdict.DENIED:
                self._wait(step, None, denied(step, guild))
            case _:
                self._wait(step, None)

    def _wait(
        self,
        step: Step,
        seconds: float | None,
        problem: tuple[str, str] | None = None,
        *,
        strict: bool = False,
    ) -> None:
        count = self._failures[step.key].count if step.key in self._failures else 0
        pause = BACKOFF[min(count, len(BACKOFF) - 1)] if seconds is None else seconds
        self._failures[step.key] = _Failure(count + 1, _now() + pause, problem, strict)

    def _told_to_wait(self, step: Step, seconds: float) -> None:
        if seconds > LONG and isinstance(step, Make) and step.wish.kind in CHANNELS:
            self._halted_until = _now() + seconds
        else:
            self._wait(step, seconds or None, strict=seconds > 0)

    def _full(self, step: Step, error: Exception) -> None:
        """Learn what has no room: a category or the guild's events; a guild full of channels is told."""
        if isinstance(error, discord.HTTPException) and error.code == 30013:
            self._wait(step, None, ("guild-full", "500"))
        elif isinstance(step, Make | Change) and step.parent_id:
            self.full.add(step.parent_id)
        else:
            self.full.add(self._guild_id)

    async def _plainer(self, step: Step, error: Exception) -> None:
        """Once more without strangers' words where there are any; else give up, and tell (R16)."""
        words = _words(step)
        if words:
            guilty = self.suspicions.refused(words)
            if guilty:
                self.refused.add(guilty)
                await self._book.refuse_words(self._guild_id, [guilty])
            return
        if isinstance(step, Say):
            await self._book.note(self._guild_id, [GiveUp(notice) for notice in step.batch])
        self._wait(step, None, ("given-up:" + step.key, str(error)[:200]))
        self._failures[step.key] = replace(self._failures[step.key], final=True, about=step.about)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _words(step: Step) -> frozenset[str]:
    """Return the digests of strangers' words that a step sends to Discord."""
    if isinstance(step, Make):
        return step.wish.words
    if isinstance(step, Change):
        worded = {Aspect.NAME, Aspect.PICTURE, Aspect.FACE} & set(step.aspects)
        return step.wish.words if worded else frozenset()
    return step.words if isinstance(step, Say) else frozenset()


def blocking(problems: Iterable[str]) -> bool:
    """Whether any of these problems may keep a desk from opening."""
    return any(code.partition(":")[0] in BLOCKING for code in problems)


def problems_of(scene: Scene, troubles: Troubles) -> dict[str, str]:
    """Return what organizers have to mend, by code."""
    found = scene.problems | troubles.problems()
    view, records = scene.view, scene.records
    if view.missing:
        found["permissions"] = ", ".join(view.missing)
        found = {
            code: detail for code, detail in found.items() if not code.startswith("denied")
        }  # it follows
    # Once told it stays a problem until it is mended: with every next card it would be told anew.
    told = any(p.code == "pins" for p in scene.book.rows.problems)
    if "pin_messages" in view.wanting and (told or any(r.kind is Kind.CARD for r in records)):
        found["pins"] = ""
    if "create_events" in view.wanting and scene.settings.event:
        found["events"] = ""
    return found


def denied(step: Step, guild: discord.Guild) -> tuple[str, str] | None:
    """Return what organizers have to switch on, and in which channel, before a step can succeed."""
    if isinstance(step, Tell):
        return None  # there is nobody else to tell
    kind = step.wish.kind if isinstance(step, Make) else getattr(getattr(step, "record", None), "kind", None)
    if kind is Kind.EVENT:
        return "events", ""
    channel_id, needed = _needs(step)
    channel = guild.get_channel(channel_id)
    if channel is None:
        return "denied:0", ""
    held = channel.permissions_for(guild.me)
    lacking = [name for name in needed if not getattr(held, name)]
    if lacking == ["pin_messages"]:
        return "pins", ""
    return f"denied:{channel_id}", ",".join(lacking or needed)


def _needs(step: Step) -> tuple[int, tuple[str, ...]]:
    """Return where a step acts, and discord.py's names of the permissions that it takes there."""
    match step:
        case Say(channel_id=channel_id):
            return channel_id or 0, ("read_messages", "send_messages", "read_message_history")
        case Absent(channel_id=channel_id):
            return channel_id or 0, ("read_messages", "read_message_history")
        case Make() if lane_of(step.wish.kind) is Lane.CURRENT:
            return step.parent_id, ("read_messages", "send_messages")
        case Make():
            return step.parent_id, ("read_messages", "manage_channels", "manage_roles")
        case Change(record=record) | Remove(record=record) if lane_of(record.kind) is Lane.CURRENT:
            pins = isinstance(step, Change) and Aspect.PINNED in step.aspects
            return record.parent_id, ("read_messages", "pin_messages") if pins else ("read_messages",)
        case Change(record=record) | Remove(record=record):
            needed = ("read_messages", "connect", "manage_channels", "manage_roles")
            return record.discord_id or 0, needed if isinstance(step, Change) else needed[:3]
        case Find(records=(record, *_)):
            return record.parent_id, ("read_messages", "read_message_history")
    return 0, ()
