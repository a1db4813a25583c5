"""What organizers do about what people reported: each act is one transaction, and safe to repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.names import clean_text
from bot.domain.refusal import Refusal
from bot.domain.reports import Act, Case, Deed, SentOut
from bot.service.people import Person
from bot.service.settings import check_organizer
from bot.service.usecases import Needs
from bot.service.wording import REASON_LENGTH, person_name
from bot.store import blocks, ledger, outs, posted, reports
from bot.store.blocks import Barred, Block
from bot.store.database import Reader, Tx

ANSWER_LENGTH = 1000
"""Code points in an answer to those who reported."""
SHOWN = 5
"""Reports of a case that are read with it where nothing else is said."""
MENU = 25
"""Reporters who can be chosen at once: what one menu holds."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an act: the case as it is now, and whether anything changed by it."""

    case: Case
    changed: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of cases, its number from 0, how many pages; who was sent out, and who may not report."""

    cases: Sequence[Case]
    number: int
    pages: int
    outs: Sequence[SentOut]
    silenced: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Whole:
    """A case with a page of its reports, and who made them."""

    case: Case
    number: int
    pages: int
    reporters: Sequence[tuple[int, str]]


class Cases:
    """The use cases of organizers: `organizers-only` for others, `no-case` for what is not of this guild.

    All raise `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def look(self, guild_id: int, case_id: int, who: Person) -> Case:
        """Return a case as it is now."""
        check_organizer(who)
        now = self._needs.now()
        return await self._needs.database.read.together(lambda db: _case(db, guild_id, case_id, now))

    async def whole(self, guild_id: int, case_id: int, who: Person, page: int, size: int) -> Whole:
        """Return a page of a case's reports."""
        check_organizer(who)
        now = self._needs.now()

        async def reading(db: Reader) -> Whole:
            last = max(0, ((await _case(db, guild_id, case_id, now)).count - 1) // size)
            number = max(0, min(page, last))
            found = await reports.get(
                db, guild_id, case_id, reports=size, skip=number * size, now=now
            ) or await _case(db, guild_id, case_id, now)
            return Whole(found, number, last + 1, await reports.reporters(db, case_id, MENU))

        return await self._needs.database.read.together(reading)

    async def page(self, guild_id: int, who: Person, page: int, size: int) -> CasePage:
        """Return a page of cases, the open ones first, with what else organizers can take back."""
        check_organizer(who)
        now = self._needs.now()

        async def reading(db: Reader) -> CasePage:
            ids, number, total = await reports.numbers(db, guild_id, size, page)
            return CasePage(
                await reports.cases(db, guild_id, ids, reports=1, now=now),
                number,
                max(1, -(-total // size)),
                await outs.current(db, guild_id),
                await blocks.of_guild(db, guild_id, Barred.REPORT, now),
            )

        return await self._needs.database.read.together(reading)

    async def note(self, guild_id: int, case_id: int, who: Person, what: Deed, words: str = "") -> Done:
        """Write down what was done about a case, which closes it; done already, nothing changes.

        'dismissed' is for a case that is open, 'reopened' for one that is closed; others may be done again.
        """
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            case = await _case(tx, guild_id, case_id, now)
            said = clean_text(words, ANSWER_LENGTH)
            if what is Deed.ANSWERED and not said:
                raise Refusal("no-answer")
            if _is_done(case, what, said):
                return Done(case, changed=False)
            if what is Deed.REOPENED:
                await _check_no_newer(tx, case)
            await _act(tx, case, Act(what, who.id, said, now))
            return Done(await _case(tx, guild_id, case_id, now), changed=True)

    async def block(
        self, guild_id: int, case_id: int, who: Person, reason: str, hours: int | None, *, organizer: bool
    ) -> Done:
        """Let whom a case is about host no more for so many hours, None: for good; no `organizer`."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            case = await _case(tx, guild_id, case_id, now)
            user_id, name = _subject(case)
            if organizer:
                raise Refusal("case-organizer", name=name)
            if case.blocked and case.closed:
                return Done(case, changed=False)
            why = clean_text(reason, REASON_LENGTH)
            until = None if hours is None else now + timedelta(hours=hours)
            block = Block(user_id, person_name(name, user_id), why, until, now)
            await blocks.put(tx, guild_id, Barred.HOST, block, by=who.id)
            await ledger.record(
                tx,
                guild_id,
                "block",
                now,
                actor_id=who.id,
                reason=why,
                member=user_id,
                name=block.name,
                until=until,
            )
            await _act(tx, case, Act(Deed.BLOCKED, who.id, why, now))
            return Done(await _case(tx, guild_id, case_id, now), changed=True)

    async def unblock(self, guild_id: int, case_id: int, who: Person) -> Done:
        """Let whom a case is about host again."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            case = await _case(tx, guild_id, case_id, now)
            user_id, name = _subject(case)
            changed = await blocks.remove(tx, guild_id, user_id, Barred.HOST)
            if changed:
                await ledger.record(tx, guild_id, "unblock", now, actor_id=who.id, member=user_id, name=name)
                await posted.wanted(tx, posted.CASE, case_id, guild_id)
            return Done(await _case(tx, guild_id, case_id, now), changed=changed)

    async def silence(self, guild_id: int, case_id: int, reporter_id: int, who: Person) -> str:
        """Take the right to report from one who reported something in a case; return their name."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            await _case(tx, guild_id, case_id, now)
            name = await reports.name_of(tx, case_id, reporter_id)
            if name is None:
                raise Refusal("no-case")
            if not await blocks.of_person(tx, guild_id, reporter_id, Barred.REPORT, now):
                block = Block(reporter_id, name, "", None, now)
                await blocks.put(tx, guild_id, Barred.REPORT, block, by=who.id)
                await ledger.record(tx, guild_id, "silence", now, actor_id=who.id, case=case_id)
            return name

    async def let_report(self, guild_id: int, reporter_id: int, who: Person) -> bool:
        """Give the right to report back; False where it was not taken."""
        check_organizer(who)
        async with self._needs.database.transaction() as tx:
            changed = await blocks.remove(tx, guild_id, reporter_id, Barred.REPORT)
            if changed:
                await ledger.record(tx, guild_id, "let-report", self._needs.now(), actor_id=who.id)
            return changed


async def _case(db: Reader, guild_id: int, case_id: int, now: datetime) -> Case:
    case = await reports.get(db, guild_id, case_id, reports=SHOWN, now=now)
    if case is None:
        raise Refusal("no-case")
    return case


def _subject(case: Case) -> tuple[int, str]:
    if case.subject is None:
        raise Refusal("case-nobody")
    return case.subject


def _is_done(case: Case, what: Deed, words: str) -> bool:
    """Whether an act changes nothing: two clicks, or two organizers at once."""
    last = case.acts[-1] if case.acts else None
    match what:
        case Deed.DISMISSED:
            return case.closed is not None
        case Deed.REOPENED:
            return case.closed is None
        case Deed.ANSWERED:
            return last is not None and (last.what, last.words) == (what, words)
    return case.closed is not None and any(act.what is what for act in case.acts)


async def _check_no_newer(tx: Tx, case: Case) -> None:
    """Raise `Refusal` where new reports have opened another case on the same."""
    session_id = case.session.id if case.session else None
    newer = await reports.open_case(
        tx, case.guild_id, None if case.about_id is not None else session_id, case.about_id
    )
    if newer is not None:
        raise Refusal("case-newer", number=newer)


async def _act(tx: Tx, case: Case, act: Act) -> None:
    await reports.act(tx, case.id, act)
    await posted.wanted(tx, posted.CASE, case.id, case.guild_id)
    await ledger.record(tx, case.guild_id, f"case-{act.what}", act.at, actor_id=act.by, case=case.id)
