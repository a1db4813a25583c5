"""A little model of a guild, its database and Discord, on which plans are carried out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

from bot.desks.plan import Plan, fit, make_plan, matches
from bot.desks.plan_shown import EDIT_PAUSE
from bot.desks.shown import Shown, Wanted
from bot.store.messages import Message, MessageKind

from bot.desks import plan
from bot.desks.scene import PATIENCE, Place, Scene, View
from bot.desks.steps import (
    Absent,
    Adopt,
    Archive,
    Came,
    Check,
    Delete,
    Drop,
    Edit,
    Find,
    Glance,
    LastWord,
    Left,
    Make,
    Move,
    Pin,
    Post,
    Recall,
    Refit,
    Rename,
    Say,
    Step,
    Surplus,
    Unpost,
)
from bot.domain.models import Limits, Session, State
from bot.domain.names import text_channel_name
from bot.domain.notices import Notice, NoticeKind
from bot.domain.records import Kind, Record, Seen
from bot.domain.renames import PERIOD, RENAMES
from bot.service.deskbook import Book

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
LIMITS = Limits()
PLACE = Place("Open Space", "Open Space archive", archive=True)
CATEGORIES = {Kind.AREA: "Open Space", Kind.ARCHIVE: "Open Space archive"}
PLACES = {Kind.BOARD: "open-space-board", Kind.NEWS: "open-space-news"}
HALF = timedelta(minutes=7.5)
"""Half of `no_show_minutes`, the shorter of the two times after which a desk is given away (R11)."""


def at(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def session(
    number: int, state: State, start: int = -4, minutes: int = 60, closed: int | None = None
) -> Session:
    """A session on a desk once it has opened; where it is open, nobody has come yet (R11)."""
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
        desk=None if state in {State.BOOKED, State.CANCELLED} else number,
        closed=None if closed is None else at(closed),
        quiet=at(start) if state is State.OPEN else None,
    )


def mark(kind: Kind, of: Session | None) -> str:
    if of is None:
        return CATEGORIES.get(kind, f"#{kind}")
    return of.topic if kind is Kind.VOICE else f"#{of.id}"


def label(kind: Kind, of: Session) -> str:
    """What a desk's channel is named after."""
    if kind is Kind.VOICE:
        return of.topic
    return f"{text_channel_name(of.topic, '')}\n{of.host_name}\n{of.description}"


def record(number: int, kind: Kind, of: Session | None = None) -> Record:
    """A record of the channel 1000 + number, asked for five minutes ago."""
    return Record(
        number,
        5,
        of.id if of else None,
        kind,
        1000 + number,
        mark(kind, of),
        at(-5),
        archived=False,
        surplus=False,
        label=label(kind, of) if of else None,
        fit=fit(of, (of.host_id,)) if of and kind is Kind.VOICE else None,
    )


def channel(
    number: int,
    kind: str,
    of: Session | None = None,
    *,
    name: str = "Open Space",
    marked: bool = True,
    parent_id: int | None = None,
    place: Kind | None = None,
) -> Seen:
    """A channel as the keeper makes it, five minutes ago; `place`: the board's or that of the news."""
    parent = parent_id or (1001 if of or place else None)
    topic = f"about · {mark(place or Kind.TEXT, of)}" if place or (of and kind == "text") else ""
    own = PLACES[place] if place else name
    return Seen(number, kind, parent, of.topic if of else own, topic, at(-5), marked, 0)


def message(
    row: int,
    kind: MessageKind,
    channel_id: int,
    of: Session | None = None,
    *,
    digest: str = "old",
    pinned: bool = False,
) -> Message:
    """A record of the message 7000 + row, sent five minutes ago."""
    session_id, then = of.id if of else None, at(-5)
    return Message(row, 5, kind, session_id, channel_id, 7000 + row, digest, then, then, then, pinned)


@dataclass(frozen=True)
class Posted:
    """A message that Discord has. `ours`: the bot wrote it."""

    channel_id: int
    kind: MessageKind
    digest: str
    ours: bool = True


