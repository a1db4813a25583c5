"""What failed in one guild, what follows from it, and what organizers are told (R16, R17, R21)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import discord
import structlog

from bot.desks.scene import CHANNELS, Scene
from bot.desks.steps import (
    Change,
    Make,
    Say,
    Step,
    Tell,
    about_of,
    key_of,
    place_of,
)
from bot.desks.things import UnseenError
from bot.desks.verdicts import TROUBLE, Verdict, verdict, wait_of
from bot.domain.fair_use import OFTEN
from bot.domain.suspicions import Suspicions
from bot.permissions import NEEDED
from bot.service.deskbook import DeskBook, Fact, Note
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
        self._halted_until = float("-inf")
        self.full: set[int] = set()
        self.suspicions = Suspicions()

    def waits(self, step: Step) -> bool:
        """Whether a step is not to be tried now: it failed, or was denied to another there."""
        failure, there = self._failures.get(key_of(step)), self._failures.get(_place(step))
        if failure and failure.final:
            return failure.about == about_of(step)
        return any(each is not None and each.until > _now() for each in (failure, there))

    def denies(self, step: Step) -> str | None:
        """Return the place of a step where something was denied before: only one at a time tries it there."""
        return _place(step) if _place(step) in self._failures else None

    def forgive(self) -> None:
        """Let failures be tried again, but not what Discord itself said to wait for or refused for good."""
        self._failures = {key: f for key, f in self._failures.items() if f.strict or f.final}

    def found_room(self) -> None:
        """Learn that something has made room, in a category, in the guild or among its events."""
        self.full.clear()
        full = ("guild-full", "500")
        self._failures = {key: f for key, f in self._failures.items() if f.problem != full}

    def halted(self) -> float:
        """Return for how many seconds Discord makes no more channels here."""
        return max(0.0, self._halted_until - _now())

    def next_wait(self) -> float:
        """Return in how many seconds the next failed step may be tried again."""
        waits = (f.until - _now() for f in self._failures.values() if not f.final)
        return min((wait for wait in waits if wait > 0), default=float("inf"))

    def problems(self) -> dict[str, str]:
        """Return what organizers have to mend for the steps that still wait."""
        waiting = (f for f in self._failures.values() if f.final or f.until > _now())
        return dict(f.problem for f in waiting if f.problem)

    def keep(self, steps: Iterable[Step]) -> None:
        """Forget failures of long ago, but for those of steps that are still planned."""
        old, planned = _now() - 2 * BACKOFF[-1], {name(step) for step in steps for name in (key_of, _place)}
        self._failures = {k: f for k, f in self._failures.items() if k in planned or f.until > old}

    def succeeded(self, step: Step) -> None:
        """Learn from a step that Discord carried out."""
        for name in (key_of(step), _place(step)):
            self._failures.pop(name, None)
        if isinstance(step, Make | Change | Say):
            self.suspicions.accept(_words(step))

    async def failed(self, step: Step, error: Exception, guild: discord.Guild) -> None:
        """Decide what follows from what Discord, the network or a bug of ours made of a step."""
        context = {"guild": self._guild_id, "step": key_of(step)}
        if isinstance(error, UnseenError):
            self._wait(step)
        elif not isinstance(error, TROUBLE):
            log.error("a step failed by a fault of ours", exc_info=error, **context)
            self._wait(step, problem=(f"fault:{key_of(step)}", ""))
        else:
            found = verdict(error)
            log.warning(
                "a step failed", **context, verdict=found.name, error=str(error) or type(error).__name__
            )
            if found is Verdict.WAIT:
                self._told_to_wait(step, wait_of(error))
            elif found is Verdict.FULL:
                self._full(step, error)
            elif found is Verdict.PLAINER:
                await self._plainer(step, error)
            elif found is Verdict.DENIED:
                self._wait(step, problem=denied(step, guild), key=_place(step))
            else:
                self._wait(step)

    def _wait(
        self,
        step: Step,
        seconds: float = 0,
        problem: tuple[str, str] | None = None,
        *,
        final: bool = False,
        key: str = "",
    ) -> None:
        key, strict = key or key_of(step), bool(seconds)
        count = self._failures[key].count if key in self._failures else 0
        until = _now() + (seconds or BACKOFF[min(count, len(BACKOFF) - 1)])
        self._failures[key] = _Failure(
            count + 1, until, problem, strict, final, about_of(step) if final else None
        )

    def _told_to_wait(self, step: Step, seconds: float) -> None:
        if seconds > LONG and isinstance(step, Make) and step.wish.kind in CHANNELS:
            self._halted_until = _now() + seconds
        else:
            self._wait(step, seconds)

    def _full(self, step: Step, error: Exception) -> None:
        """Learn what has no room: a category or the guild's events; a guild full of channels is told."""
        if isinstance(error, discord.HTTPException) and error.code == 30013:
            self._wait(step, problem=("guild-full", "500"))
        else:
            self.full.add(getattr(step, "parent_id", 0) or self._guild_id)

    async def _plainer(self, step: Step, error: Exception) -> None:
        """Once more without strangers' words where there are any; else give up, and tell (R16)."""
        words = _words(step)
        guilty = self.suspicions.refused(words) if words else None
        if guilty:
            await self._book.refuse_words(self._guild_id, guilty)
        if words:
            return
        self._wait(step, problem=(f"given-up:{key_of(step)}", str(error)[:200]), final=True)
        if isinstance(step, Say):
            await self._book.note(self._guild_id, [Note(Fact.GIVEN_UP, notice=each) for each in step.batch])


