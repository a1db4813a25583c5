"""Sharing the host's powers. R5 does not bind co-hosts: they may be elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Session
from bot.domain.refusal import Refusal
from bot.service.changes import session_to_change
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import cohosts, ledger
from bot.store.database import Tx
from bot.store.people import Named

COHOSTS = 5
"""The most co-hosts of one session: enough for a panel, few enough to be named on a card."""


@dataclass(frozen=True, slots=True)
class Cohosts:
    """What came of it: the session, its co-hosts now, and whether they are others than before."""

    session: Session
    people: tuple[Person, ...]
    changed: bool


class Cohosting:
    """Add and remove co-hosts.

    Both raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def cohost(
        self, guild_id: int, session_id: int, who: Person, member: Person, *, remove: bool = False
    ) -> Cohosts:
        """Let a person share the host's powers, or take them back."""
        return await self._cohosts(guild_id, session_id, who, add=() if remove else (member,), drop=(member,))

    async def choose(self, guild_id: int, session_id: int, who: Person, members: Sequence[Person]) -> Cohosts:
        """Make exactly these people the co-hosts."""
        return await self._cohosts(guild_id, session_id, who, add=members, drop=None)

    async def _cohosts(
        self,
        guild_id: int,
        session_id: int,
        who: Person,
        *,
        add: Sequence[Person],
        drop: Sequence[Person] | None,
    ) -> Cohosts:
        """Drop these, or everyone, and add those; who stays keeps their place."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            if any(person.id == session.host_id for person in add):
                raise Refusal("cohost-host", host=session.host_name)
            before = await cohosts.of_session(tx, session_id)
            added = {person.id for person in add}
            dropped = None if drop is None else {person.id for person in drop}
            kept = [p for p in before if p[0] in added or (dropped is not None and p[0] not in dropped)]
            known = {user_id for user_id, _ in kept}
            new = {p.id: (p.id, person_name(p.name, p.id)) for p in add if p.id not in known}
            wanted = make_room([*kept, *new.values()])
            changed = wanted != before
            if changed:
                await set_cohosts(tx, session, wanted, now)
                await ledger.record(
                    tx,
                    guild_id,
                    "cohosts",
                    now,
                    session_id=session_id,
                    actor_id=who.id,
                    before=[user_id for user_id, _ in before],
                    after=[user_id for user_id, _ in wanted],
                )
        if changed:
            self._needs.changed(guild_id)
        return Cohosts(session, tuple(Person(*each) for each in wanted), changed)


def make_room(people: Sequence[Named]) -> list[Named]:
    """Return the co-hosts; raises `Refusal` where they are too many."""
    if len(people) > COHOSTS:
        raise Refusal("cohosts-full", most=COHOSTS)
    return list(people)


async def set_cohosts(tx: Tx, session: Session, wanted: Sequence[Named], now: datetime) -> None:
    """Write who the co-hosts are, those who stay as they are."""
    chosen = {user_id for user_id, _ in wanted}
    for user_id, _ in await cohosts.of_session(tx, session.id):
        if user_id not in chosen:
            await cohosts.remove(tx, session.id, user_id)
    for user_id, name in wanted:
        await cohosts.add(tx, session.id, user_id, name, now)