@dataclass
class Model:
    """What the database and Discord hold; `carry_out` does to both what the applier would.

    Who is in a voice channel is `here` in `channels`; `wrote` is when somebody wrote in a text channel.
    """

    sessions: list[Session]
    records: dict[int, Record] = field(default_factory=dict)
    channels: dict[int, Seen] = field(default_factory=dict)
    notices: dict[int, Notice] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    posts: dict[int, Posted] = field(default_factory=dict)
    warned: set[int] = field(default_factory=set)
    absent: dict[int, datetime] = field(default_factory=dict)
    visitors: dict[int, frozenset[int]] = field(default_factory=dict)
    wrote: dict[int, datetime] = field(default_factory=dict)
    closed_to_direct: set[int] = field(default_factory=set)
    archives: bool = True
    tomorrow: bool = False
    watch: bool = False
    now: datetime = NOW
    said: list[Notice] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: count(5000))

    # --------------------------------------------------------------------- what is

    def book(self) -> Book:
        records = list(self.records.values())
        left = {r.session_id for r in records if not r.archived}
        left |= {n.session_id for n in self.notices.values()}
        known = {r.channel_id for r in records if not r.archived}
        return Book(
            [s for s in self.sessions if s.active or s.id in left],
            records,
            list(self.notices.values()),
            [],
            frozenset(self.warned),
            [m for m in self.messages.values() if m.session_id is None or m.channel_id in known],
            visitors=dict(self.visitors),
            absent=dict(self.absent),
        )

    def wanted(self, book: Book) -> Wanted:
        """What should be shown: the board changes with every session, a card with its own."""
        on = [s for s in book.sessions if s.active]
        board = " ".join(f"{s.id} {s.topic} {s.state}" for s in on)
        shown = [Shown(MessageKind.BOARD, None, f"board {board}")]
        shown += [Shown(MessageKind.TOMORROW, None, f"tomorrow {board}")] * self.tomorrow
        with_text = {r.session_id for r in book.records if r.channel_id and r.kind is Kind.TEXT}
        for each in book.sessions:
            if each.state is State.OPEN or (each.desk and each.id in with_text):
                digest = f"card {each.id} {each.topic} {each.state}"
                shown.append(Shown(MessageKind.CARD, each.id, digest, over=not each.active))
        return Wanted(tuple(shown), watch=self.watch)

    def scene(self) -> Scene:
        return Scene(self.book(), View(dict(self.channels)), LIMITS, self.now)

    def plan(self) -> Plan:
        scene = self.scene()
        return make_plan(scene, replace(PLACE, archive=self.archives), self.wanted(scene.book))

    # ------------------------------------------------------------------ what is done

    def converge(self, most: int = 400) -> None:
        """Carry out the first step of a plan, again and again, until there is no more to do."""
        for _ in range(most):
            steps = self.plan().steps
            if steps:
                self.carry_out(steps[0])
            elif self._waits():
                self.now += PATIENCE
            else:
                return
        raise AssertionError(f"no end: {self.steps[-5:]}")

    def _waits(self) -> bool:
        """Whether an answer is still missing, or an edit too early."""
        book = self.book()
        digests = {(s.kind, s.session_id): s.digest for s in self.wanted(book).messages}
        asked = [m for m in book.messages if m.id is None and m.channel_id in self.channels]
        early = [
            m
            for m in book.messages
            if digests.get((m.kind, m.session_id), m.digest) != m.digest
            and self.now < m.edited_at + EDIT_PAUSE
        ]
        return any(r.channel_id is None for r in self.records.values()) or bool(asked or early)

    def carry_out(self, step: Step) -> None:
        self.steps.append(step)
        match step:
            case Make() | Find() | Adopt() | Check() | Move() | Archive() | Delete() | Surplus():
                self._channel(step)
            case Rename() | Refit():
                self._bring_up_to_date(step)
            case Came() | Left() | Absent():
                self._presence(step)
            case Post() | Edit() | Recall() | Glance() | Pin() | Unpost():
                self._message(step)
            case Say() | Drop() | LastWord():
                self._notice(step)
            case _:
                raise AssertionError(step)

    def add(self, kind: NoticeKind, session_id: int, user_id: int | None = None) -> None:
        number = next(self.ids)
        self.notices[number] = Notice(
            number, 5, session_id, kind, user_id, self.now, tried=False, parts_sent=0
        )

    def change(self, session_id: int, **changes: object) -> None:
        self.sessions = [
            replace(s, **changes) if s.id == session_id else s  # type: ignore[arg-type]
            for s in self.sessions
        ]

    # ---------------------------------------------------------------------- channels

    def _channel(self, step: Step) -> None:
        match step:
            case Make():
                self._make(step)
            case Find(of):
                self._find(of)
            case Adopt(of, channel_id):
                self.records[of.id] = replace(of, channel_id=channel_id)
            case Check(of):
                assert of.channel_id not in self.channels
                self._gone(of)
            case Move(of, parent):
                self._put(of, parent)
            case Archive(of, parent):
                self._put(of, parent)
                self.records[of.id] = replace(of, archived=True)
            case Delete(of):
                self._delete(of)
            case Surplus(like, channel_id):
                number = next(self.ids)
                self.records[number] = replace(
                    like, id=number, channel_id=channel_id, surplus=True, label=None, fit=None, renames=()
                )

    def _make(self, step: Make) -> None:
        session_id = step.session.id if step.session else None
        wish = (session_id, step.kind)
        taken = [(r.session_id, r.kind) for r in self.records.values() if not r.surplus and r.session_id]
        assert wish not in taken, "the database allows one per desk"
        assert len(self.channels) < plan.GUILD_CHANNELS
        home = step.kind in CATEGORIES
        assert home or step.parent_id in self.channels
        inside = [each for each in self.channels.values() if not home and each.parent_id == step.parent_id]
        assert len(inside) < plan.CATEGORY_CHANNELS
        number, made = next(self.ids), next(self.ids)
        voice = step.kind is Kind.VOICE
        kind = "category" if home else "voice" if voice else "text"
        topic = f"about · {step.mark}" if kind == "text" else ""
        self.channels[made] = Seen(
            made, kind, step.parent_id, step.name, topic, self.now, marked=True, people=0
        )
        self.records[number] = Record(
            number,
            5,
            session_id,
            step.kind,
            made,
            step.mark,
            self.now,
            archived=False,
            surplus=False,
            label=step.label,
            fit=fit(step.session, step.hosts) if step.session and voice else None,
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
        del self.channels[of.channel_id]
        self._gone(of)
        self.posts = {n: p for n, p in self.posts.items() if p.channel_id != of.channel_id}
        for each in list(self.channels.values()):
            if each.parent_id == of.channel_id:
                self.channels[each.id] = replace(each, parent_id=None)

    def _gone(self, of: Record) -> None:
        """A channel takes its messages along."""
        del self.records[of.id]
        self.messages = {n: m for n, m in self.messages.items() if m.channel_id != of.channel_id}

    def _bring_up_to_date(self, step: Rename | Refit) -> None:
        of = step.record
        if isinstance(step, Rename):
            assert sum(self.now < each + PERIOD for each in of.renames) < RENAMES, "Discord's limit"
            self.channels[of.channel_id or 0] = replace(self.channels[of.channel_id or 0], name=step.name)
            renames = (*of.renames[-1:], self.now)
            self.records[of.id] = replace(of, label=step.label, renames=renames)
        else:
            assert of.kind is Kind.VOICE
            self.records[of.id] = replace(of, fit=fit(step.session, step.hosts))

    # ---------------------------------------------------------------------- presence

    def _presence(self, step: Came | Left | Absent) -> None:
        each = next(s for s in self.sessions if s.id == step.session.id)
        assert each.state is State.OPEN
        if isinstance(step, Came):
            assert step.people
            self.visitors[each.id] = self.visitors.get(each.id, frozenset()) | set(step.people)
            self.change(each.id, came=each.came or self.now, quiet=None)
        elif isinstance(step, Left):
            assert each.quiet is None
            self.change(each.id, quiet=self.now)
        else:
            self._absent(each, step)

    def _absent(self, each: Session, step: Absent) -> None:
        assert each.quiet
        words = self.wrote.get(step.channel_id)
        if words and words > each.quiet:
            self.change(each.id, quiet=words, came=each.came or words)
        elif step.release:
            assert self.absent[each.id] >= each.quiet, "warned before (R11)"
            assert self.now >= self.absent[each.id] + HALF, "half the time before (R11)"
            state = State.ENDED if each.came else State.RELEASED
            self.change(each.id, state=state, closed=min(self.now, each.end))
        else:
            assert self.now >= each.quiet + HALF, "half way (R11)"
            self.add(NoticeKind.QUIET, each.id)

    # ----------------------------------------------------------------------- notices

    def _notice(self, step: Say | Drop | LastWord) -> None:
        match step:
            case Say(notice, session, None):
                assert notice.kind is NoticeKind.REMINDER
                if notice.user_id in self.closed_to_direct:
                    assert not notice.closed, "asked once"
                    self.notices[notice.id] = replace(notice, closed=True)
                else:
                    self._said(notice)
            case Say(notice, session, channel_id):
                assert channel_id in self.channels
                if notice.kind is NoticeKind.GREETING:
                    opening = (NoticeKind.OPENING, session.id)
                    assert opening not in {(n.kind, n.session_id) for n in self.notices.values()}
                self._said(notice)
            case Drop(notice):
                del self.notices[notice.id]
            case LastWord(session):
                assert session.id not in self.warned
                self.warned.add(session.id)
                self.add(NoticeKind.OVERRUN, session.id)

    def _said(self, notice: Notice) -> None:
        self.said.append(self.notices.pop(notice.id))
        if notice.kind is NoticeKind.QUIET:
            self.absent[notice.session_id] = self.now

    # ---------------------------------------------------------------------- messages

    def _message(self, step: Post | Edit | Recall | Glance | Pin | Unpost) -> None:
        if isinstance(step, Post):
            self._post(step)
            return
        of = step.message
        assert self.messages[of.row] == of
        if isinstance(step, Recall):
            self._recall(of)
        elif of.id not in self.posts:
            del self.messages[of.row]
        elif isinstance(step, Edit):
            assert self.now >= of.edited_at + EDIT_PAUSE, "an edit every 5 seconds at most"
            self.posts[of.id] = replace(self.posts[of.id], digest=step.shown.digest)
            digest = step.shown.digest
            self.messages[of.row] = replace(of, digest=digest, edited_at=self.now, checked_at=self.now)
        elif isinstance(step, Glance):
            self.messages[of.row] = replace(of, checked_at=self.now)
        elif isinstance(step, Pin):
            assert not of.pinned
            self.messages[of.row] = replace(of, pinned=True)
        else:
            del self.posts[of.id], self.messages[of.row]

    def _post(self, step: Post) -> None:
        shown, row, number = step.shown, next(self.ids), next(self.ids)
        known = {(m.kind, m.session_id) for m in self.messages.values()}
        assert (shown.kind, shown.session_id) not in known, "the database allows one of a kind"
        assert step.channel_id in self.channels
        self.posts[number] = Posted(step.channel_id, shown.kind, shown.digest)
        self.messages[row] = Message(
            row,
            5,
            shown.kind,
            shown.session_id,
            step.channel_id,
            number,
            shown.digest,
            self.now,
            self.now,
            self.now,
            pinned=False,
        )

    def _recall(self, of: Message) -> None:
        assert of.id is None
        assert of.channel_id in self.channels
        known = {m.id for m in self.messages.values()}
        looks = {n: p for n, p in self.posts.items() if n not in known and p.ours}
        hits = [n for n, p in looks.items() if (p.channel_id, p.kind) == (of.channel_id, of.kind)]
        if hits:
            found = replace(of, id=max(hits), digest="", edited_at=self.now, checked_at=self.now)
            self.messages[of.row] = found
        else:
            del self.messages[of.row]
