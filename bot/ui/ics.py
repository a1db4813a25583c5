"""Sessions as a calendar file (RFC 5545) that calendars take again, with what has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.models import Session, State
from bot.domain.programme import Programme
from bot.service.exports import Dated
from bot.ui.words import Words

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//openspace-bot//open-spaces//EN"
NEARBY = timedelta(days=366)
"""For how long around the sessions the file knows how the clocks are set."""
AGAIN = timedelta(minutes=15)
"""How often a calendar that asks for it again and again is to do so, if it listens to that."""
_OFF = {State.CANCELLED, State.RELEASED}


def calendar(
    words: Words,
    dated: Dated,
    programme: Programme,
    sessions: Sequence[Session],
    link: Callable[[Session], str | None],
    *,
    own: bool = False,
) -> bytes:
    """Return these sessions in the conference's zone; those that did not take place are cancelled.

    `link` leads to more about a session; `own`: they are those of one person. The identity of each stays for
    ever, and its number grows with each change: imported again, it is brought up to date. What is unchanged
    gives the same file again.
    """
    from icalendar import Calendar  # noqa: PLC0415 - most runs export no calendar

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    name = words("calendar-own" if own else "calendar-name", conference=programme.name)
    made.add("name", name)
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", programme.zone.key)
    made.add("refresh-interval", AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT15M")
    for session in sessions:
        made.add_component(_event(words, dated, programme, session, link(session)))
    if sessions:
        first, last = sessions[0].start - NEARBY, sessions[-1].end + NEARBY
        made.add_missing_timezones(first_date=first.date(), last_date=last.date())
    found: bytes = made.to_ical()
    return found


def _event(words: Words, dated: Dated, programme: Programme, session: Session, link: str | None) -> Event:
    from icalendar import Event  # noqa: PLC0415 - as above

    times, changed = dated.changes.get(session.id, (0, dated.created.get(session.id, session.start)))
    event = Event()
    event.add("uid", f"session-{session.id}@openspace-bot.{session.guild_id}")
    event.add("sequence", times)
    event.add("dtstamp", changed)
    event.add("created", dated.created.get(session.id, changed))
    event.add("last-modified", changed)
    begins, ends = programme.local(session.start), programme.local(_end(session))
    if begins.fold or ends.fold:
        # The clocks have been put back: this time was there before, and a calendar takes it for that one.
        begins, ends = begins.astimezone(UTC), ends.astimezone(UTC)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    event.add("summary", session.topic)
    event.add("status", "CANCELLED" if session.state in _OFF else "CONFIRMED")
    event.add("description", "\n\n".join(_about(words, session)))
    if session.desk:
        event.add("location", words("calendar-desk", desk=session.desk))
    if link:
        event.add("url", link)
    return event


def _end(session: Session) -> datetime:
    """Return when it ended; a calendar takes no event that ends before it has begun."""
    over = session.closed if session.state is State.ENDED and session.closed else session.end
    return max(over, session.start + timedelta(minutes=1))


def _about(words: Words, session: Session) -> Iterable[str]:
    if session.description:
        yield session.description
    if session.host_name:
        yield words("calendar-host", host=session.host_name)
    if session.takeaway:
        yield words("card-takeaway", takeaway=session.takeaway)
