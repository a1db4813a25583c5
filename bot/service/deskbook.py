"""What the keeper writes down: channels asked for, found and gone, notices sent, problems told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Session
from bot.store import channels, ledger, notices, sessions
from bot.store.channels import Kind, Record
from bot.store.database import Database, Tx
from bot.store.ledger import Problem
from bot.store.notices import Notice, NoticeKind


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the database says about one guild's desks."""

    sessions: list[Session]
    records: list[Record]
    notices: list[Notice]
    problems: list[Problem]
    warned: frozenset[int] = frozenset()


class DeskBook:
    """The keeper's bookkeeping; each method is one transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db = db
        self.now = now

    async def read(self, guild_id: int) -> Book:
        """Return what concerns the desks now: active sessions and closed ones with channels left."""
        db = self._db.read
        return Book(
            sessions=await sessions.with_desks(db, guild_id),  # in one read: a session is in one state
            records=await channels.present(db, guild_id),
            notices=await notices.waiting(db, guild_id),
            problems=await ledger.problems(db, guild_id),
            warned=await notices.sessions_with(db, guild_id, NoticeKind.OVERRUN),
        )

    async def intend(self, guild_id: int, kind: Kind, mark: str, *, session_id: int | None) -> Record:
        """Write down that a channel is about to be asked for (R14)."""
        async with self._db.transaction() as tx:
            return await channels.intend(tx, guild_id, kind, mark, self.now(), session_id=session_id)

    async def refused(self, record_id: int) -> None:
        """Write down that Discord made nothing."""
        async with self._db.transaction() as tx:
            await channels.forget(tx, record_id)

    async def found(self, record: Record, channel_id: int, how: str) -> None:
        """Write down which channel Discord made; `how` is 'made' or 'adopted'."""
        async with self._db.transaction() as tx:
            await channels.found(tx, record.id, channel_id)
            await _note(tx, record, f"channel-{how}", channel_id, self.now())

    async def surplus(self, like: Record, channel_id: int) -> None:
        """Write down a second channel that Discord made for one wish (R14); the next pass deletes it."""
        async with self._db.transaction() as tx:
            await channels.add_surplus(tx, like, channel_id, self.now())
            await _note(tx, like, "channel-surplus", channel_id, self.now())

    async def gone(self, record: Record, why: str) -> None:
        """Write down that a channel exists no more; `why` is 'deleted' by us or 'missing'."""
        async with self._db.transaction() as tx:
            await channels.gone(tx, record.id, self.now())
            await _note(tx, record, f"channel-{why}", record.channel_id, self.now())

    async def archived(self, record: Record) -> None:
        """Write down that a text channel is read-only and in the archive (R9)."""
        async with self._db.transaction() as tx:
            await channels.archived(tx, record.id, self.now())
            await _note(tx, record, "channel-archived", record.channel_id, self.now())

    async def joined(self, session_id: int) -> list[int]:
        """Return the ids of those who joined, first come first."""
        return await sessions.joined(self._db.read, session_id)

    async def sending(self, notice: Notice) -> None:
        """Write down that a notice's next part is on its way."""
        async with self._db.transaction() as tx:
            await notices.trying(tx, notice.id, self.now())

    async def sent(self, notice: Notice, parts_sent: int, *, last: bool) -> None:
        """Write down that a part of a notice has arrived."""
        async with self._db.transaction() as tx:
            now = self.now()
            await notices.part_sent(tx, notice.id, parts_sent, now if last else None)
            if last:
                await ledger.record(
                    tx, notice.guild_id, f"notice-{notice.kind}", now, session_id=notice.session_id
                )

    async def dropped(self, notice: Notice) -> None:
        """Write down that a notice is too old to be sent."""
        async with self._db.transaction() as tx:
            now = self.now()
            await notices.drop(tx, notice.id, now)
            await ledger.record(tx, notice.guild_id, "notice-dropped", now, session_id=notice.session_id)

    async def overrun(self, session: Session) -> None:
        """Write the last word for people who still talk (R9), once a session."""
        async with self._db.transaction() as tx:
            if session.id not in await notices.sessions_with(tx, session.guild_id, NoticeKind.OVERRUN):
                await notices.add(tx, session.guild_id, session.id, NoticeKind.OVERRUN, self.now())

    async def problems(self, guild_id: int, found: dict[str, str]) -> None:
        """Write down what organizers have to mend, by code, and forget what is mended."""
        known = {p.code: p.detail for p in await ledger.problems(self._db.read, guild_id)}
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

    async def state(self, key: str) -> str | None:
        """Return one value of the bot's own state."""
        return await ledger.get_state(self._db.read, key)

    async def set_state(self, key: str, value: str) -> None:
        """Write one value of the bot's own state."""
        async with self._db.transaction() as tx:
            await ledger.set_state(tx, key, value)


async def _note(tx: Tx, record: Record, action: str, channel_id: int | None, at: datetime) -> None:
    await ledger.record(
        tx, record.guild_id, action, at, session_id=record.session_id, kind=record.kind, channel=channel_id
    )
