"""Hosts send people out of their desks; what Discord does about it is asked elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.life import refused_as
from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.notices import NoticeKind
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.reports import SentOut
from bot.service.changes import may_change, session_to_change
from bot.service.people import Person
from bot.service.seats import give_up_seat
from bot.service.usecases import Needs
from bot.service.wording import REASON_LENGTH, person_name
from bot.store import cohosts, ledger, notices, outs, places, posted, visits
from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of it: who was sent out of where, whether by this act, and the desk's voice channel."""

    out: SentOut
    changed: bool
    voice_id: int | None = None


class Outs:
    """Send somebody out of a desk, and let them in again.

    All raise `Refusal` where a rule says no, 'not-yours' to those who may not; `StoreError` where the
    database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def send_out(
        self, guild_id: int, session_id: int, who: Person, member: Person, reason: str, *, there: bool
    ) -> Sent:
        """Keep somebody out of an open session from now on; they no longer take part.

        `there`: they are in its voice channel now; who was never at the desk cannot be sent out of it. Hosts,
        co-hosts and organizers cannot either.
        """
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            if session.state is not State.OPEN:
                raise refused_as(session.state, session)
            shared = [user_id for user_id, _ in await cohosts.of_session(tx, session_id)]
            name = person_name(member.name, member.id)
            if member.organizer or member.id in {session.host_id, *shared}:
                raise Refusal("send-out-host", name=name)
            if not there and member.id not in await visits.of_session(tx, session_id):
                raise Refusal("send-out-absent", name=name)
            why = clean_line(reason, REASON_LENGTH)
            out_id = await outs.add(tx, session_id, (member.id, name), by=who.id, reason=why, at=now)
            if out_id is not None:
                await give_up_seat(tx, session, member.id, now)
                await notices.remove_waiting(tx, session_id, NoticeKind.REMINDER, member.id)
                await posted.wanted(tx, posted.OUT, out_id, guild_id)
                await ledger.record(
                    tx,
                    guild_id,
                    "send-out",
                    now,
                    session_id=session_id,
                    actor_id=who.id,
                    reason=why,
                    user=member.id,
                )
            found = await outs.of_person(tx, guild_id, session_id, member.id)
            voice = (await places.of_session(tx, session_id)).get(Kind.VOICE)
        if found is None:  # they became a co-host between two statements: impossible inside a transaction
            raise Refusal("send-out-host", name=name)
        self._needs.changed(guild_id)
        return Sent(found, out_id is not None, voice)

    async def let_in(self, guild_id: int, out_id: int, who: Person) -> Sent:
        """Let somebody in again whom a host has sent out."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            out = await outs.get(tx, guild_id, out_id)
            if out is None:
                raise Refusal("no-session")
            if not await may_change(tx, out.session, who):
                raise Refusal("not-yours", topic=out.session.topic, host=out.session.host_name)
            changed = out.undone is None
            if changed:
                await outs.undo(tx, out_id, by=who.id, at=now)
                await posted.wanted(tx, posted.OUT, out_id, guild_id)
                await ledger.record(
                    tx, guild_id, "let-in", now, session_id=out.session.id, actor_id=who.id, user=out.user_id
                )
        self._needs.changed(guild_id)
        return Sent(out, changed)

    async def kept_out(self, guild_id: int, voice_id: int, user_id: int) -> SentOut | None:
        """Return why somebody is kept out of a voice channel; None for who may come in."""

        async def reading(db: Reader) -> SentOut | None:
            session_id = await places.session_of(db, Kind.VOICE, voice_id)
            return await outs.of_person(db, guild_id, session_id, user_id) if session_id else None

        return await self._needs.database.read.together(reading)

    async def current(self, guild_id: int) -> list[tuple[SentOut, int]]:
        """Return those who are kept out of sessions that are on, with the desk's voice channel."""

        async def reading(db: Reader) -> list[tuple[SentOut, int]]:
            found = await outs.current(db, guild_id)
            voice = await places.of_sessions(db, [out.session.id for out in found])
            where = {id_: channels.get(Kind.VOICE) for id_, channels in voice.items()}
            return [(out, channel) for out in found if (channel := where.get(out.session.id))]

        return await self._needs.database.read.together(reading)

    async def telling(self, out_id: int) -> bool:
        """Note that somebody is being told why they were sent out; False where they were before."""
        async with self._needs.database.transaction() as tx:
            return await outs.told(tx, out_id)


async def check_let_in(db: Reader, session: Session, user_id: int) -> None:
    """Raise `Refusal` for somebody whom the host of a session has sent out of it."""
    if out := await outs.of_person(db, session.guild_id, session.id, user_id):
        code = "sent-out-why" if out.reason else "sent-out"
        raise Refusal(code, topic=session.topic, reason=out.reason)
