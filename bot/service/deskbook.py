"""The keeper's bookkeeping: what is asked of Discord, what it answered, what was said, what must be mended."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from bot.domain.models import Session, State
from bot.service import presence
from bot.service.people import Person, Showing
from bot.service.wording import person_name
from bot.store import guests, ledger, notices, records, sessions
from bot.store.book import Memo, Rows, read
from bot.store.database import Database, Tx
from bot.store.notices import Notice, NoticeKind
from bot.store.records import IN_DOUBT, Aspect, Kind, NewRecord, Record


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the database says about one guild's desks at one instant; see `Rows` for its rows."""

    guild_id: int
    now: datetime
    rows: Rows
    showings: Mapping[int, Showing]
    """The sessions as the board and cards show them, by id."""

    @property
    def sessions(self) -> Sequence[Session]:
        """The active sessions, and the closed ones with something left to do, in order of their start."""
        return self.rows.sessions


@dataclass(frozen=True, slots=True)
class Adopt:
    """A thing that shows is the one that was asked for (R14)."""

    record: Record
    discord_id: int


@dataclass(frozen=True, slots=True)
class Surplus:
    """A second thing was made for one wish; it is to be put away (R13, R14)."""

    like: Record
    discord_id: int


@dataclass(frozen=True, slots=True)
class Gone:
    """A thing exists no more; `why` is 'missing' (by others' hands), 'ended' or 'deleted'."""

    record: Record
    why: str = "missing"


@dataclass(frozen=True, slots=True)
class Cleared:
    """Discord's own list has shown whether a thing was made; one that was not is forgotten."""

    record: Record


@dataclass(frozen=True, slots=True)
class LastWord:
    """People still talk where the voice channel is about to go (R9)."""

    session: Session


@dataclass(frozen=True, slots=True)
class GiveUp:
    """A notice is of no use any more; `stale` says so of its session as it is when this is written."""

    notice: Notice
    stale: Callable[[Session | None], bool] = field(compare=False, default=lambda session: True)


@dataclass(frozen=True, slots=True)
class Came:
    """People are in a desk's voice channel."""

    session: Session
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """Nobody is in a desk's voice channel any more."""

    session: Session


@dataclass(frozen=True, slots=True)
class Wrote:
    """People have written in a text channel; at an open desk they, `people`, were there at `at` (R11)."""

    record: Record
    people: frozenset[int] = frozenset()
    at: datetime | None = None


Note = Adopt | Surplus | Gone | Cleared | LastWord | GiveUp | Came | Left | Wrote
"""What is written down without asking Discord anything."""


