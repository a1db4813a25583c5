"""What is said, and who is at the desks (pure): R8, R9, R11, R17."""

from __future__ import annotations

from collections.abc import Iterator

from bot.desks.scene import PATIENCE, Scene
from bot.desks.steps import Absent, Count, Say, Step
from bot.domain.life import absence, grace_over, last_word_due
from bot.domain.models import Session, State
from bot.domain.notices import BATCHED, Notice, NoticeKind, due, late, words_shown
from bot.domain.records import Aspect, Kind, Seen
from bot.service.deskbook import Fact, Note
from bot.ui.veil import digest

CARD_COMES = 2 * PATIENCE
"""How long an opening waits for the card that says it."""
_AT_THE_DESK = {
    NoticeKind.OPENING,
    NoticeKind.GREETING,
    NoticeKind.CAME,
    NoticeKind.WARNING,
    NoticeKind.QUIET,
    NoticeKind.TAKEAWAY,
    NoticeKind.ANNOUNCEMENT,
}
_WHILE_OPEN = {
    NoticeKind.CHANGED,
    NoticeKind.OFFER,
    NoticeKind.COHOST,
    NoticeKind.HANDED,
    NoticeKind.SEAT,
    NoticeKind.WAITING,
}


def plan_words(scene: Scene) -> tuple[list[Note], list[Step]]:
    """Return what to write down of people and notices, and what to say: openings before all other words."""
    notes: list[Note] = []
    steps: list[Step] = [*_says(scene, notes)]
    steps.sort(key=lambda step: isinstance(step, Say) and step.batch[0].kind is not NoticeKind.OPENING)
    for session in scene.near:
        people = scene.people(session)
        if session.state is State.OPEN:
            steps += _presence(scene, session, people, notes)
        said = (session.id, NoticeKind.OVERRUN) in scene.book.rows.said
        if not said and last_word_due(session, scene.now, scene.limits, len(people)):
            notes.append(Note(Fact.LAST_WORD, session_id=session.id))
    return notes, steps


def _presence(scene: Scene, session: Session, people: tuple[int, ...], notes: list[Note]) -> Iterator[Step]:
    """Note who comes and goes, and yield whom to warn or release; nobody can come where no channel is."""
    text, rows = scene.channel(Kind.TEXT, session.id), scene.book.rows
    if set(people) - rows.visitors.get(session.id, frozenset()) or (people and session.quiet):
        notes.append(Note(Fact.CAME, session_id=session.id, people=people))
        return
    if not people and session.quiet is None:
        notes.append(Note(Fact.LEFT, session_id=session.id))
        return
    found = absence(session, rows.said.get((session.id, NoticeKind.QUIET)), scene.limits)
    if found is None or not (text or scene.channel(Kind.VOICE, session.id)):
        return
    telling = any(n.kind is NoticeKind.QUIET and n.session_id == session.id for n in rows.notices)
    if not scene.later(found.release_at if found.warned else found.warn_at) and not telling:
        listens = scene.learnt.listens
        deaf = listens is None or session.quiet is None or session.quiet < listens
        yield Absent(session, text.id if text else 0, release=found.warned, look=deaf and text is not None)


def _says(scene: Scene, notes: list[Note]) -> Iterator[Say | Count]:
    rows = scene.book.rows
    opening = {n.session_id for n in rows.notices if n.kind is NoticeKind.OPENING}
    batches: dict[tuple[int, NoticeKind], list[Notice]] = {}
    for notice in rows.notices:
        session = scene.sessions.get(notice.session_id)
        if session is None or late(notice, session, scene.limits, scene.now):
            notes.append(Note(Fact.STALE, notice=notice))
            continue
        if _is_lost(scene, notice, session):
            notes.append(Note(Fact.GIVEN_UP, notice=notice))
            continue
        if notice.kind is NoticeKind.ANNOUNCEMENT and digest(notice.words) in scene.learnt.hidden:
            continue  # without its words it says nothing: it waits while they are only suspected (R16)
        first = notice.kind in _AT_THE_DESK - {NoticeKind.OPENING} and session.id in opening
        first &= scene.channel(Kind.TEXT, session.id) is not None
        if scene.later(due(notice, session, scene.limits, rows.said, scene.now)) or first:
            continue  # the opening comes first
        if notice.kind in BATCHED:
            batches.setdefault((session.id, notice.kind), []).append(notice)
        elif notice.kind is NoticeKind.OPENING:
            yield from _opening(scene, session, notice)
        elif notice.kind is NoticeKind.REMINDER and not notice.closed:
            yield Say((notice,), session, None, _words(scene, notice, session))
        else:
            yield from _say(scene, session, (notice,))
    for (session_id, _), waiting in batches.items():
        # Those that may be on their way already go first, and alone: they must be found by the same words.
        tried = [n for n in waiting if n.tried]
        batch = [n for n in tried if n.batch == tried[0].batch] or waiting
        yield from _say(scene, scene.sessions[session_id], tuple(batch))


def _opening(scene: Scene, session: Session, notice: Notice) -> Iterator[Say | Count]:
    """The desk's card opens it; where it does not come, or cannot call everyone, words do (R8, R21)."""
    card = scene.mine.get((Kind.CARD, session.id))
    if card is None and session.id in scene.openings:
        if not scene.asked(session):
            yield Count(session)
            return
        comes = not scene.rested(notice.created, CARD_COMES)
    else:
        comes = card is not None and Aspect.CALLED in card.told and card.discord_id is None
    if not comes:
        yield from _say(scene, session, (notice,))


def _say(scene: Scene, session: Session, batch: tuple[Notice, ...]) -> Iterator[Say]:
    channel, notice = _channel(scene, batch[0], session), batch[0]
    if channel:
        yield Say(batch, session, channel.id, _words(scene, notice, session))


def _words(scene: Scene, notice: Notice, session: Session) -> frozenset[str]:
    words = (*words_shown(notice.kind, session), notice.words, notice.topic)
    return frozenset(map(digest, filter(None, words))) - scene.learnt.hidden


def _channel(scene: Scene, notice: Notice, session: Session) -> Seen | None:
    """Return where everyone concerned reads: at the desk once it is open, among the news before."""
    if notice.kind is NoticeKind.OVERRUN:
        return scene.channel(Kind.VOICE, session.id)
    if notice.kind is NoticeKind.ENDED:
        text = scene.channel(Kind.TEXT, session.id) if _stays(scene, session) else None
        return text or (None if notice.tried else scene.channel(Kind.NEWS))
    if notice.kind in _AT_THE_DESK or (notice.kind in _WHILE_OPEN and session.state is State.OPEN):
        # Where there is no text channel, its host is warned in the voice channel (R11).
        other = scene.channel(Kind.VOICE, session.id) if notice.kind is NoticeKind.QUIET else None
        return scene.channel(Kind.TEXT, session.id) or other
    return scene.channel(Kind.NEWS)


def _is_lost(scene: Scene, notice: Notice, session: Session) -> bool:
    """Whether a notice cannot be said: its words are refused (R16), or it may stand where nobody looks.

    What was tried at a desk that has been put away may have arrived: nobody is told twice (R14).
    """
    if notice.kind is NoticeKind.ANNOUNCEMENT:
        return digest(notice.words) in scene.book.rows.refused
    return notice.kind is NoticeKind.ENDED and notice.tried and not _stays(scene, session)


def _stays(scene: Scene, session: Session) -> bool:
    return scene.now < grace_over(session, scene.limits)
