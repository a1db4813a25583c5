"""A little model of a guild, its database and Discord, on which plans are carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.desks import plan
from bot.desks.plan import PATIENCE, Plan, make_plan, matches
from bot.desks.scene import Place, Scene, Seen, View
from bot.desks.steps import (
    Adopt,
    Archive,
    Check,
    Delete,
    Drop,
    Find,
    LastWord,
    Make,
    Move,
    Say,
    Step,
    Surplus,
)
from bot.domain.models import Limits, Session, State
from bot.service.deskbook import Book
from bot.store.channels import Kind, Record
from bot.store.notices import Notice, NoticeKind

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits()
PLACE = Place("Open Space", "Open Space archive", archive=True)
CATEGORIES = {Kind.AREA: "Open Space", Kind.ARCHIVE: "Open Space archive"}


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def session(
    number: int, state: State, start: int = -4, minutes: int = 60, closed: int | None = None
) -> Session:
    over = None if closed is None else at(closed)
    return Session(
        number,
        5,
        100 + number,
        "ana",
        f"Topic {number}",
        "",
        at(start),
        at(start + minutes),
        state,
        closed=over,
    )


def mark(kind: Kind, of: Session | None) -> str:
    if of is None:
        return CATEGORIES[kind]
    return of.topic if kind is Kind.VOICE else f"#{of.id}"


def record(number: int, kind: Kind, of: Session | None = None) -> Record:
    """A record of the channel 1000 + number, asked for five minutes ago."""
    asked, session_id = at(-5), of.id if of else None
    return Record(
        number, 5, session_id, kind, 1000 + number, mark(kind, of), asked, archived=False, surplus=False
    )


def channel(
    number: int,
    kind: str,
    of: Session | None = None,
    *,
    name: str = "Open Space",
    marked: bool = True,
    parent_id: int | None = None,
) -> Seen:
    """A channel as the keeper makes it, five minutes ago."""
    parent = parent_id or (1001 if of else None)
    topic = f"about · #{of.id}" if of and kind == "text" else ""
    return Seen(number, kind, parent, of.topic if of else name, topic, at(-5), marked, 0)


@dataclass
class Model:
    """What the database and Discord hold; `carry_out` does to both what the applier would."""

    sessions: list[Session]
    records: dict[int, Record] = field(default_factory=dict)
    channels: dict[int, Seen] = field(default_factory=dict)
    notices: dict[int, Notice] = field(default_factory=dict)
    warned: set[int] = field(default_factory=set)
    archives: bool = True
    now: datetime = NOW
    said: list[Notice] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: count(5000))

    def plan(self) -> Plan:
        left = {r.session_id for r in self.records.values() if not r.archived}
        sessions = [s for s in self.sessions if s.active or s.id in left]
        book = Book(
            sessions, list(self.records.values()), list(self.notices.values()), [], frozenset(self.warned)
        )
        place = replace(PLACE, archive=self.archives)
        return make_plan(Scene(book, View(dict(self.channels)), LIMITS, self.now), place)

    def converge(self, most: int = 200) -> None:
        """Carry out the first step of a plan, again and again, until there is no more to do."""
        for _ in range(most):
            steps = self.plan().steps
            if steps:
                self.carry_out(steps[0])
            elif any(r.channel_id is None for r in self.records.values()):
                self.now += PATIENCE
            else:
                return
        raise AssertionError(f"no end: {self.steps[-5:]}")

    def carry_out(self, step: Step) -> None:
        self.steps.append(step)
        match step:
            case Make():
                self._make(step)
            case Find(of):
                self._find(of)
            case Say(notice):
                self.said.append(self.notices.pop(notice.id))
            case Drop(notice):
                del self.notices[notice.id]
            case LastWord(session):
                self.warned.add(session.id)
                kind, number = NoticeKind.OVERRUN, next(self.ids)
                self.notices[number] = Notice(
                    number, 5, session.id, kind, None, self.now, tried=False, parts_sent=0
                )
            case _:
                self._change(step)

    def _change(self, step: Step) -> None:
        match step:
            case Adopt(of, channel_id):
                self.records[of.id] = replace(of, channel_id=channel_id)
            case Check(of):
                assert of.channel_id not in self.channels
                del self.records[of.id]
            case Move(of, parent):
                self._put(of, parent)
            case Archive(of, parent):
                self._put(of, parent)
                self.records[of.id] = replace(of, archived=True)
            case Delete(of):
                self._delete(of)
            case Surplus(like, channel_id):
                number = next(self.ids)
                self.records[number] = replace(like, id=number, channel_id=channel_id, surplus=True)
            case _:
                raise AssertionError(step)

    def _make(self, step: Make) -> None:
        session_id = step.session.id if step.session else None
        wish = (session_id, step.kind)
        taken = [(r.session_id, r.kind) for r in self.records.values() if not r.surplus and r.session_id]
        assert wish not in taken, "the database allows one per desk"
        assert len(self.channels) < plan.GUILD_CHANNELS
        inside = [
            each for each in self.channels.values() if step.session and each.parent_id == step.parent_id
        ]
        assert len(inside) < plan.CATEGORY_CHANNELS
        number, made = next(self.ids), next(self.ids)
        kind = "category" if step.session is None else str(step.kind)
        topic = f"about · {step.mark}" if step.kind is Kind.TEXT else ""
        self.channels[made] = Seen(
            made, kind, step.parent_id, step.name, topic, self.now, marked=True, people=0
        )
        self.records[number] = Record(
            number, 5, session_id, step.kind, made, step.mark, self.now, archived=False, surplus=False
        )

    def _find(self, of: Record) -> None:
        known = {r.channel_id for r in self.records.values()}
        hits = [c.id for c in self.channels.values() if c.id not in known and matches(of, c)]
        if hits:
            self.records[of.id] = replace(of, channel_id=max(hits))
        else:
            del self.records[of.id]

    def _put(self, of: Record, parent: int | None) -> None:
        assert of.channel_id
        self.channels[of.channel_id] = replace(self.channels[of.channel_id], parent_id=parent)

    def _delete(self, of: Record) -> None:
        assert of.channel_id
        del self.channels[of.channel_id], self.records[of.id]
        for each in list(self.channels.values()):
            if each.parent_id == of.channel_id:
                self.channels[each.id] = replace(each, parent_id=None)
