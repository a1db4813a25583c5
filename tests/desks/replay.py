"""R7 read back: the audit trail, played line by line, must keep every rule and end at what is in the file.

What changed without a line, was written twice, or out of order, shows as a difference at the end; what should
not have been done at that moment, as a line that breaks a rule.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.domain.models import TRANSITIONS, Period, State
from bot.domain.programme import Programme
from bot.service.presence import IDLE, NO_SHOW
from bot.service.rulebook import combined
from bot.service.states import TIME
from bot.store.instants import instant
from tests.desks.conftest import rows
from tests.desks.player import Player

CLOSED = {State.ENDED, State.CANCELLED, State.RELEASED}


@dataclass
class Life:
    """A session as the trail tells of it."""

    host: int
    start: datetime
    end: datetime
    state: State = State.BOOKED
    desk: int | None = None
    mine: set[int] = field(default_factory=set)
    """Who was ever its host or one of its co-hosts."""

    @property
    def active(self) -> bool:
        return self.state in {State.BOOKED, State.OPEN}


@dataclass(frozen=True)
class Line:
    """One line of the trail."""

    at: datetime
    session: int
    actor: int | None
    action: str
    reason: str
    detail: dict[str, Any]


class Trail:
    """Plays the lines of one server; `faults` are those that break a rule."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._own: dict[str, Any] = {}
        self._boss = player.world.organizer().id
        self._programmes: dict[str, Programme] = {}
        self.programme = self._programme()
        self.lives: dict[int, Life] = {}
        self.paused = False
        self.blocked: dict[int, datetime | None] = {}
        self.out: set[tuple[int, int]] = set()
        self.offered: set[tuple[int, int, int]] = set()
        """By session: in whose place (0: beside them) somebody was asked to host it."""
        self.told: dict[int, set[int]] = {}
        self.taken_down: set[int] = set()
        self.faults: list[str] = []

    def play(self) -> list[str]:
        """Return what is wrong with the trail, or with the file as the trail tells it."""
        sql = "SELECT at, ifnull(session_id, 0), actor_id, action, reason, detail FROM audit ORDER BY id"
        for at, session, actor, action, reason, detail in rows(self._player.world, sql):
            line = Line(instant(at), session, actor, action, reason, json.loads(detail))
            handler: Callable[[Line], None] | None = getattr(self, f"_{action.replace('-', '_')}", None)
            if handler:
                handler(line)
        return self.faults + list(self._differences())

    def _fault(self, line: Line, what: str) -> None:
        self.faults.append(f"{line.action} of {line.session} by {line.actor} at {line.at:%H:%M:%S}: {what}")

    def _programme(self) -> Programme:
        known = json.dumps(self._own, sort_keys=True)
        if known not in self._programmes:
            base = self._player.world.bot.service._needs.rulebook.base
            self._programmes[known] = combined(base, self._own).programme()
        return self._programmes[known]

    # ------------------------------------------------------------- what may be done

    def _side_by_side(self, span: Period, at: datetime) -> int:
        """How many sessions there are at most at one instant from now on within a span."""
        taken = [life for life in self.lives.values() if life.active]
        instants = [max(span.start, at), *(life.start for life in taken)]
        inside = [each for each in instants if max(span.start, at) <= each < span.end]
        return max((sum(life.start <= each < life.end for life in taken) for each in inside), default=0)

    def _check_fits(self, line: Line, fresh: Sequence[Period]) -> None:
        """R2, R3: what a session takes anew."""
        limit, life = self.programme.limits.parallel_limit, self.lives[line.session]
        span = Period(life.start, life.end)
        if (most := max((self._side_by_side(each, line.at) for each in fresh), default=0)) > limit:
            self._fault(line, f"R3: {most} at once, of {limit}")
        if fresh and self.programme.window_of(span) is None:
            self._fault(line, f"R2: {span.start:%H:%M}-{span.end:%H:%M} lies in no window")

    def _check_own(self, line: Line) -> None:
        """R5: whoever hosts is in one place."""
        mine = self.lives[line.session]
        for number, life in self.lives.items():
            others = number != line.session and life.active and life.host == mine.host and life.host
            if others and mine.start < life.end and max(life.start, line.at) < mine.end:
                self._fault(line, f"R5: its host is at {number}")

    def _check_may_host(self, line: Line, user_id: int) -> None:
        if user_id != self._boss and user_id in self.blocked:
            until = self.blocked[user_id]
            if until is None or line.at < until:
                self._fault(line, f"{user_id} may not host")

    def _check_may_change(self, line: Line) -> None:
        if line.actor not in {None, self._boss, *self.lives[line.session].mine}:
            self._fault(line, "is not theirs")

    # ----------------------------------------------------------------- sessions

    def _host(self, line: Line) -> None:
        start, end = (datetime.fromisoformat(line.detail[key]) for key in ("start", "end"))
        before = self.lives.get(line.detail.get("again_of", 0))
        host = before.host if before else line.actor or 0
        life = Life(host, start, end, mine={host, *(before.mine if before else ())})
        self.lives[line.session] = life
        self._check_fits(line, [Period(start, end)])
        self._check_own(line)
        if before is None:
            limits = self.programme.limits
            if self.paused:
                self._fault(line, "while new sessions are paused")
            self._check_may_host(line, host)
            booked = [
                life for life in self.lives.values() if life.host == host and life.state is State.BOOKED
            ]
            ahead = sum(each.start > line.at for each in booked)
            if start > line.at and ahead > limits.max_upcoming_per_host:
                self._fault(line, f"R5: {ahead} booked")

    def _edit(self, line: Line) -> None:
        self._check_may_change(line)
        self._revised(line)

    _extend = _edit

    def _offer(self, line: Line) -> None:
        self._check_may_change(line)
        self.offered.add((line.session, self.lives[line.session].host, line.detail["member"]))

    def _offer_cohost(self, line: Line) -> None:
        self._check_may_change(line)
        self.offered.add((line.session, 0, line.detail["member"]))

    def _take_over(self, line: Line) -> None:
        """R18: by the one who was asked, while its host is who it was."""
        host, new = line.detail["host_id"]
        life = self.lives[line.session]
        if (line.session, host, line.actor) not in self.offered or (new, host) != (line.actor, life.host):
            self._fault(line, f"R18: {new} was not asked, or did not take it, in place of {host}")
        life.host = new
        life.mine.add(new)
        self._check_may_host(line, new)
        self._check_own(line)

    def _revised(self, line: Line) -> None:
        life = self.lives[line.session]
        if not life.active:
            self._fault(line, f"is {life.state}")
        was = Period(life.start, life.end)
        for name in ("start", "end"):
            if name in line.detail:
                before, after = map(datetime.fromisoformat, line.detail[name])
                if before != getattr(life, name):
                    self._fault(line, f"its {name} was {getattr(life, name)}, not {before}")
                setattr(life, name, after)
        self._check_fits(line, _beyond(was, Period(life.start, life.end)))
        if "host_id" in line.detail:
            self._fault(line, "R18: makes somebody a host")
        if line.detail.keys() & {"start", "end"}:
            self._check_own(line)

    def _cohosts(self, line: Line) -> None:
        """R18: whoever may, takes co-hosts away; who was asked makes themselves one."""
        new = set(line.detail["after"]) - set(line.detail["before"])
        if not new:
            self._check_may_change(line)
        elif new != {line.actor} or (line.session, 0, line.actor) not in self.offered:
            self._fault(line, f"R18: {new} were not asked")
        self.lives[line.session].mine |= new

    def _became(self, line: Line) -> None:
        life, state = self.lives[line.session], State(line.action)
        if state not in TRANSITIONS[life.state]:
            self._fault(line, f"R7: was {life.state}")
        life.state = state

    def _open(self, line: Line) -> None:
        life = self.lives[line.session]
        self._became(line)
        life.desk = line.detail["desk"]
        if line.at < life.start:
            self._fault(line, f"opens before {life.start}")
        shared = [n for n, o in self.lives.items() if o.state is State.OPEN and o.desk == life.desk]
        if shared != [line.session]:
            self._fault(line, f"{shared} share a desk")

    def _closed(self, line: Line) -> None:
        """R12: nothing but its time, nobody's being there (R11), or somebody who may ends a session."""
        life, limits = self.lives[line.session], self.programme.limits
        self._check_may_change(line)
        due = {
            ("ended", TIME): life.end <= line.at,
            ("ended", IDLE): limits.idle_minutes > 0,
            ("released", NO_SHOW): limits.no_show_minutes > 0,
        }.get((line.action, line.reason), False)
        if line.actor is None and not due:
            self._fault(line, "nobody did that")
        self._became(line)

    _ended = _cancelled = _released = _closed

    # --------------------------------------------------------------- organizers

    def _check_organizer(self, line: Line) -> None:
        if line.actor != self._boss:
            self._fault(line, "for organizers alone")

    def _settings(self, line: Line) -> None:
        self._check_organizer(line)
        for key, (_, value) in line.detail["changed"].items():
            self._own.pop(key, None)
            if value is not None:
                self._own[key] = value
        self.programme = self._programme()

    def _pause(self, line: Line) -> None:
        self._check_organizer(line)
        self.paused = True

    def _resume(self, line: Line) -> None:
        self._check_organizer(line)
        self.paused = False

    def _block(self, line: Line) -> None:
        self._check_organizer(line)
        until = line.detail["until"]
        self.blocked[line.detail["member"]] = until and datetime.fromisoformat(until)

    def _unblock(self, line: Line) -> None:
        self._check_organizer(line)
        self.blocked.pop(line.detail["member"], None)

    def _announce(self, line: Line) -> None:
        self._check_organizer(line)
        desks = {number for number, life in self.lives.items() if life.state is State.OPEN}
        if set(line.detail["desks"]) != desks:
            self._fault(line, f"open are {desks}, told are {line.detail['desks']}")
        self.told[line.detail["announcement"]] = desks

    def _announce_off(self, line: Line) -> None:
        self._check_organizer(line)
        self.taken_down.add(line.detail["announcement"])

    # ------------------------------------------------------------------- guests

    def _join(self, line: Line) -> None:
        kept_out = (line.session, line.actor) in self.out
        if kept_out and line.actor not in self.lives[line.session].mine:
            self._fault(line, "was sent out")

    _remind = _join

    def _send_out(self, line: Line) -> None:
        self._check_may_change(line)
        self.out.add((line.session, line.detail["user"]))

    def _let_in(self, line: Line) -> None:
        self._check_may_change(line)
        self.out.discard((line.session, line.detail["user"]))

    # ------------------------------------------------------------------ the end

    def _differences(self) -> Sequence[str]:
        """R7: what the file says and the trail does not."""
        world = self._player.world
        found = []
        sql = "SELECT id, host_id, starts_at, ends_at, state FROM session"
        told = {n: (life.host, life.start, life.end, life.state) for n, life in self.lives.items()}
        there = {n: (h, instant(s), instant(e), State(st)) for n, h, s, e, st in rows(world, sql)}
        found += [
            f"{n} is {there.get(n)}, the trail says {told.get(n)}"
            for n in sorted(told.keys() | there.keys())
            if told.get(n) != there.get(n)
        ]
        own = {key: json.loads(value) for key, value in rows(world, "SELECT key, value FROM setting")}
        if own != self._own:
            found.append(f"settings are {own}, the trail says {self._own}")
        rules = world.bot.service.rules(world.guild.id)
        if (rules.paused is not None, rules.programme) != (self.paused, self.programme):
            found.append("other rules are in force than the trail says")
        out = set(rows(world, "SELECT session_id, user_id FROM sent_out WHERE undone_at IS NULL"))
        if out != self.out:
            found.append(f"sent out are {out}, the trail says {self.out}")
        return found


def _beyond(was: Period, now: Period) -> list[Period]:
    """What a span takes that it did not have."""
    if not was.start < now.end or not now.start < was.end:
        return [now]
    before, after = Period(now.start, was.start), Period(was.end, now.end)
    return [each for each in (before, after) if each.start < each.end]
