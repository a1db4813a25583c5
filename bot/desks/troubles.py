"""What failed in one guild, what follows from it, and what organizers are told (R16, R17, R21)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import discord
import structlog

from bot import permissions
from bot.desks.scene import Learnt, Scene
from bot.desks.steps import Change, Make, Say, Step, Tell, key_of, place_of
from bot.desks.verdicts import TROUBLE, Verdict, verdict, wait_of
from bot.desks.work import UnseenError
from bot.domain.fair_use import OFTEN
from bot.domain.records import CHANNELS, Aspect, Kind
from bot.domain.suspicions import Suspicions
from bot.service.deskbook import DeskBook, Fact, Note

log = structlog.get_logger("keeper")

BACKOFF = (10.0, 30.0, 60.0, 300.0, 600.0)
"""Seconds until a failed step is tried again, by how often it has failed."""
LONG = 60.0
"""Seconds of a wait of Discord's own from which on it is the day's limit of channels (R17)."""
NO_ROOM = ("guild-full", "500")
"""The problem where Discord says that there are 500 channels."""
Problem = tuple[str, str]
"""What organizers have to mend: a code, and what it is about."""


@dataclass(frozen=True, slots=True)
class _Failure:
    """How often a step has failed, and until when (on the loop's clock) it waits.

    `strict`: Discord itself said how long. `given_up` is what it asked for, and is not asked for again;
    something else may be asked for after the wait, so that a layout of ours that is refused costs little.
    """

    count: int
    until: float
    problem: Problem | None = None
    strict: bool = False
    given_up: object = None


class Troubles:
    """The failures of one guild's steps, and what is learnt from them. By a step's name, or by its place."""

    def __init__(self, guild_id: int, book: DeskBook, learnt: Learnt) -> None:
        self._guild_id = guild_id
        self._book = book
        self._learnt = learnt
        self._failures: dict[str, _Failure] = {}
        self._halted_until = float("-inf")
        self.suspicions = Suspicions()

    def waits(self, step: Step) -> bool:
        """Whether a step is not to be tried now: it failed, or was denied to another there."""
        failure, there = self._failures.get(key_of(step)), self._failures.get(_place(step))
        if failure and failure.given_up is not None and failure.given_up == _asked(step):
            return True
        return any(each is not None and each.until > _now() for each in (failure, there))

    def denies(self, step: Step) -> set[str]:
        """Return the place of a step where something was denied before: only one at a time tries it there."""
        return {_place(step)} & self._failures.keys()

    def forgive(self) -> None:
        """Let failures be tried again, but not what Discord itself said to wait for or refused for good."""
        kept = {key: f for key, f in self._failures.items() if f.strict or f.given_up is not None}
        self._failures = kept

    def found_room(self) -> None:
        """Learn that something has made room, in a category, in the guild or among its events."""
        self._learnt.full = frozenset()
        self._failures = {key: f for key, f in self._failures.items() if f.problem != NO_ROOM}

    def halted(self) -> float:
        """Return for how many seconds Discord makes no more channels here."""
        return max(0.0, self._halted_until - _now())

    def next_wait(self) -> float:
        """Return in how many seconds the next failed step may be tried again."""
        waits = (f.until - _now() for f in self._failures.values())
        return min((wait for wait in waits if wait > 0), default=float("inf"))

    def keep(self, steps: Iterable[Step]) -> None:
        """Forget failures of long ago, but for those of steps that are still planned."""
        old, planned = _now() - 2 * BACKOFF[-1], {name(step) for step in steps for name in (key_of, _place)}
        self._failures = {k: f for k, f in self._failures.items() if k in planned or f.until > old}

    def succeeded(self, step: Step, *, told: bool = True) -> None:
        """Learn from a step that was carried out; of its words only where Discord was `told` them."""
        for name in (key_of(step), _place(step)):
            self._failures.pop(name, None)
        if told and isinstance(step, Make | Change | Say):
            self.suspicions.accept(_words(step))

    async def failed(self, step: Step, error: Exception, guild: discord.Guild) -> None:
        """Decide what follows from what Discord, the network or a bug of ours made of a step."""
        key = key_of(step)
        if isinstance(error, UnseenError):
            self._wait(key)
        elif not isinstance(error, TROUBLE):
            log.error("a step failed by a fault of ours", exc_info=error, guild=self._guild_id, step=key)
            self._wait(key, (f"fault:{key}", ""))
        else:
            found, said = verdict(error), str(error) or type(error).__name__
            log.warning("a step failed", guild=self._guild_id, step=key, verdict=found.name, error=said)
            await self._follow(found, step, error, guild)

    async def _follow(self, found: Verdict, step: Step, error: Exception, guild: discord.Guild) -> None:
        key, words = key_of(step), _words(step)
        match found:
            case Verdict.WAIT:
                seconds = wait_of(error)
                if seconds > LONG and isinstance(step, Make) and step.wish.kind in CHANNELS:
                    self._halted_until = _now() + seconds
                else:
                    self._wait(key, seconds=seconds)
            case Verdict.FULL if getattr(error, "code", 0) == 30013:
                self._wait(key, NO_ROOM)
            case Verdict.FULL:  # a category, or the guild's events
                self._learnt.full |= {getattr(step, "parent_id", 0) or self._guild_id}
            case Verdict.DENIED:
                self._wait(_place(step), _denied(step, guild))
            case Verdict.PLAINER if words and not self._gave_up(key):  # once more without strangers' words
                if guilty := self.suspicions.refused(words):
                    await self._book.refuse_words(self._guild_id, guilty)
            case Verdict.PLAINER:
                self._wait(key, (f"given-up:{key}", str(error)[:200]), given_up=_asked(step))
                if isinstance(step, Say):
                    notes = [Note(Fact.GIVEN_UP, notice=notice) for notice in step.batch]
                    await self._book.note(self._guild_id, notes)
            case _:
                self._wait(key)

    def _gave_up(self, key: str) -> bool:
        """Whether a step was refused without anybody's words: then no words are to blame for it."""
        return key in self._failures and self._failures[key].given_up is not None

    def _wait(
        self, key: str, problem: Problem | None = None, *, seconds: float = 0.0, given_up: object = None
    ) -> None:
        """Let what has this key rest for the `seconds` that Discord said, else ever longer."""
        count = self._failures[key].count if key in self._failures else 0
        until = _now() + (seconds or BACKOFF[min(count, len(BACKOFF) - 1)])
        self._failures[key] = _Failure(count + 1, until, problem, bool(seconds), given_up)

    def problems(self, scene: Scene) -> dict[str, str]:
        """Return what organizers have to mend, by code."""
        view, rows = scene.view, scene.book.rows
        waiting = (f for f in self._failures.values() if f.given_up is not None or f.until > _now())
        found = scene.problems | dict(f.problem for f in waiting if f.problem)
        found |= {f"deleted:{kind}:{of or ''}": "" for (kind, of), (n, _) in rows.lost.items() if n >= OFTEN}
        gone = (each for each in rows.sessions if each.active and each.host_gone)
        found |= {f"host-gone:{each.id}": str(each.host_id) for each in gone}
        if view.missing:  # whatever is denied follows from it
            found = {code: detail for code, detail in found.items() if not code.startswith("denied")}
            found["permissions"] = ", ".join(view.missing)
        # Once told it stays a problem until it is mended: with every next card it would be told anew.
        told = any(problem.code == "pins" for problem in rows.problems)
        if "pin_messages" in view.wanting and (told or any(r.kind is Kind.CARD for r in scene.records)):
            found["pins"] = ""
        told = any(problem.code == "moves" for problem in rows.problems)
        if "move_members" in view.wanting and (told or any(r.kind is Kind.VOICE for r in scene.records)):
            found["moves"] = ""
        if "create_events" in view.wanting and scene.settings.event:
            found["events"] = ""
        return found


def _denied(step: Step, guild: discord.Guild) -> Problem | None:
    """Return what organizers have to switch on, and in which channel, before a step can succeed."""
    where, what = place_of(step)
    channel = guild.get_channel(where)
    if isinstance(step, Tell):
        return None  # there is nobody else to tell
    if what == "events" or channel is None:
        return ("events" if what == "events" else "denied:0"), ""
    if what == "pins" and not channel.permissions_for(guild.me).pin_messages:
        return "pins", ""
    return f"denied:{channel.id}", ",".join(permissions.missing_in(channel))


def _asked(step: Step) -> object:
    """Return what a step asks for: given up, it is not asked again for just that."""
    return tuple(step.wish.aspects.items()) if isinstance(step, Make | Change) else ()


def _words(step: Step) -> frozenset[str]:
    """Return the digests of strangers' words that a step sends to Discord."""
    if isinstance(step, Change) and not {Aspect.NAME, Aspect.PICTURE, Aspect.FACE} & set(step.aspects):
        return frozenset()
    if isinstance(step, Make | Change):
        return step.wish.words
    return step.words if isinstance(step, Say) else frozenset()


def _place(step: Step) -> str:
    return "denied {} {}".format(*place_of(step))


def _now() -> float:
    return asyncio.get_running_loop().time()
