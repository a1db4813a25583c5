"""Who has a seat: whoever gets one, or has one no longer, hears of it once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.models import Session
from bot.domain.notices import NoticeKind
from bot.store import guests, notices
from bot.store.database import Tx


async def seats_changed(
    tx: Tx, before: Session, after: Session, joined: Sequence[int], now: datetime
) -> None:
    """Have those told whose place changed, as a part of a transaction; `joined` are those of before."""
    if not after.active:
        return
    still = await guests.ids(tx, after.id)
    had, have = set(seated(before, joined)), set(seated(after, still))
    for user_id in joined:
        if user_id in have - had:
            await _tell(tx, after, NoticeKind.SEAT, NoticeKind.WAITING, user_id, now=now)
        elif user_id in had - have and user_id in still:
            await _tell(tx, after, NoticeKind.WAITING, NoticeKind.SEAT, user_id, now=now)


async def give_up_seat(tx: Tx, session: Session, user_id: int, now: datetime) -> bool:
    """Let a person take part no longer, as a part of a transaction; False where they did not."""
    joined = await guests.ids(tx, session.id)
    was = await guests.remove(tx, session.id, user_id)
    if was:
        await seats_changed(tx, session, session, joined, now)
    return was


def seated(session: Session, joined: Sequence[int]) -> Sequence[int]:
    """Return those of who joined, first come first, who have a seat."""
    return joined[: session.seats]


async def _tell(
    tx: Tx, session: Session, kind: NoticeKind, opposite: NoticeKind, user_id: int, *, now: datetime
) -> None:
    # What was not said yet need not be said and taken back.
    if not await notices.take_back(tx, session.id, opposite, user_id):
        await notices.add_once(tx, session.guild_id, session.id, kind, now, user_id=user_id)
