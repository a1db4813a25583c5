"""What organizers tell everybody: once at each open desk, and at the top of the board for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.models import Session, State
from bot.domain.names import clean_text
from bot.domain.notices import NoticeKind
from bot.domain.refusal import Refusal
from bot.service.drafts import Drafts, typed_before
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.store import announcements, drafts, ledger, notices, sessions
from bot.store.database import Reader
from bot.store.drafts import Draft

ANNOUNCEMENT_LENGTH = 600
"""Code points of an announcement: with it the board still has room for what is on."""
HOURS = 2
"""How long the board shows one where nothing else is said."""
MOST_HOURS = 72


@dataclass(frozen=True, slots=True)
class Announced:
    """What will be told, or has been: the words, the desks that get them, until when the board has them.

    `id` is the draft's number before, the announcement's after.
    """

    id: int
    words: str
    desks: tuple[Session, ...]
    until: datetime


class Announcing:
    """Preview, send, take down; all raise `Refusal` where a rule says no, `StoreError` as everywhere."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs
        self._drafts = Drafts(needs)

    async def preview(self, guild_id: int, who: Person, words: str, hours: int = HOURS) -> Announced:
        """Keep the words, and return what sending them would do; nobody sees them yet."""
        check_organizer(who)
        text = clean_text(words, ANNOUNCEMENT_LENGTH)
        if not text:
            raise Refusal("announcement-empty")
        draft_id = await self._drafts.keep(guild_id, Draft(who.id, "", text, "", hours * 60))
        now, desks = self._needs.now(), await _desks(self._needs.database.read, guild_id)
        return Announced(draft_id, text, desks, now + timedelta(hours=hours))

    async def draft(self, guild_id: int, who: Person, draft_id: int) -> tuple[str, int]:
        """Return the words that were previewed, and for how many hours, to be changed."""
        check_organizer(who)
        known = await self._drafts.find(guild_id, who, draft_id)
        return known.description, _hours(known)

    async def send(self, guild_id: int, who: Person, draft_id: int) -> Announced:
        """Tell it at each desk that is open now, and on the board; the same preview is sent once."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            try:
                known = await typed_before(tx, guild_id, who, draft_id, now)
            except Refusal as refusal:
                raise Refusal("announcement-sent") from refusal
            await drafts.remove(tx, guild_id, draft_id)
            words, until = known.description, now + timedelta(hours=_hours(known))
            number = await announcements.add(tx, guild_id, words, until, now, by=who.id)
            desks = await _desks(tx, guild_id)
            kind = NoticeKind.ANNOUNCEMENT
            for session in desks:
                await notices.add(tx, guild_id, session.id, kind, now, about=number, words=words)
            about: dict[str, Any] = {
                "announcement": number,
                "words": words,
                "desks": [s.id for s in desks],
                "until": until,
            }
            await ledger.record(tx, guild_id, "announce", now, actor_id=who.id, **about)
        self._needs.changed(guild_id)
        return Announced(number, words, desks, until)

    async def take_down(self, guild_id: int, who: Person, number: int) -> bool:
        """Let the board show it no more; what was said at the desks stays. False where it is down already."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            down = await announcements.take_down(tx, guild_id, number, now)
            if down:
                await notices.remove_about(tx, guild_id, NoticeKind.ANNOUNCEMENT, number)
                await ledger.record(tx, guild_id, "announce-off", now, actor_id=who.id, announcement=number)
        if down:
            self._needs.changed(guild_id)
        return down


def _hours(draft: Draft) -> int:
    return (draft.minutes or HOURS * 60) // 60


async def _desks(db: Reader, guild_id: int) -> tuple[Session, ...]:
    return tuple(s for s in await sessions.active(db, guild_id) if s.state is State.OPEN)
