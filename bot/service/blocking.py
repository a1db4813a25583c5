"""Who may not host here: organizers block a member, for a while or for good, and let them again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.domain.refusal import Refusal
from bot.domain.until import read_until
from bot.service.changes import Changes, Closed
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.service.wording import REASON_LENGTH, person_name
from bot.store import blocks, ledger, sessions
from bot.store.blocks import Barred, Block
from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Blocked:
    """What came of it: the block, and what the person hosts now and next, which stays as it is."""

    block: Block
    sessions: Sequence[Session]


class Blocking:
    """Block, unblock, look. All raise `Refusal` where a rule says no, and `StoreError` as everywhere."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._changes = Changes(needs)

    async def block(
        self, guild_id: int, who: Person, member: Person, reason: str = "", until: str = ""
    ) -> Blocked:
        """Let a member host no more, until then as typed ('' for good); what they host is not touched.

        Said again, it holds as said last.
        """
        check_organizer(who)
        if member.organizer:
            raise Refusal("block-organizer", host=member.name)
        now = self._needs.now()
        end = read_until(until, now, self._needs.programme(guild_id)) if until.strip() else None
        name, why = person_name(member.name, member.id), clean_line(reason, REASON_LENGTH)
        block = Block(member.id, name, why, end, now)
        async with self._needs.database.transaction() as tx:
            await blocks.put(tx, guild_id, Barred.HOST, block, by=who.id)
            about: dict[str, Any] = {"member": member.id, "name": name, "until": end}
            await ledger.record(tx, guild_id, "block", now, actor_id=who.id, reason=why, **about)
            hosted = await sessions.hosted_by(tx, guild_id, member.id, now)
        return Blocked(block, hosted)

    async def unblock(self, guild_id: int, who: Person, user_id: int) -> bool:
        """Let a person host again; False where nothing kept them."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            was = await blocks.of_person(tx, guild_id, user_id, Barred.HOST, now)
            if was:
                await blocks.remove(tx, guild_id, user_id, Barred.HOST)
                await ledger.record(
                    tx, guild_id, "unblock", now, actor_id=who.id, member=user_id, name=was.name
                )
        return was is not None

    async def blocked(self, guild_id: int) -> list[Block]:
        """Return who may not host now, the last one first."""
        return await blocks.of_guild(self._needs.database.read, guild_id, Barred.HOST, self._needs.now())

    async def hosted(self, guild_id: int, user_id: int) -> list[Session]:
        """Return what a person hosts now and next."""
        read = self._needs.database.read
        return await sessions.hosted_by(read, guild_id, user_id, self._needs.now())

    async def coming(self, guild_id: int, user_id: int) -> list[Session]:
        """Return what a person has booked and that has not begun: what can be cancelled."""
        now, hosted = self._needs.now(), await self.hosted(guild_id, user_id)
        return [session for session in hosted if session.state is State.BOOKED and session.start > now]

    async def cancel_all(self, guild_id: int, who: Person, user_id: int, reason: str) -> list[Closed]:
        """Cancel all that a person has booked and that has not begun; each is one change of its own."""
        check_organizer(who)
        closed = []
        for session in await self.coming(guild_id, user_id):
            with suppress(Refusal):  # it has begun or was cancelled meanwhile
                closed.append(await self._changes.cancel(guild_id, session.id, who, reason))
        return closed


async def check_blocked(
    db: Reader, guild_id: int, host: Person, now: datetime, *, asker: Person | None = None
) -> None:
    """Raise `Refusal` where organizers have blocked this person; to another `asker` it tells no more."""
    found = None if host.organizer else await blocks.of_person(db, guild_id, host.id, Barred.HOST, now)
    if found is None:
        return
    if asker is not None and asker.id != host.id:
        raise Refusal("blocked-other", host=found.name)
    if found.reason:
        code = "blocked-until-why" if found.until else "blocked-why"
    else:
        code = "blocked-until" if found.until else "blocked"
    raise Refusal(code, reason=found.reason, until=found.until)
