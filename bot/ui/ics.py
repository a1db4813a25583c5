"""Sessions as a calendar file (RFC 5545) that calendars take again, with what has changed since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.domain.models import Session, State
from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.service.exports import Records
from bot.ui.words import Words

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//openspace-bot//open-spaces//EN"
NEARBY = timedelta(days=366)
"""For how long around the sessions the file knows how the clocks are set."""
_OFF = {State.CANCELLED, State.RELEASED}


def calendar(
    words: Words, records: Records, programme: Programme, sessions: Sequence[Session], now: datetime
) -> bytes:
    """Return these sessions in the conference's zone; those that did not take place are cancelled.

    The identity of each stays for ever, and its number grows with each change: imported again, it is brought
    up to date.
    """
    from icalendar import Calendar  # noqa: PLC0415 - most runs export no calendar

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", words("calendar-name", conference=programme.name))
    made.add("x-wr-timezone", programme.zone.key)
    for session in sessions:
        made.add_component(_event(words, records, programme, session, now))
    if sessions:
        first, last = sessions[0].start - NEARBY, sessions[-1].end + NEARBY
        made.add_missing_timezones(first_date=first.date(), last_date=last.date())
    found: bytes = made.to_ical()
    return found


def _event(words: Words, records: Records, programme: Programme, session: Session, now: datetime) -> Event:
    from icalendar import Event  # noqa: PLC0415 - as above

    times, changed = records.changes.get(session.id, (0, records.created.get(session.id, now)))
    event = Event()
    event.add("uid", f"session-{session.id}@openspace-bot.{session.guild_id}")
    event.add("sequence", times)
    event.add("dtstamp", now)
    event.add("last-modified", changed)
    event.add("dtstart", programme.local(session.start))
    event.add("dtend", programme.local(_end(session)))
    event.add("summary", session.topic)
    event.add("status", "CANCELLED" if session.state in _OFF else "CONFIRMED")
    event.add("description", _about(words, session))
    if session.desk:
        event.add("location", words("calendar-desk", desk=session.desk))
    if link := notes_link(programme, session):
        event.add("url", link)
    return event


def _end(session: Session) -> datetime:
    """Return when it ended; a calendar takes no event that ends before it has begun."""
    over = session.closed if session.state is State.ENDED and session.closed else session.end
    return max(over, session.start + timedelta(minutes=1))


def _about(words: Words, session: Session) -> str:
    lines = [session.description] if session.description else []
    if session.host_name:
        lines.append(words("calendar-host", host=session.host_name))
    if session.takeaway:
        lines.append(words("card-takeaway", takeaway=session.takeaway))
    return "\n\n".join(lines)
