"""R7 to R9 as pure questions: which change of state is allowed or due, and which desk number is free."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.domain.models import TRANSITIONS, Session, State
from bot.domain.refusal import Refusal


def check_transition(session: Session, to: State) -> None:
    """Raise `Refusal` where R7 knows no way from the session's state to `to`."""
    if to not in TRANSITIONS[session.state]:
        raise Refusal(f"session-{session.state}", topic=session.topic)


def due_state(session: Session, now: datetime) -> State | None:
    """Return the state that time alone makes due: open at the start, ended at the end (R8, R9)."""
    if session.state is State.BOOKED and session.start <= now:
        return State.OPEN
    if session.state is State.OPEN and session.end <= now:
        return State.ENDED
    return None


def lowest_free_desk(sessions: Iterable[Session], now: datetime) -> int:
    """Return the lowest desk number that no open session holds (R3).

    A session whose end has come holds none. The limit is not asked again here: R3 has counted already,
    and after a lowered limit (R12) the number may lie above it.
    """
    used = {s.desk for s in sessions if s.state is State.OPEN and s.end > now}
    return next(number for number in range(1, len(used) + 2) if number not in used)
