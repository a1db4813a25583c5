"""What the keeper writes down: channels asked for, found and gone, notices sent, problems told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.models import Session
from bot.service.eventbook import EventBook
from bot.service.people import Person, Showing
from bot.store import channels, cohosts, events, guests, ledger, messages, notices, sessions, visits
from bot.store.channels import Kind, NewChannel, Record
from bot.store.database import Database, Tx
from bot.store.events import EventRecord
from bot.store.ledger import Problem
from bot.store.messages import Message
from bot.store.notices import Notice, NoticeKind


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that the database says about one guild's desks."""

    sessions: list[Session]
    records: list[Record]
    notices: list[Notice]
    problems: list[Problem]
    warned: frozenset[int] = frozenset()
    messages: Sequence[Message] = ()
    showings: Sequence[Showing] = ()
    visitors: Mapping[int, frozenset[int]] = field(default_factory=dict)
    absent: Mapping[int, datetime] = field(default_factory=dict)
    """When the host of an open desk was last told that nobody is there (R11)."""
    events: Sequence[EventRecord] = ()
    guild_id: int = 0
    ideas: int = 0
    """How many ideas of people's own are up."""


class DeskBook:
    """The keeper's bookkeeping; each method is one transaction."""

    def __init__(self, db: Database, now: Callable[[], datetime]) -> None:
        self._db = db
        self.now = now
        self.events = EventBook(db, now)

    async def read(self, guild_id: int) -> Book:
        """Return what concerns the desks now: active sessions and closed ones with channels left."""
        db = self._db.read
        with_desks = await sessions.with_desks(db, guild_id)  # in one read: a session is in one state
        records = await channels.present(db, guild_id)
        return Book(
            sessions=with_desks,
            records=records,
            notices=await notices.waiting(db, guild_id),
            problems=await ledger.problems(db, guild_id),
            warned=await notices.sessions_with(db, guild_id, NoticeKind.OVERRUN),
            messages=await messages.present(db, guild_id),
            showings=await self._showings(guild_id, with_desks, records),
            visitors=await visits.of_guild(db, guild_id),
            absent=await notices.last_sent(db, guild_id, NoticeKind.QUIET),
            events=await events.present(db, guild_id),
            guild_id=guild_id,
        )

    async def _showings(
        self, guild_id: int, shown: list[Session], records: list[Record]
    ) -> tuple[Showing, ...]:
        joined = await guests.of_guild(self._db.read, guild_id)
        helping = await cohosts.of_guild(self._db.read, guild_id)
        where: dict[int | None, dict[Kind, int]] = {}
        for record in records:
            if record.channel_id is not None and not record.surplus:
                where.setdefault(record.session_id, {})[record.kind] = record.channel_id
        return tuple(
            Showing(
                session,
                tuple(Person(*each) for each in joined.get(session.id, ())),
                tuple(Person(*each) for each in helping.get(session.id, ())),
                where.get(session.id, {}),
            )
            for session in shown
        )

    async def intend(self, guild_id: int, new: NewChannel) -> Record:
        """Write down that a channel is about to be asked for (R14)."""
        async with self._db.transaction() as tx:
            return await channels.intend(tx, guild_id, new, self.now())

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
            if record.channel_id is not None:
                await messages.gone_with(tx, record.channel_id, self.now())
            await _note(tx, record, f"channel-{why}", record.channel_id, self.now())

    async def archived(self, record: Record) -> None:
        """Write down that a text channel is read-only and in the archive (R9)."""
        async with self._db.transaction() as tx:
            await channels.archived(tx, record.id, self.now())
            await _note(tx, record, "channel-archived", record.channel_id, self.now())

    async def renaming(self, record: Record) -> None:
        """Write down that a channel is about to get another name (R10)."""
        async with self._db.transaction() as tx:
            await channels.renaming(tx, record, self.now())

    async def renamed(self, record: Record, label: str) -> None:
        """Write down that a channel has the name and topic of its session's words."""
        async with self._db.transaction() as tx:
            await channels.renamed(tx, record, label)
            await _note(tx, record, "channel-renamed", record.channel_id, self.now())

    async def refitting(self, record: Record, unsure: str) -> None:
        """Write down that a voice channel is about to get other seats or hosts."""
        async with self._db.transaction() as tx:
            await channels.refitted(tx, record, unsure)

    async def refitted(self, record: Record, fit: str) -> None:
        """Write down that a voice channel has the seats and hosts of its session."""
        async with self._db.transaction() as tx:
            await channels.refitted(tx, record, fit)
            await _note(tx, record, "channel-refitted", record.channel_id, self.now())

    async def joined(self, session_id: int) -> list[int]:
        """Return the ids of those who joined, first come first."""
        return await guests.ids(self._db.read, session_id)

    async def sending(self, notice: Notice) -> None:
        """Write down that a notice's next part is on its way."""
        async with self._db.transaction() as tx:
            await notices.trying(tx, notice.id, self.now())

    async def host_pinged(self, session_id: int) -> datetime | None:
        """Return when the bot last pinged a session's host."""
        return await notices.host_pinged(self._db.read, session_id)

    async def closed_to_direct_messages(self, notice: Notice) -> None:
        """Write down that a person takes no direct messages: the notice goes to a channel."""
        async with self._db.transaction() as tx:
            await notices.closed(tx, notice.id)

    async def sent(self, notice: Notice, parts_sent: int, *, last: bool, pinged: bool = False) -> None:
        """Write down that a part of a notice has arrived, and whether it pinged the host."""
        async with self._db.transaction() as tx:
            now = self.now()
            await notices.part_sent(tx, notice.id, parts_sent, now if last else None, pinged=pinged)
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

    # ---------------------------------------------------------------- messages

    async def intend_message(self, guild_id: int, new: messages.NewMessage) -> Message:
        """Write down that a message that is kept current is about to be sent (R14)."""
        async with self._db.transaction() as tx:
            return await messages.intend(tx, guild_id, new, self.now())

    async def message_refused(self, message: Message) -> None:
        """Write down that Discord has no such message."""
        async with self._db.transaction() as tx:
            await messages.forget(tx, message)

    async def editing(self, message: Message) -> None:
        """Write down that a message is about to be edited."""
        async with self._db.transaction() as tx:
            await messages.editing(tx, message, self.now())

    async def message_shown(self, message: Message, message_id: int, digest: str, how: str) -> None:
        """Write down what a message shows since it was 'sent', 'found' or 'edited'."""
        async with self._db.transaction() as tx:
            now = self.now()
            await messages.shown(tx, message, message_id, digest, now)
            if how != "edited":
                await _note_message(tx, message, how, message_id, now)

    async def message_checked(self, message: Message) -> None:
        """Write down that a message was seen to be there."""
        async with self._db.transaction() as tx:
            await messages.checked(tx, message, self.now())

    async def message_pinned(self, message: Message) -> None:
        """Write down that a message is pinned."""
        async with self._db.transaction() as tx:
            await messages.pinned(tx, message)

    async def message_gone(self, message: Message, why: str) -> None:
        """Write down that a message exists no more; `why` is 'deleted' by us or 'missing'."""
        async with self._db.transaction() as tx:
            await messages.gone(tx, message, self.now())
            await _note_message(tx, message, why, message.id, self.now())

    # ---------------------------------------------------------------- problems

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


async def _note_message(tx: Tx, message: Message, how: str, message_id: int | None, at: datetime) -> None:
    action, session_id = f"message-{how}", message.session_id
    await ledger.record(
        tx, message.guild_id, action, at, session_id=session_id, kind=message.kind, message=message_id
    )
