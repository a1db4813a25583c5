"""The steps about Discord's own events. Each is safe to repeat; `key` names it in backoff and logs."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.models import Session
from bot.store.events import EventRecord, Face


@dataclass(frozen=True, slots=True)
class MakeEvent:
    """Ask Discord for an event."""

    session: Session
    face: Face

    @property
    def key(self) -> str:  # noqa: D102
        return f"make event {self.session.id}"


@dataclass(frozen=True, slots=True)
class AdoptEvent:
    """Record an event that was asked for and whose answer was lost (R14)."""

    record: EventRecord
    event_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"adopt event {self.event_id}"


@dataclass(frozen=True, slots=True)
class FindEvent:
    """Ask Discord what became of an event that was asked for: adopt it, or forget that it was asked for."""

    record: EventRecord

    @property
    def key(self) -> str:  # noqa: D102
        return f"find event {self.record.id}"


@dataclass(frozen=True, slots=True)
class CheckEvent:
    """Ask whether an event that is no longer seen is really gone."""

    record: EventRecord

    @property
    def key(self) -> str:  # noqa: D102
        return f"check event {self.record.id}"


@dataclass(frozen=True, slots=True)
class EditEvent:
    """Make an event show what it should; in one request, its beginning too."""

    record: EventRecord
    face: Face

    @property
    def key(self) -> str:  # noqa: D102
        return f"edit event {self.record.id}"


@dataclass(frozen=True, slots=True)
class EndEvent:
    """End an event that has begun, delete one that has not; only ever one of ours (R13)."""

    record: EventRecord
    begun: bool

    @property
    def key(self) -> str:  # noqa: D102
        return f"end event {self.record.id}"


@dataclass(frozen=True, slots=True)
class ForgetEvent:
    """Record that an event is over or gone; costs no request."""

    record: EventRecord

    @property
    def key(self) -> str:  # noqa: D102
        return f"forget event {self.record.id}"


@dataclass(frozen=True, slots=True)
class SurplusEvent:
    """Record a second event that Discord made for one wish, so that the next pass deletes it."""

    like: EventRecord
    event_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"surplus event {self.event_id}"


EventStep = (
    MakeEvent | AdoptEvent | FindEvent | CheckEvent | EditEvent | EndEvent | ForgetEvent | SurplusEvent
)
