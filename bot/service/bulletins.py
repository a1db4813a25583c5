"""The bookkeeping of the messages that only organizers see: cases, and who was sent out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from bot.domain.life import as_of
from bot.domain.models import Session
from bot.domain.reports import Case, Posted, SentOut, Untold
from bot.service.usecases import Needs
from bot.store import outs, posted, reports
from bot.store.database import Reader


@dataclass(frozen=True, slots=True)
class Bulletin:
    """A message as it was last sent, with what it is about; neither where that is gone."""

    posted: Posted
    case: Case | None = None
    out: SentOut | None = None

    @property
    def session(self) -> Session | None:
        """The session that it is about."""
        return self.case.session if self.case else self.out.session if self.out else None

    def over(self, now: datetime) -> bool:
        """Whether it is not going to change any more, unless somebody opens it again."""
        if self.case:
            return self.case.closed is not None
        return self.out is None or self.out.undone is not None or not as_of(self.out.session, now).active


@dataclass(frozen=True, slots=True)
class Bulletins:
    """What there is to do in one guild: messages to be kept current, open cases, reporters to be told.

    `channels` are those where such messages are, of whatever age.
    """

    all: tuple[Bulletin, ...]
    open_cases: int
    untold: tuple[Untold, ...]
    told_about: dict[int, Case]
    channels: frozenset[int]


class Bulletinboard:
    """Each method that writes is one transaction; all raise `StoreError` where the database fails."""

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def read(self, guild_id: int, reports_shown: int) -> Bulletins:
        """Return what there is to do, in one snapshot."""
        now = self._needs.now()

        async def reading(db: Reader) -> Bulletins:
            found = await posted.undone(db, guild_id)
            cases = [each.about for each in found if each.kind == posted.CASE]
            untold = await reports.untold(db, guild_id)
            known = {
                case.id: case
                for case in await reports.cases(db, guild_id, cases, reports=reports_shown, now=now)
            }
            others = sorted({each.case_id for each in untold} - known.keys())
            told = await reports.cases(db, guild_id, others, reports=0, now=now)
            sent = [each.about for each in found if each.kind == posted.OUT]
            outs_ = {out.id: out for out in await outs.these(db, guild_id, sent)}
            every = (
                Bulletin(each, case=known.get(each.about))
                if each.kind == posted.CASE
                else Bulletin(each, out=outs_.get(each.about))
                for each in found
            )
            return Bulletins(
                tuple(every),
                await reports.count_open(db, guild_id),
                tuple(untold),
                known | {case.id: case for case in told},
                frozenset(await posted.channels(db, guild_id)),
            )

        return await self._needs.database.read.together(reading)

    async def in_channels(self, guild_id: int, channel_ids: Collection[int]) -> list[Posted]:
        """Return the messages that are in these channels."""
        return await self._needs.database.read.together(
            lambda db: posted.in_channels(db, guild_id, channel_ids)
        )

    async def asking(self, each: Posted, channel_id: int, at: datetime) -> None:
        """Write down that a message is about to be sent (R14)."""
        async with self._needs.database.transaction() as tx:
            await posted.asking(tx, each, channel_id, at)

    async def shown(self, each: Posted, message_id: int, picture: str, news: int | None = None) -> None:
        """Write down what a message shows now; `news`: of how many reports organizers know by that."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await posted.shown(tx, each, message_id, picture, now)
            if news is not None:
                await posted.noticed(tx, each, news, now)

    async def noticed(self, each: Posted, news: int) -> None:
        """Write down of how many reports organizers are being told."""
        async with self._needs.database.transaction() as tx:
            await posted.noticed(tx, each, news, self._needs.now())

    async def gone(self, each: Posted) -> None:
        """Write down that a message is no longer there."""
        async with self._needs.database.transaction() as tx:
            await posted.gone(tx, each)

    async def plainer(self, each: Posted) -> None:
        """Write down that Discord refuses strangers' words in a message (R16)."""
        async with self._needs.database.transaction() as tx:
            await posted.plainer(tx, each)

    async def done(self, each: Posted) -> None:
        """Write down that a message has shown the last of it."""
        async with self._needs.database.transaction() as tx:
            await posted.done(tx, each)
