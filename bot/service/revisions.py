"""Changes of settings: asked about first where sessions would no longer fit, and taken back by one click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.misfits import Misfit, new_misfits
from bot.domain.models import Session
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.service.leftovers import Decision, Leftover, Leftovers, Settled, What, leftover, read_decision
from bot.service.people import Person
from bot.service.rulebook import Rules
from bot.service.settings import (
    Planned,
    check_organizer,
    plan_change,
    value_of,
    write_change,
)
from bot.service.usecases import Needs
from bot.service.wording import REASON_LENGTH
from bot.store import ledger, revisions, sessions
from bot.store.database import Reader
from bot.store.revisions import Stored


@dataclass(frozen=True, slots=True)
class Revision:
    """A change of settings: what holds `before` and `after` it, and by key which values it changes.

    `done`: it is in force, and `id` takes it back; else it waits, since sessions are `left` over by it, or
    since so much goes at once. `settled` is what came of the decisions.
    """

    id: int
    before: Rules
    after: Rules
    keys: Sequence[str]
    done: bool
    left: Leftover = field(default_factory=Leftover)
    settled: Sequence[Settled] = ()

    def old(self, key: str) -> object:
        """Return the value before the change, whoever set it."""
        return value_of(self.before, key)

    def new(self, key: str) -> object:
        """Return the value after it."""
        return value_of(self.after, key)


class Revisions:
    """Wish, decide, confirm, undo; `organizers-only` to those who may not.

    All raise `Refusal` where a rule says no: 'revision-stale' where somebody has changed the same settings
    meanwhile, 'revision-gone' for what is too old. They raise `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._leftovers = Leftovers(needs)

    async def wish(
        self,
        guild_id: int,
        who: Person,
        values: Mapping[str, object],
        *,
        seen: Mapping[str, object] | None = None,
        ask: bool = False,
    ) -> Revision:
        """Set values by key, all or none; None takes the server's own away. Nothing is cancelled by it (R12).

        It waits for an answer where sessions would no longer fit, or to `ask` anyway. `seen` is what the
        server had of its own when the wish was made up: it may not have changed since.
        """
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            planned = await plan_change(tx, self._needs, guild_id, values)
            if seen is not None and any(seen.get(key) != old for key, (old, _) in planned.changes.items()):
                raise Refusal("revision-stale", keys=tuple(values))
            taken = await sessions.present(tx, guild_id, now)
            found = new_misfits(planned.before.programme, planned.after.programme, taken)
            made = _revision(planned, 0, done=not (found or ask))
            if planned.changes:
                old, new = ({key: pair[n] for key, pair in planned.changes.items()} for n in (0, 1))
                number = await revisions.add(tx, guild_id, old, new, now, by=who.id, done=made.done)
                made = replace(made, id=number)
            if made.done and planned.changes:
                await write_change(tx, self._needs, guild_id, who, planned, now=now)
            made = replace(made, left=await _left(tx, found, taken, planned, now=now))
        if made.done and planned.changes:
            self._needs.changed(guild_id)
        return made

    async def look(self, guild_id: int, who: Person, revision_id: int, page: int = 0) -> Revision:
        """Return how a change that waits stands, with a page of what it leaves over."""
        check_organizer(who)
        now = self._needs.now()

        async def reading(db: Reader) -> Revision:
            return (await self._waiting(db, guild_id, revision_id, page, now=now))[0]

        return await self._needs.database.read.together(reading)

    async def decide(
        self,
        guild_id: int,
        who: Person,
        revision_id: int,
        decision: Decision,
        *,
        session_id: int | None = None,
        page: int = 0,
    ) -> Revision:
        """Note what is to become of a session, or of all that nothing was decided about, when it is done."""
        check_organizer(who)
        reason = clean_line(decision.reason, REASON_LENGTH)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            _, stored, found = await self._waiting(tx, guild_id, revision_id, page, now=now)
            open_ = [each.session.id for each in found if each.session.id not in stored.decisions]
            chosen = open_ if session_id is None else [session_id]
            told = dict(stored.decisions)
            told |= dict.fromkeys(chosen, replace(decision, reason=reason).stored())
            await revisions.decide(tx, revision_id, told)
            return (await self._waiting(tx, guild_id, revision_id, page, now=now))[0]

    async def confirm(
        self, guild_id: int, who: Person, revision_id: int, *, keep_all: bool = False
    ) -> Revision:
        """Put a change in force that waits, then do what was decided; the others are kept (R12)."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            made, stored, found = await self._waiting(tx, guild_id, revision_id, now=now)
            decided = {} if keep_all else {i: read_decision(*each) for i, each in stored.decisions.items()}
            acts = {i: each for i, each in decided.items() if each.what is not What.KEEP}
            planned = await plan_change(tx, self._needs, guild_id, stored.after)
            await write_change(tx, self._needs, guild_id, who, planned, now=now)
            for each in found:
                if each.session.id not in acts and await revisions.keep(tx, each.session.id, now, by=who.id):
                    await ledger.record(
                        tx, guild_id, "kept", now, session_id=each.session.id, actor_id=who.id
                    )
            await revisions.done(tx, revision_id, now)
        self._needs.changed(guild_id)
        known = {each.session.id: each.session for each in found}
        settled = [await self._settle(guild_id, who, known[i], acts[i]) for i in acts if i in known]
        return replace(made, done=True, settled=settled)

    async def undo(self, guild_id: int, who: Person, revision_id: int) -> Revision:
        """Take a change back: a wish like any other, for what was there before."""
        check_organizer(who)
        now, read = self._needs.now(), self._needs.database.read
        stored = await revisions.get(read, guild_id, revision_id, now)
        if stored is None or not stored.done:
            raise Refusal("revision-gone")
        return await self.wish(guild_id, who, stored.before, seen=stored.after)

    async def _waiting(
        self, db: Reader, guild_id: int, revision_id: int, page: int = 0, *, now: datetime
    ) -> tuple[Revision, Stored, list[Misfit]]:
        """Return a change that waits, as it would be now; raises `Refusal` where it can be no more."""
        stored = await revisions.get(db, guild_id, revision_id, now)
        if stored is None:
            raise Refusal("revision-gone")
        if stored.done:
            raise Refusal("revision-done")
        planned = await plan_change(db, self._needs, guild_id, stored.after)
        if {key: old for key, (old, _) in planned.changes.items()} != stored.before:
            raise Refusal("revision-stale", keys=tuple(stored.after))
        taken = await sessions.present(db, guild_id, now)
        found = new_misfits(planned.before.programme, planned.after.programme, taken)
        left = await _left(db, found, taken, planned, stored, now=now, page=page)
        return replace(_revision(planned, revision_id, done=False), left=left), stored, found

    async def _settle(self, guild_id: int, who: Person, session: Session, decision: Decision) -> Settled:
        """Do what was decided about a session; where that fits no more it stays, and the refusal says why."""
        try:
            return await self._leftovers.settle(guild_id, who, session.id, decision)
        except Refusal as refusal:
            return Settled(session, decision, refusal)


def _revision(planned: Planned, number: int, *, done: bool) -> Revision:
    return Revision(number, planned.before, planned.after, tuple(planned.changes), done)


async def _left(
    db: Reader,
    found: Sequence[Misfit],
    taken: Sequence[Session],
    planned: Planned,
    stored: Stored | None = None,
    *,
    now: datetime,
    page: int = 0,
) -> Leftover:
    decisions = stored.decisions if stored else {}
    return await leftover(db, found, taken, planned.after.programme, now=now, page=page, decisions=decisions)