def _now() -> float:
    return asyncio.get_running_loop().time()


def _words(step: Step) -> frozenset[str]:
    """Return the digests of strangers' words that a step sends to Discord."""
    if isinstance(step, Change) and not {Aspect.NAME, Aspect.PICTURE, Aspect.FACE} & set(step.aspects):
        return frozenset()
    if isinstance(step, Make | Change):
        return step.wish.words
    return step.words if isinstance(step, Say) else frozenset()


def blocking(problems: Iterable[str]) -> bool:
    """Whether any of these problems may keep a desk from opening."""
    return any(code.partition(":")[0] in BLOCKING for code in problems)


def problems_of(scene: Scene, troubles: Troubles) -> dict[str, str]:
    """Return what organizers have to mend, by code."""
    found, view = scene.problems | troubles.problems(), scene.view
    for (kind, session_id), (times, _) in scene.book.rows.lost.items():
        if times >= OFTEN:
            found[f"deleted:{kind}:{session_id or ''}"] = ""
    if view.missing:
        found = {
            code: detail for code, detail in found.items() if not code.startswith("denied")
        }  # it follows
        found["permissions"] = ", ".join(view.missing)
    # Once told it stays a problem until it is mended: with every next card it would be told anew.
    told = any(p.code == "pins" for p in scene.book.rows.problems)
    if "pin_messages" in view.wanting and (told or any(r.kind is Kind.CARD for r in scene.records)):
        found["pins"] = ""
    if "create_events" in view.wanting and scene.settings.event:
        found["events"] = ""
    return found


def denied(step: Step, guild: discord.Guild) -> tuple[str, str] | None:
    """Return what organizers have to switch on, and in which channel, before a step can succeed."""
    if isinstance(step, Tell):
        return None  # there is nobody else to tell
    where, what = place_of(step)
    channel = guild.get_channel(where)
    if what == "events" or channel is None:
        return ("events" if what == "events" else "denied:0"), ""
    held = channel.permissions_for(guild.me)
    if what == "pins" and not held.pin_messages:
        return "pins", ""
    is_voice = isinstance(channel, discord.VoiceChannel)
    needed = [name for name, on in NEEDED if on and (name != "connect" or is_voice)]
    return f"denied:{channel.id}", ",".join(name for name in needed if not getattr(held, name))


def _place(step: Step) -> str:
    return "denied in {} {}".format(*place_of(step))
