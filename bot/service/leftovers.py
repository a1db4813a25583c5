"""R12: what no longer fits, and what organizers make of it: they keep, move or call off, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.booking import Agenda, Wish
from bot.domain.capacity import Slot
from bot.domain.misfits import Misfit, misfits
from bot.domain.models import Session, State
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.changes import Changes
from bot.service.edits import Edits
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import guests, ledger, revisions, sessions
from bot.store.database import Reader
from bot.store.revisions import Decisions

PAGE = 6
"""Sessions on a page: each has a menu of its own."""


class What(StrEnum):
    """What may become of a session that no longer fits."""

    KEEP = "keep"
    MOVE = "move"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a session: moved to `start`, or called off (an open one: ended) with a `reason`."""

    what: What
    start: datetime | None = None
    reason: str = ""

    def stored(self) -> tuple[str, int, str]:
        """Return it as it is stored."""
        return self.what.value, int(self.start.timestamp()) if self.start else 0, self.reason


@dataclass(frozen=True, slots=True)
class Left:
    """A session that no longer fits, how many joined it, where it could move, and what was decided."""

    misfit: Misfit
    people: int
    offers: tuple[Slot, ...] = ()
    decision: Decision | None = None
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Leftover:
    """One page of what no longer fits; `decided` counts by what, of all, `kept` those left so before."""

    shown: tuple[Left, ...] = ()
    number: int = 0
    pages: int = 1
    total: int = 0
    kept: int = 0
    decided: Mapping[What, int] | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of a decision: the session as it is now, or why it stays as it was."""

    session: Session
    decision: Decision
    refusal: Refusal | None = None


class Leftovers:
    """Sessions that today's rules would refuse. All raise `Refusal` for who is no organizer."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._edits, self._changes = Edits(needs), Changes(needs)

    async def look(self, guild_id: int, who: Person, page: int) -> Leftover:
        """Return a page of what no longer fits; what is left as it is comes last."""
        check_organizer(who)
        now, programme = self._needs.now(), self._needs.programme(guild_id)

        async def reading(db: Reader) -> Leftover:
            taken = await sessions.present(db, guild_id, now)
            found = misfits(programme, taken)
            return await leftover(db, found, taken, programme, now=now, page=page)

        return await self._needs.database.read.together(reading)

    async def settle(self, guild_id: int, who: Person, session_id: int, decision: Decision) -> Settled:
        """Carry out a decision at once. Whoever hears of it reads the reason."""
        check_organizer(who)
        session = await sessions.get(self._needs.database.read, guild_id, session_id)
        if session is None:
            raise Refusal("no-session")
        match decision.what:
            case What.MOVE if decision.start:
                change = await self._edits.move(guild_id, session_id, who, Wish(decision.start))
                return Settled(change.session, decision)
            case What.CLOSE:
                close = self._changes.end if session.state is State.OPEN else self._changes.cancel
                return Settled((await close(guild_id, session_id, who, decision.reason)).session, decision)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            if await revisions.keep(tx, session_id, now, by=who.id):
                await ledger.record(tx, guild_id, "kept", now, session_id=session_id, actor_id=who.id)
        return Settled(session, decision)


async def leftover(
    db: Reader,
    found: Sequence[Misfit],
    taken: Sequence[Session],
    programme: Programme,
    *,
    now: datetime,
    page: int,
    decisions: Decisions | None = None,
) -> Leftover:
    """Return a page of these misfits among the sessions that are `taken`, under this programme."""
    decided = {id_: read_decision(*each) for id_, each in (decisions or {}).items()}
    kept = await revisions.kept(db, [each.session.id for each in found]) if decisions is None else set()
    ordered = sorted(found, key=lambda each: each.session.id in kept)
    number = max(0, min(page, (len(ordered) - 1) // PAGE))
    chosen = ordered[number * PAGE : (number + 1) * PAGE]
    people = await guests.counts(db, [each.session.id for each in chosen])
    shown = tuple(
        Left(
            each,
            people.get(each.session.id, 0),
            _offers(each.session, taken, programme, now),
            decided.get(each.session.id),
            each.session.id in kept,
        )
        for each in chosen
    )
    mine = [decided[each.session.id].what for each in found if each.session.id in decided]
    counts = {what: mine.count(what) for what in What}
    return Leftover(shown, number, max(1, -(-len(ordered) // PAGE)), len(ordered), len(kept), counts)


def read_decision(what: str, start: int, reason: str) -> Decision:
    """Return a decision as it was stored."""
    return Decision(What(what), datetime.fromtimestamp(start, UTC) if start else None, reason)


def _offers(
    session: Session, taken: Sequence[Session], programme: Programme, now: datetime
) -> tuple[Slot, ...]:
    """Return where a booked session could move to, with its length (R6)."""
    if session.state is not State.BOOKED:
        return ()
    others = [each for each in taken if each.id != session.id]
    own = [each for each in others if each.host_id == session.host_id]
    length = session.end - session.start
    agenda = Agenda(programme, now, others, own, adds=False, held=session.start, kept=length)
    return agenda.free_starts(length).near(session.start)