class DeskBook:
    """The keeper's bookkeeping; each method that writes is one transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime], fade_hours: int = 48) -> None:
        self._db = db
        self.now = now
        self._fading = timedelta(hours=fade_hours)
        self._memo: dict[int, tuple[Memo, dict[int, Showing]]] = {}

    async def read(self, guild_id: int, *, many: int = 400, lead: int = 5) -> Book:
        """Return what concerns the desks now, in one trip and one snapshot; see `Rows.hasty`."""
        memo, before = self._memo.setdefault(guild_id, ({}, {}))
        now = self.now()
        rows = await self._db.read.trip(
            partial(
                read, guild_id=guild_id, now=now, faded=now - self._fading, memo=memo, many=many, lead=lead
            )
        )
        showings = _showings(rows, before)
        self._memo[guild_id] = memo, showings
        return Book(guild_id, now, rows, showings)

    def forget(self, guild_id: int) -> None:
        """Let go of what is remembered of a guild to read it faster."""
        self._memo.pop(guild_id, None)

    # ------------------------------------------------------------------ things

    async def intend(self, new: NewRecord) -> Record:
        """Write down that a thing is about to be asked for (R14)."""
        async with self._db.transaction() as tx:
            return await records.intend(tx, new, self.now())

    async def refused(self, record: Record) -> None:
        """Write down that Discord surely made nothing."""
        async with self._db.transaction() as tx:
            await records.refused(tx, record.id)

    async def made(self, record: Record, discord_id: int, shown: str, *, clear: bool) -> None:
        """Write down which thing Discord made, and whether it surely made no second one."""
        async with self._db.transaction() as tx:
            await records.found(tx, record.id, discord_id, shown, self.now(), clear=clear)
            await _note(tx, record, "made", discord_id, self.now())

    async def changing(self, record: Record, aspects: Iterable[str]) -> None:
        """Write down that a change is on its way: until it is answered, what Discord shows is in doubt."""
        async with self._db.transaction() as tx:
            await records.tell(tx, record, dict.fromkeys(aspects, IN_DOUBT), self.now())
            if Aspect.NAME in aspects:
                await records.renaming(tx, record, self.now())

    async def changed(self, record: Record, told: Mapping[str, str], shown: str | None = None) -> None:
        """Write down what Discord was told, and what it made of that."""
        async with self._db.transaction() as tx:
            now = self.now()
            await records.tell(tx, record, told, now, shown)
            if record.kind not in {Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD}:
                aspects = ", ".join(map(str, told))
                await _note(tx, record, "changed", record.discord_id, now, aspects=aspects)
            if told.get(Aspect.PLACE) == Kind.ARCHIVE:
                await records.archived(tx, record, now)

    # ------------------------------------------------------------------- notes

    async def note(self, guild_id: int, notes: Sequence[Note]) -> None:
        """Write down what needs no request, all at once; each is checked again against what is written."""
        async with self._db.transaction() as tx:
            for note in notes:
                await self._write(tx, guild_id, note)

    async def _write(self, tx: Tx, guild_id: int, note: Note) -> None:
        now = self.now()
        match note:
            case Adopt(record, discord_id):
                await records.found(tx, record.id, discord_id, "", now, clear=False)
                await _note(tx, record, "adopted", discord_id, now)
            case Surplus(like, discord_id):
                await records.add_surplus(tx, like, discord_id, now)
                await _note(tx, like, "surplus", discord_id, now)
            case Gone(record, why):
                await records.gone(tx, record, now, lost=why == "missing")
                await _note(tx, record, why, record.discord_id, now)
            case Cleared(record):
                await self._cleared(tx, record, now)
            case LastWord(session):
                if not await notices.ever(tx, session.id, NoticeKind.OVERRUN):
                    await notices.add(tx, guild_id, session.id, NoticeKind.OVERRUN, now)
            case GiveUp(notice, stale):
                now_is = await sessions.get(tx, guild_id, notice.session_id)
                if stale(now_is) and await notices.is_waiting(tx, notice.id):
                    await notices.drop(tx, notice.id, now)
                    await ledger.record(tx, guild_id, "notice-dropped", now, session_id=notice.session_id)
            case Came(session, people):
                await presence.came(tx, guild_id, session.id, people, now)
            case Left(session):
                await presence.left(tx, guild_id, session.id, now)
            case Wrote(record, people, at):
                await records.wrote(tx, record.id)
                if at is not None and record.session_id is not None:
                    await presence.wrote(tx, guild_id, record.session_id, people, at)

    @staticmethod
    async def _cleared(tx: Tx, record: Record, now: datetime) -> None:
        """A thing that was not found stays in doubt for a while, as a ghost: Discord may make it late."""
        if record.discord_id is None:
            await records.gone(tx, record, now, lost=False)
        else:
            await records.cleared(tx, record.id)

    # ----------------------------------------------------------------- notices

    async def sending(self, batch: Sequence[Notice]) -> bool:
        """Write down that the next part of these is on its way; False where one of them waits no more."""
        async with self._db.transaction() as tx:
            for notice in batch:
                if not await notices.is_waiting(tx, notice.id):
                    return False
            await notices.sending(tx, [notice.id for notice in batch], self.now())
            return True

    async def sent(
        self, batch: Sequence[Notice], parts_sent: int, *, last: bool, pinged: bool = False
    ) -> None:
        """Write down that a part has arrived, whether it was the last, and whether it pinged the host."""
        async with self._db.transaction() as tx:
            now = self.now()
            for notice in batch:
                await notices.part_sent(tx, notice.id, parts_sent, now if last else None, pinged=pinged)
                if last:
                    action = f"notice-{notice.kind}"
                    await ledger.record(tx, notice.guild_id, action, now, session_id=notice.session_id)

    async def closed_to_direct_messages(self, notice: Notice) -> None:
        """Write down that a person takes no direct messages: the notice goes to a channel."""
        async with self._db.transaction() as tx:
            await notices.closed(tx, notice.id)

    async def joined(self, session_id: int) -> list[int]:
        """Return the ids of those who joined, first come first."""
        return await guests.ids(self._db.read, session_id)

    async def interested(self, guild_id: int, session_id: int, people: Iterable[Person]) -> None:
        """Count those who are interested in an open session's event as joined, but not who hosts or left."""
        async with self._db.transaction() as tx:
            session, now = await sessions.get(tx, guild_id, session_id), self.now()
            if session is None or session.state is not State.OPEN:
                return
            others = {session.host_id, *await guests.left(tx, session.id)}
            for person in people:
                name = person_name(person.name, person.id)
                if person.id not in others and await guests.add(tx, session.id, person.id, name, now):
                    await ledger.record(
                        tx, guild_id, "interested", now, session_id=session.id, actor_id=person.id
                    )

    # ---------------------------------------------------------------- problems

    async def problems(self, guild_id: int, known: Mapping[str, str], found: Mapping[str, str]) -> None:
        """Write down what organizers have to mend, by code, and forget what is mended."""
        if known == found:
            return
        async with self._db.transaction() as tx:
            now = self.now()
            for code in known.keys() - found.keys():
                await ledger.problem_solved(tx, guild_id, code)
                await ledger.record(tx, guild_id, "problem-solved", now, code=code)
            for code, detail in found.items():
                if known.get(code) != detail:
                    await ledger.add_problem(tx, guild_id, code, detail, now)
                    await ledger.record(tx, guild_id, "problem", now, code=code, problem=detail)

    async def problem_told(self, guild_id: int, code: str) -> None:
        """Write down that organizers have read of a problem."""
        async with self._db.transaction() as tx:
            await ledger.problem_told(tx, guild_id, code, self.now())

    async def refuse_words(self, guild_id: int, digests: Collection[str]) -> None:
        """Write down that Discord refuses these words, so that no restart asks for them again (R16)."""
        async with self._db.transaction() as tx:
            now = self.now()
            for digest in digests:
                await records.refuse_words(tx, guild_id, digest, now)
            await ledger.record(tx, guild_id, "words-refused", now, words=sorted(digests))

    async def state(self, key: str) -> str | None:
        """Return one value of the bot's own state."""
        return await ledger.get_state(self._db.read, key)

    async def set_state(self, key: str, value: str) -> None:
        """Write one value of the bot's own state."""
        async with self._db.transaction() as tx:
            await ledger.set_state(tx, key, value)


