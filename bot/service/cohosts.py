"""Sharing the host's powers with who says yes (R18). R5 does not bind co-hosts: they may be elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.changes import session_to_change
from bot.service.offers import ask_cohost, check_room
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import cohosts, ledger, notices


@dataclass(frozen=True, slots=True)
class Cohosts:
    """What came of it: the session, its co-hosts now, who is asked, and whether anything is new.

    `waiting` are those who were asked before and have not answered.
    """

    session: Session
    people: tuple[Person, ...]
    changed: bool
    asked: tuple[Person, ...] = ()
    waiting: tuple[Person, ...] = ()


class Cohosting:
    """Ask for co-hosts, and remove them.

    Both raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def cohost(
        self, guild_id: int, session_id: int, who: Person, member: Person, *, remove: bool = False
    ) -> Cohosts:
        """Ask a person to share the host's powers, or take them, or the question, back."""
        return await self._cohosts(guild_id, session_id, who, add=() if remove else (member,), drop=(member,))

    async def choose(self, guild_id: int, session_id: int, who: Person, members: Sequence[Person]) -> Cohosts:
        """Let nobody but these be co-hosts, and ask those of them who are not."""
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
        """Drop these, or everyone who is not to be added; ask those."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session = await session_to_change(tx, guild_id, session_id, who, now)
            wanted = {person.id: person for person in add}
            if session.host_id in wanted:
                raise Refusal("cohost-host", host=session.host_name)
            before = await cohosts.of_session(tx, session_id)
            dropped = None if drop is None else {person.id for person in drop}
            kept = [p for p in before if p[0] in wanted or (dropped is not None and p[0] not in dropped)]
            known = {user_id for user_id, _ in kept}
            new = [person for person in wanted.values() if person.id not in known]
            check_room([*kept, *((p.id, person_name(p.name, p.id)) for p in new)])
            for user_id in {user_id for user_id, _ in before} - known:
                await cohosts.remove(tx, session_id, user_id)
                await notices.withdraw_all(tx, session_id, user_id, now)
            for person in (p for p in drop or () if p.id not in wanted):
                await notices.withdraw(tx, session_id, NoticeKind.COHOST, person.id, now)
            if kept != before:
                about: dict[str, Any] = {"before": [i for i, _ in before], "after": [i for i, _ in kept]}
                await ledger.record(
                    tx, guild_id, "cohosts", now, session_id=session_id, actor_id=who.id, **about
                )
            asked = [p for p in new if await ask_cohost(tx, self._needs, session, who, p, now=now)]
        if kept != before or asked:
            self._needs.changed(guild_id)
        waiting = tuple(person for person in new if person not in asked)
        people = tuple(Person(*each) for each in kept)
        return Cohosts(session, people, kept != before, tuple(asked), waiting)
