"""R12: which sessions today's rules would refuse. They stay until organizers say otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.domain.capacity import crowded
from bot.domain.models import Session
from bot.domain.programme import Programme, outside_windows


class Why(StrEnum):
    """Which rule a session breaks; the first that it does."""

    OUTSIDE = "outside"
    CROWDED = "crowded"
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True, slots=True)
class Misfit:
    """A session that no longer fits, and why."""

    session: Session
    why: Why


def misfits(programme: Programme, sessions: Sequence[Session]) -> list[Misfit]:
    """Return those of the active sessions that these rules would refuse (R2, R3, R4), in their order."""
    outside = {session.id for session in outside_windows(programme, sessions)}
    limits = programme.limits
    above = {session.id for session in crowded(sessions, limits.parallel_limit)}
    found = []
    for session in sessions:
        length = session.end - session.start
        if session.id in outside:
            found.append(Misfit(session, Why.OUTSIDE))
        elif session.id in above:
            found.append(Misfit(session, Why.CROWDED))
        elif length < limits.shortest:
            found.append(Misfit(session, Why.SHORT))
        elif length > limits.longest:
            found.append(Misfit(session, Why.LONG))
    return found


def new_misfits(before: Programme, after: Programme, sessions: Sequence[Session]) -> list[Misfit]:
    """Return those that fit one programme and not the next: what a change would leave over."""
    had = _broken(misfits(before, sessions))
    return [each for each in misfits(after, sessions) if (each.session.id, each.why) not in had]


def _broken(found: Iterable[Misfit]) -> set[tuple[int, Why]]:
    return {(each.session.id, each.why) for each in found}
