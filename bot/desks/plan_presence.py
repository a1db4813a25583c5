"""Who is at the desks, and which are given away (pure): R9, R11."""

from __future__ import annotations

from collections.abc import Iterator

from bot.desks.scene import Scene
from bot.desks.steps import Absent, Came, Left, Step
from bot.domain.life import absence
from bot.domain.models import Session, State
from bot.store.channels import Kind
from bot.store.notices import NoticeKind


def presence_steps(scene: Scene) -> Iterator[Step]:
    """Yield what to write down of people coming and going, and which desk to warn or give away.

    Only desks whose two channels are there: nobody can come to others.
    """
    for session in scene.book.sessions:
        voice, text = scene.desk(session, Kind.VOICE), scene.desk(session, Kind.TEXT)
        if session.state is not State.OPEN or voice is None or text is None:
            continue
        new = set(voice.here) - scene.book.visitors.get(session.id, frozenset())
        if new or (voice.here and session.quiet is not None):
            yield Came(session, voice.here)
        elif not voice.here and session.quiet is None:
            yield Left(session)
        else:
            yield from _absent(scene, session, text.id)


def _absent(scene: Scene, session: Session, text_id: int) -> Iterator[Step]:
    found = absence(session, scene.book.absent.get(session.id), scene.limits)
    telling = any(n.kind is NoticeKind.QUIET and n.session_id == session.id for n in scene.book.notices)
    if found is None or telling:
        return
    if not scene.later(found.release_at if found.warned else found.warn_at):
        yield Absent(session, text_id, release=found.warned)
