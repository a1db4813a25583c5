"""What is said, when and where, and who is at the desks (pure): R8, R9, R11, R17."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from bot.desks.scene import PATIENCE, Scene, Seen
from bot.desks.steps import Absent, Say, Step
from bot.desks.veil import digest, words_of
from bot.desks.wishes import last_word_due, overrun_over
from bot.domain.life import absence, half_patience
from bot.domain.models import Limits, Session, State
from bot.service.deskbook import Book, Came, GiveUp, LastWord, Left, Note
from bot.store.notices import Notice, NoticeKind
from bot.store.records import Kind

STALE = timedelta(minutes=15)
"""How late a word may come that is only of use at its time."""
GREET_PAUSE = timedelta(seconds=5)
"""Greetings at one desk within this time are one message (R17)."""
NEWS_PAUSE = timedelta(minutes=5)
"""Changes of one session are announced at most once in this time, with the last state (R17)."""

_AT_THE_DESK = {NoticeKind.OPENING, NoticeKind.GREETING, NoticeKind.WARNING, NoticeKind.QUIET}


def plan_words(scene: Scene) -> tuple[list[Note], list[Step]]:
    """Return what to write down of people and notices, and what to say: openings before all other words."""
    notes: list[Note] = []
    steps: list[Step] = []
    for session in scene.book.sessions:
        if session.state is State.OPEN:
            _presence(scene, session, notes, steps)
        said = (session.id, NoticeKind.OVERRUN) in scene.book.rows.said
        if not said and last_word_due(session, scene.now, scene.limits, len(scene.people(session))):
            notes.append(LastWord(session))
    says = list(_says(scene, notes))
    return notes, [*sorted(says, key=lambda say: not say.opens), *steps]


# ------------------------------------------------------------------------------- who is there


def _presence(scene: Scene, session: Session, notes: list[Note], steps: list[Step]) -> None:
    """Note who comes and goes, and which desk to warn or give away; nobody can come where no channel is."""
    voice, text = scene.channel(Kind.VOICE, session.id), scene.channel(Kind.TEXT, session.id)
    people = voice.people if voice else ()
    if set(people) - scene.book.rows.visitors.get(session.id, frozenset()) or (people and session.quiet):
        notes.append(Came(session, people))
    elif not people and session.quiet is None:
        notes.append(Left(session))
    elif voice or text:
        steps.extend(_absent(scene, session, text))


def _absent(scene: Scene, session: Session, text: Seen | None) -> Iterator[Step]:
    found = absence(session, scene.book.rows.said.get((session.id, NoticeKind.QUIET)), scene.limits)
    telling = any(n.kind is NoticeKind.QUIET and n.session_id == session.id for n in scene.book.rows.notices)
    if found is None or telling or scene.later(found.release_at if found.warned else found.warn_at):
        return
    listens = scene.learnt.listens
    deaf = listens is None or session.quiet is None or session.quiet < listens
    yield Absent(session, text.id if text else None, release=found.warned, look=deaf and text is not None)


# ------------------------------------------------------------------------------------- notices


def _says(scene: Scene, notes: list[Note]) -> Iterator[Say]:
    opening = {n.session_id for n in scene.book.rows.notices if n.kind is NoticeKind.OPENING}
    greetings: dict[int, list[Notice]] = {}
    for notice in scene.book.rows.notices:
        session = scene.sessions.get(notice.session_id)
        if session is None or late(notice, session, scene.limits, scene.now):
            notes.append(GiveUp(notice, partial(_stale, notice, scene.limits, scene.now)))
        elif scene.later(due(notice, session, scene.book, scene.limits)) or _waits_for_opening(notice, opening):
            continue
        elif notice.kind is NoticeKind.GREETING:
            greetings.setdefault(session.id, []).append(notice)
        elif notice.kind is NoticeKind.REMINDER and not notice.closed:
            yield Say((notice,), session, None, shown_words(scene, session))
        else:
            yield from _say(scene, session, (notice,))
    for session_id, waiting in greetings.items():
        # Those that may be on their way already go first, and alone: they must be found by the same words.
        tried = [n for n in waiting if n.tried]
        batch = [n for n in tried if n.batch == tried[0].batch] or waiting
        yield from _say(scene, scene.sessions[session_id], tuple(batch))


def _waits_for_opening(notice: Notice, opening: set[int]) -> bool:
    return notice.kind in _AT_THE_DESK - {NoticeKind.OPENING} and notice.session_id in opening


def _say(scene: Scene, session: Session, batch: tuple[Notice, ...]) -> Iterator[Say]:
    channel, notice = _channel(scene, batch[0], session), batch[0]
    # An opening links to its voice channel: it waits a little for one that is still being made.
    voice = notice.kind is not NoticeKind.OPENING or scene.channel(Kind.VOICE, session.id)
    if channel and (voice or scene.rested(notice.created, PATIENCE)):
        yield Say(batch, session, channel.id, shown_words(scene, session))


def shown_words(scene: Scene, session: Session) -> frozenset[str]:
    """Return the digests of strangers' words that a notice of a session may show."""
    return frozenset(map(digest, words_of(scene.book.showings[session.id]))) - scene.learnt.hidden


def _stale(notice: Notice, limits: Limits, now: datetime, session: Session | None) -> bool:
    return session is None or late(notice, session, limits, now)


def due(notice: Notice, session: Session, book: Book, limits: Limits) -> datetime:
    """Return when a notice is to be sent."""
    said = book.rows.said.get((session.id, notice.kind))
    match notice.kind:
        case NoticeKind.WARNING:
            half = session.start + (session.end - session.start) / 2
            return max(session.end - timedelta(minutes=limits.warn_minutes), half)
        case NoticeKind.REMINDER:
            return session.start - timedelta(minutes=limits.remind_minutes)
        case NoticeKind.GREETING if said and said <= book.now:
            return max(notice.created, said + GREET_PAUSE)
        case NoticeKind.CHANGED if said and said <= book.now and not notice.tried:
            return max(notice.created, said + NEWS_PAUSE)
    return min(notice.created, book.now)


def late(notice: Notice, session: Session, limits: Limits, now: datetime) -> bool:
    """Whether a notice has grown stale: after a long outage nothing old is poured out."""
    match notice.kind:
        case NoticeKind.OVERRUN:
            over = session.closed is None or overrun_over(session, limits) <= now
        case NoticeKind.CHANGED:
            over = not session.active or (session.state is State.BOOKED and session.start <= now)
        case NoticeKind.CANCELLED:
            over = max(session.start, notice.created) + STALE <= now
        case NoticeKind.REMINDER:
            over = session.state is not State.BOOKED or session.start <= now
        case NoticeKind.GREETING:
            over = session.state is not State.OPEN or notice.created + STALE <= now
        case NoticeKind.QUIET:
            told = notice.created + half_patience(session, limits)  # past it, the host is warned anew
            here = session.quiet is None or notice.created < session.quiet
            over = session.state is not State.OPEN or here or told <= now
        case NoticeKind.WARNING:
            over = session.state is not State.OPEN or session.end <= now
        case NoticeKind.OPENING:
            over = session.state is not State.OPEN
    return over


def _channel(scene: Scene, notice: Notice, session: Session) -> Seen | None:
    """Return where everyone concerned reads: at the desk once it is open, among the news before."""
    if notice.kind is NoticeKind.OVERRUN:
        return scene.channel(Kind.VOICE, session.id)
    if notice.kind in _AT_THE_DESK or (notice.kind is NoticeKind.CHANGED and session.state is State.OPEN):
        return scene.channel(Kind.TEXT, session.id)
    return scene.channel(Kind.NEWS)
