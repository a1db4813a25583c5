"""The audit trail's lines (R7): what each is about, and whom it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum


class About(StrEnum):
    """What lines are about; organizers choose by it."""

    SESSIONS = "sessions"
    PEOPLE = "people"
    IDEAS = "ideas"
    ORGANIZERS = "organizers"
    REPORTS = "reports"
    """Confidential: whoever reads the log channel sees numbers only."""
    TECHNICAL = "technical"
    """What the bot did on Discord; shown only where it is asked for."""


ACTIONS: Mapping[str, About] = {
    action: about
    for about, actions in {
        About.SESSIONS: (
            "host open extend edit ended cancelled released takeaway kept rebook"
            " host-gone host-back host-left-so offer offer-declined take-over"
        ),
        About.PEOPLE: (
            "cohosts offer-cohost offer-cohost-declined"
            " join leave remind forget interested came quiet wrote warn-absent renamed forgotten"
            " send-out let-in calendar-link"
        ),
        About.IDEAS: "idea me-too not-me idea-dropped idea-faded",
        About.ORGANIZERS: (
            "settings live pause resume turned-away block unblock announce announce-off export"
            " report-posted picture-posted"
            " cleanup cleaned bot-left bot-back"
        ),
        About.REPORTS: (
            "report case-ended case-cancelled case-blocked case-dismissed case-answered case-reopened"
            " silence let-report"
        ),
    }.items()
    for action in actions.split()
}
"""What is done, but for what is technical: each of these has a sentence of its own."""
NAMED = ("people", "brought", "host_id", "member", "user", "host")
"""Where a line's detail has ids of people; of co-hosts also those before and after."""


def about_of(action: str) -> About:
    """Return what an action is about; what is not known is technical."""
    return ACTIONS.get(action, About.TECHNICAL)


def people_of(action: str, actor_id: int | None, detail: Mapping[str, object]) -> set[int]:
    """Return the ids of those whom a line names."""
    keys = (*NAMED, "before", "after") if action == "cohosts" else NAMED
    return {actor_id or 0, *(found for key in keys for found in _ids(detail.get(key)))} - {0}


def _ids(value: object) -> Iterator[int]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _ids(each)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield value
