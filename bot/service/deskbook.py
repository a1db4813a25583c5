"""The keeper's bookkeeping: what was asked of Discord and came of it, what was said, what must be mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import partial
from typing import Any

from bot.domain.fair_use import MANY_CHANNELS
from bot.domain.models import Session
from bot.domain.notices import Notice, NoticeKind, late
from bot.domain.records import IN_DOUBT, MESSAGES, Aspect, Kind, Record
from bot.service import presence
from bot.service.people import Showing, showings_of
from bot.service.rulebook import Rules
from bot.store import ledger, notices, records, refused, sessions
from bot.store.book import Memo, Question, Rows, read
from bot.store.database import Database, Tx
from bot.store.instants import stamp


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the database says about one guild's desks at one instant.

    `showings` are its sessions as the board and cards show them, by id.
    """

    guild_id: int
    now: datetime
    rows: Rows
    showings: Mapping[int, Showing]

    @property
    def sessions(self) -> Sequence[Session]:
        """The active sessions, and the closed ones with something left to do, in order of their start."""
        return self.rows.sessions

    def greeted(self, session_id: int) -> set[int]:
        """Return those guests of a session whom a greeting of their own waits to name."""
        waiting = (n for n in self.rows.notices if n.kind is NoticeKind.GREETING)
        return {n.user_id for n in waiting if n.session_id == session_id and n.user_id}

    @property
    def organizers(self) -> list[str]:
        """The words of organizers' that a message may show, an announcement's too; and topics that were."""
        told = self.rows.announcement
        said = (word for notice in self.rows.notices for word in (notice.words, notice.topic))
        return [*said, *([told.words] if told else [])]


class CalledError(Exception):
    """Who joined has been called by other words: nothing may be asked for."""


class Fact(Enum):
    """What is written down without asking Discord anything."""

    ADOPTED = "a thing that shows is the one that was asked for (R14)"
    SURPLUS = "a second thing was made for one wish (R13, R14)"
    MISSING = "a thing went by somebody else's hand"
    DELETED = "we deleted it"
    ENDED = "it is over"
    CLEARED = "Discord's own list was read: there is no other; one that was not found is forgotten"
    WROTE = "people have written in a text channel (R9); with `at`: they were at its desk then (R11)"
    CAME = "people are in a desk's voice channel"
    LEFT = "nobody is in it any more"
    LAST_WORD = "people still talk where the voice channel is about to go (R9)"
    STALE = "a notice is of no use any more, by its session as it is when this is written"
    GIVEN_UP = "a notice cannot be sent"


@dataclass(frozen=True, slots=True)
class Note:
    """A fact, with what it is about."""

    fact: Fact
    record: Record | None = None
    discord_id: int = 0
    session_id: int = 0
    people: tuple[int, ...] = ()
    at: datetime | None = None
    notice: Notice | None = None


