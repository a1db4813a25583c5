"""What people report to the organizers, and what they hear of it. The audit trail knows only the case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.names import clean_text
from bot.domain.records import Kind
from bot.domain.refusal import Refusal
from bot.domain.reports import Case, Report, Untold
from bot.domain.starts import HOUR, next_start
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import person_name
from bot.store import blocks, cohosts, ledger, places, posted, reports, sessions, visits
from bot.store.blocks import Barred
from bot.store.database import Reader, Tx

WORDS_LENGTH = 1000
"""Code points in a report."""
PeopleIn = Callable[[int], Iterable[int]]
"""Returns the ids of the people who are in a voice channel now, by the channel's id."""


@dataclass(frozen=True, slots=True)
class About:
    """What is reported: a session, or a member (and in which voice channel they are), or a message.

    A message is given by its channel and its author; `link` leads to it.
    """

    session_id: int | None = None
    member: Person | None = None
    voice_id: int | None = None
    channel_id: int | None = None
    author: Person | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of it: the case, and whether just this had been reported by this person before."""

    case_id: int
    again: bool


class Reports:
    """The use cases of those who report.

    All raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def check(self, guild_id: int, who: Person, about: About) -> None:
        """Raise `Refusal` where this person may not report this, so that nobody writes for nothing."""
        now = self._needs.now()

        async def reading(db: Reader) -> None:
            await self._check(db, guild_id, who, about, now)
            await _where(db, guild_id, about)

        await self._needs.database.read.together(reading)

    async def report(
        self, guild_id: int, who: Person, about: About, words: str, *, people_in: PeopleIn, language: str
    ) -> Reported:
        """Add a report to the open case on what it is about, or open one; the same twice is one report."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            session_id, member = await _where(tx, guild_id, about)
            case_id = await reports.open_case(
                tx, guild_id, None if member else session_id, member.id if member else None
            )
            author = about.author.id if about.author else None
            text, name = clean_text(words, WORDS_LENGTH), person_name(who.name, who.id)
            report = Report(0, who.id, name, text, now, about.link, author)
            if case_id is not None and await reports.has(tx, case_id, report):
                return Reported(case_id, again=True)
            await self._check(tx, guild_id, who, about, now)
            if case_id is None:
                named = (member.id, person_name(member.name, member.id)) if member else None
                case_id = await reports.add_case(tx, guild_id, session_id, named, now)
            elif session_id is not None:
                await reports.link_session(tx, case_id, session_id)
            await reports.add(tx, case_id, report, language)
            if session_id is not None:
                await _note_present(tx, case_id, session_id, people_in)
            await posted.wanted(tx, posted.CASE, case_id, guild_id)
            await ledger.record(tx, guild_id, "report", now, case=case_id)  # nobody's name, nor the session's
        return Reported(case_id, again=False)

    async def _check(self, db: Reader, guild_id: int, who: Person, about: About, now: datetime) -> None:
        member = about.member or about.author
        if member and member.id == who.id:
            raise Refusal("report-self")
        if await blocks.of_person(db, guild_id, who.id, Barred.REPORT, now):
            raise Refusal("report-blocked")
        most = self._needs.rulebook.of(guild_id).server.reports.per_hour
        if who.organizer or not most:
            return
        newest = await reports.made_since(db, guild_id, who.id, now - HOUR, most)
        if then := next_start(newest, most):
            raise Refusal("report-often", most=most, then=then)

    async def mine(self, guild_id: int, case_id: int, user_id: int) -> Case:
        """Return a case for one who reported something in it; `Refusal` for others."""
        now = self._needs.now()

        async def reading(db: Reader) -> Case | None:
            mine = await reports.name_of(db, case_id, user_id) is not None
            return await reports.get(db, guild_id, case_id, reports=0, now=now) if mine else None

        case = await self._needs.database.read.together(reading)
        if case is None:
            raise Refusal("no-case")
        return case

    async def untold(self, guild_id: int) -> list[Untold]:
        """Return the reporters who have not heard of what was done last about their case."""
        return await self._needs.database.read.together(lambda db: reports.untold(db, guild_id))

    async def told(self, case_id: int, reporter_id: int) -> bool:
        """Note that a reporter has heard of the last act; False where they had."""
        async with self._needs.database.transaction() as tx:
            return await reports.told(tx, case_id, reporter_id)

    async def no_direct(self, case_id: int, reporter_ids: Iterable[int]) -> None:
        """Note that no direct message reaches these reporters: their next command tells them."""
        async with self._needs.database.transaction() as tx:
            await reports.no_direct(tx, case_id, list(reporter_ids))


async def _where(db: Reader, guild_id: int, about: About) -> tuple[int | None, Person | None]:
    """Return the session that something is about, or at which a member is, and the member.

    A message at a desk is about its session, any other about its author. Raises `Refusal` for what is not of
    this guild.
    """
    if about.session_id is not None:
        if await sessions.get(db, guild_id, about.session_id) is None:
            raise Refusal("no-session")
        return about.session_id, None
    if about.channel_id is not None and (at := await places.desk_of(db, guild_id, about.channel_id)):
        return at, None
    member = about.member or about.author
    if member is None:
        return None, None
    inside = about.voice_id and await places.desk_of(db, guild_id, about.voice_id)
    return inside or await _hosted_now(db, guild_id, member.id), member


async def _hosted_now(db: Reader, guild_id: int, user_id: int) -> int | None:
    """Return the session that somebody hosts or co-hosts now."""
    active = [s for s in await sessions.active(db, guild_id) if s.desk is not None]
    shared = await cohosts.cohosted_by(db, user_id, [s.id for s in active])
    return next((s.id for s in active if s.host_id == user_id or s.id in shared), None)


async def _note_present(tx: Tx, case_id: int, session_id: int, people_in: PeopleIn) -> None:
    """Note who is at the desk, or was there before."""
    await reports.was_present(tx, case_id, await visits.of_session(tx, session_id), voice=False)
    voice = (await places.of_session(tx, session_id)).get(Kind.VOICE)
    await reports.was_present(tx, case_id, people_in(voice) if voice else (), voice=True)
