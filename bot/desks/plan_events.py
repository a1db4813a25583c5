"""From the booked sessions and Discord's own events to the steps between (pure): R13, R14."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from bot.desks.event_steps import (
    AdoptEvent,
    CheckEvent,
    EditEvent,
    EndEvent,
    EventStep,
    FindEvent,
    ForgetEvent,
    MakeEvent,
    SurplusEvent,
)
from bot.desks.scene import CLOCK_SKEW, PATIENCE, Scene, SeenEvent
from bot.domain.models import Session, State
from bot.store.events import EventRecord, Face

GUILD_EVENTS = 100
"""Events in a server that are to come or on, other people's too: Discord's error 30038."""
AHEAD = timedelta(minutes=1)
"""How far ahead a session must be to have an event, and the shortest time that an event shows."""

EVENTS = "events"
"""The problem that organizers are told of where Discord lets us make none."""
PERMISSION = "create_events"

FaceOf = Callable[[Session], Face]
"""What a session's event shows."""


def event_steps(scene: Scene, face_of: FaceOf | None) -> Iterator[EventStep]:
    """Yield the steps: first learn the truth, then change and end, then make. No `face_of`: no events."""
    planner = _Planner(scene, face_of)
    for record in scene.book.events:
        yield from planner.truth(record)
    yield from planner.surplus()
    if PERMISSION not in scene.view.wanting and EVENTS not in (scene.view.trouble or {}):
        for record in scene.book.events:
            yield from planner.change(record)
        yield from planner.make()


def is_for(record: EventRecord, seen: SeenEvent) -> bool:
    """Whether an unrecorded event was made for this record (R13): by us, for its session, since then."""
    alive, marked = seen.ours and not seen.over, seen.face.description.endswith(record.mark)
    return alive and marked and seen.created >= record.asked_at - CLOCK_SKEW


class _Planner:
    def __init__(self, scene: Scene, face_of: FaceOf | None) -> None:
        self.scene = scene
        self.records = scene.book.events
        self.events = scene.view.events
        self.face_of = face_of
        self.active = {s.id: s for s in scene.book.sessions if s.active}
        self.recorded = {r.event_id for r in self.records}

    # ------------------------------------------------------------------- truth

    def truth(self, record: EventRecord) -> Iterator[EventStep]:
        seen = self._seen(record)
        if record.event_id is None:
            yield from self._pending(record)
        elif seen is None and not self.scene.later(record.told_at + PATIENCE):
            # What has begun cannot be made again, so only what is to come is worth a request.
            session = self.active.get(record.session_id)
            again = self.face_of and session and session.state is State.BOOKED and not record.surplus
            yield CheckEvent(record) if again else ForgetEvent(record)
        elif seen and seen.over:
            yield ForgetEvent(record)

    def _pending(self, record: EventRecord) -> Iterator[EventStep]:
        """Whatever was asked for and not answered: it shows by itself, or else Discord must be asked."""
        unknown = (seen for seen in self.events.values() if seen.id not in self.recorded)
        youngest = max((seen.id for seen in unknown if is_for(record, seen)), default=None)
        if youngest:
            yield AdoptEvent(record, youngest)
        elif not self.scene.later(record.asked_at + PATIENCE):
            yield FindEvent(record)

    def surplus(self) -> Iterator[EventStep]:
        known = [record for record in self.records if record.event_id is not None and not record.surplus]
        for seen in self.events.values():
            like = next((record for record in known if is_for(record, seen)), None)
            if like and seen.id not in self.recorded:
                yield SurplusEvent(like, seen.id)

    # ------------------------------------------------------------------ change

    def change(self, record: EventRecord) -> Iterator[EventStep]:
        seen, session = self._seen(record), self.active.get(record.session_id)
        if seen is None or seen.over:
            return
        if self.face_of is None or session is None or record.surplus:
            yield EndEvent(record, begun=seen.face.on and not record.surplus)
            return
        if self.scene.now >= (session.start if session.state is State.BOOKED else session.end):
            return  # about to open or to end
        face = self._face(self.face_of, session, seen)
        by_hand = seen.face.digest != record.shown
        if face.digest != record.wanted or (by_hand and not self.scene.later(record.told_at + PATIENCE)):
            yield EditEvent(record, face)

    @staticmethod
    def _face(face_of: FaceOf, session: Session, seen: SeenEvent) -> Face:
        """Return what an event should show: once it begins, its start stays, and it never goes back."""
        face = face_of(session)
        if session.state is State.OPEN or seen.face.on:
            start = seen.face.start
            face = replace(face, on=True, start=start, end=max(face.end, start + AHEAD))
        return face

    # -------------------------------------------------------------------- make

    def make(self) -> Iterator[EventStep]:
        if self.face_of is None or self.scene.book.guild_id in self.scene.view.full:
            return
        have = {record.session_id for record in self.records if not record.surplus}
        taken = sum(not seen.over for seen in self.events.values())
        taken += sum(self._seen(record) is None for record in self.records)
        for session in sorted(self.active.values(), key=lambda s: s.start):
            ahead = session.state is State.BOOKED and session.start - self.scene.now >= AHEAD
            if ahead and session.id not in have and taken < GUILD_EVENTS:
                taken += 1
                yield MakeEvent(session, self.face_of(session))

    def _seen(self, record: EventRecord) -> SeenEvent | None:
        return self.events.get(record.event_id or 0)