class DeskBook:
    """The keeper's bookkeeping; each method that writes is one transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime], rules: Callable[[int], Rules]) -> None:
        self._db = db
        self.now = now
        self._rules = rules
        self._memo: dict[int, tuple[Memo, Book | None]] = {}

    async def read(self, guild_id: int) -> Book:
        """Return what concerns the desks now, in one trip and one snapshot."""
        memo, before = self._memo.setdefault(guild_id, (Memo(), None))
        now, rules = self.now(), self._rules(guild_id)
        lead = rules.programme.limits.lead_minutes
        ask = Question(guild_id, now, now - rules.fade, MANY_CHANNELS, lead, whole=bool(rules.closing))
        rows = await self._db.read.trip(partial(read, ask=ask, memo=memo))
        was = (before.rows, before.showings) if before else None
        book = Book(guild_id, now, rows, showings_of(rows, was))
        self._memo[guild_id] = memo, book
        return book

    def forget(self, guild_id: int) -> None:
        """Let go of what is remembered of a guild to read it faster."""
        self._memo.pop(guild_id, None)

    async def intend(self, guild_id: int, kind: Kind, session_id: int | None, **asked: Any) -> Record:
        """Write down that a thing is about to be asked for (R14); see `records.intend`.

        Raises `CalledError` for a card that would call people whom words call already (R8).
        """
        async with self._db.transaction() as tx:
            calls = session_id if Aspect.CALLED in asked.get("told", ()) else None
            if calls and not await notices.untouched(tx, calls, NoticeKind.OPENING):
                raise CalledError
            return await records.intend(tx, guild_id, kind, self.now(), session_id=session_id, **asked)

    async def refused(self, record: Record) -> None:
        """Write down that Discord surely made nothing."""
        async with self._db.transaction() as tx:
            await records.forget(tx, record.id)

    async def made(self, record: Record, discord_id: int, shown: str, *, clear: bool) -> None:
        """Write down which thing Discord made; `clear`: it surely made no second one.

        Where another was adopted meanwhile, this one is the second.
        """
        async with self._db.transaction() as tx:
            if await records.is_as(tx, record):
                await _found(tx, record, discord_id, "made", self.now(), shown=shown, doubt=not clear)
            else:
                await _surplus(tx, record, discord_id, self.now())

    async def changing(self, record: Record, aspects: Sequence[str]) -> None:
        """Write down that a change is on its way: until it is answered, what Discord shows is in doubt."""
        async with self._db.transaction() as tx:
            await records.tell(tx, record.id, dict.fromkeys(aspects, IN_DOUBT), self.now())
            if Aspect.NAME in aspects:
                await records.renaming(tx, record.id, self.now())

    async def changed(self, record: Record, told: Mapping[str, str], shown: str | None = None) -> None:
        """Write down what Discord was told, and what it made of that."""
        async with self._db.transaction() as tx:
            now = self.now()
            await records.tell(tx, record.id, told, now, shown)
            if Aspect.PICTURE not in told:  # of which there are thousands
                await _audit(tx, record, "changed", now, aspects=", ".join(map(str, told)))
            if told.get(Aspect.PLACE) == Kind.ARCHIVE:
                await records.put_away(tx, record, "archived", now)

    async def note(self, guild_id: int, notes: Iterable[Note]) -> None:
        """Write down what needs no request, all at once; each is checked against what is written by now."""
        async with self._db.transaction() as tx:
            for note in notes:
                if note.record is not None:
                    await self._of_thing(tx, note, note.record)
                else:
                    await self._of_session(tx, guild_id, note)

    async def _of_thing(self, tx: Tx, note: Note, record: Record) -> None:
        now = self.now()
        if note.fact is not Fact.SURPLUS and not await records.is_as(tx, record):
            return  # more is known of it by now
        match note.fact:
            case Fact.ADOPTED:
                await _found(tx, record, note.discord_id, "adopted", now)
            case Fact.SURPLUS:
                await _surplus(tx, record, note.discord_id, now)
            case Fact.CLEARED if record.discord_id is None:
                # It stays in doubt for a while, as a ghost: Discord may make it late.
                await records.put_away(tx, record, "gone", now)
            case Fact.CLEARED:
                await records.write(tx, record.id, doubt=False)
            case Fact.WROTE:
                await records.write(tx, record.id, wrote=True)
                if note.at and record.session_id:
                    await presence.wrote(tx, record.guild_id, record.session_id, note.people, note.at)
            case _:
                await records.put_away(tx, record, "gone", now, lost=note.fact is Fact.MISSING)
                await _audit(tx, record, note.fact.name.lower(), now)

    async def _of_session(self, tx: Tx, guild_id: int, note: Note) -> None:
        now, notice, session_id = self.now(), note.notice, note.session_id
        match note.fact:
            case Fact.CAME:
                await presence.came(tx, guild_id, session_id, note.people, now)
            case Fact.LEFT:
                await presence.left(tx, guild_id, session_id, now)
            case Fact.LAST_WORD:
                if not await notices.ever(tx, session_id, NoticeKind.OVERRUN):
                    await notices.add(tx, guild_id, session_id, NoticeKind.OVERRUN, now)
            case _ if notice:
                session = await sessions.get(tx, guild_id, notice.session_id)
                over = note.fact is Fact.GIVEN_UP or late(
                    notice, session, self._rules(guild_id).programme.limits, now
                )
                if over and await notices.drop(tx, notice.id, now):
                    await ledger.record(tx, guild_id, "notice-dropped", now, session_id=notice.session_id)

    async def sending(self, batch: Sequence[Notice], since: int = 0) -> bool:
        """Write down that the next part of these is on its way; False where one of them waits no more so.

        `since` is the newest message before it.
        """
        async with self._db.transaction() as tx:
            if not all([await notices.is_waiting(tx, notice) for notice in batch]):
                return False
            first = batch[0].kind is NoticeKind.OPENING and not batch[0].parts_sent
            if first and await records.calling(tx, batch[0].session_id):
                return False  # nobody is called twice (R8)
            await notices.sending(tx, [notice.id for notice in batch], self.now(), since=since)
            return True

    async def sent(self, batch: Sequence[Notice], parts: int, *, last: bool, pinged: bool = False) -> None:
        """Write down that a part has arrived, whether it was the last, and whether it pinged the host."""
        async with self._db.transaction() as tx:
            now = self.now()
            for notice in batch:
                await notices.part_sent(tx, notice.id, parts, now if last else None, pinged=pinged)
                if last:
                    about = f"notice-{notice.kind}"
                    await ledger.record(tx, notice.guild_id, about, now, session_id=notice.session_id)

    async def closed_to_direct_messages(self, notice: Notice) -> None:
        """Write down that a person takes no direct messages: the notice goes to a channel."""
        async with self._db.transaction() as tx:
            await notices.closed(tx, notice.id)

    async def problems(self, guild_id: int, known: Mapping[str, str], found: Mapping[str, str]) -> None:
        """Write down what organizers have to mend, by code, and forget what is mended."""
        if known != found:
            async with self._db.transaction() as tx:
                await ledger.set_problems(tx, guild_id, known, found, self.now())

    async def problem_told(self, guild_id: int, code: str) -> None:
        """Write down that organizers have read of a problem."""
        async with self._db.transaction() as tx:
            await ledger.problem_told(tx, guild_id, code, self.now())

    async def refuse_words(self, guild_id: int, digest: str) -> None:
        """Write down that Discord refuses some words, so that no restart asks for them again (R16)."""
        async with self._db.transaction() as tx:
            await refused.add(tx, guild_id, digest, self.now())
            await ledger.record(tx, guild_id, "words-refused", self.now(), words=digest)


async def _found(tx: Tx, record: Record, discord_id: int, how: str, at: datetime, **columns: object) -> None:
    await records.write(tx, record.id, discord_id=discord_id, told_at=stamp(at), **columns)
    called, session_id = record.told.get(Aspect.CALLED), record.session_id
    if called and session_id:  # what it says comes first in the opening
        whole = not called.endswith("+")
        if await notices.called(tx, session_id, at if whole else None) and whole:
            await ledger.record(tx, record.guild_id, "notice-opening", at, session_id=session_id)
    await _audit(tx, record, how, at, discord=discord_id)


async def _surplus(tx: Tx, record: Record, discord_id: int, at: datetime) -> None:
    await records.add_surplus(tx, record, discord_id, at)
    await _audit(tx, record, "surplus", at, discord=discord_id)


async def _audit(tx: Tx, record: Record, how: str, at: datetime, **detail: object) -> None:
    thing = "message" if record.kind in MESSAGES else "event" if record.kind is Kind.EVENT else "channel"
    about = {"kind": record.kind, "discord": record.discord_id, **detail}
    await ledger.record(tx, record.guild_id, f"{thing}-{how}", at, session_id=record.session_id, **about)  # type: ignore[arg-type]