def _showings(rows: Rows, before: Mapping[int, Showing]) -> dict[int, Showing]:
    """Return the sessions as everyone sees them; one that has not changed is the same object as before."""
    where: dict[int | None, dict[Kind, int]] = {}
    for record in rows.records:
        there = record.discord_id is not None and not record.surplus and not record.over
        if there and record.kind in {Kind.VOICE, Kind.TEXT}:
            where.setdefault(record.session_id, {})[record.kind] = record.discord_id or 0
    showings = {}
    for session in rows.sessions:
        showing = Showing(
            session,
            tuple(Person(*each) for each in rows.guests.get(session.id, ())),
            tuple(Person(*each) for each in rows.cohosts.get(session.id, ())),
            where.get(session.id, {}),
        )
        known = before.get(session.id)
        showings[session.id] = known if known is not None and known == showing else showing
    return showings


async def _note(
    tx: Tx, record: Record, how: str, discord_id: int | None, at: datetime, **detail: object
) -> None:
    detail |= {"kind": record.kind, "discord": discord_id}
    messages = {Kind.BOARD_MESSAGE, Kind.TOMORROW, Kind.CARD}
    thing = "message" if record.kind in messages else "event" if record.kind is Kind.EVENT else "channel"
    session_id = record.session_id
    await ledger.record(tx, record.guild_id, f"{thing}-{how}", at, session_id=session_id, **detail)  # type: ignore[arg-type]
