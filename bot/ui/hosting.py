"""What a host reads after hosting, and what a guest reads after joining."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.models import Session, State
from bot.domain.names import escape
from bot.domain.records import Kind
from bot.service import Hosted, Joined, Reminded
from bot.ui.words import Words, clock, moment, relative

OVERLAPS = 3
"""Sessions at the same time that are named at most."""
Channels = Mapping[Kind, int]
"""The ids of a desk's channels that exist."""


def channels_due(session: Session, lead_minutes: int, now: datetime) -> bool:
    """Whether the session's channels exist or are being made (R8)."""
    return session.state is State.OPEN or session.start - timedelta(minutes=lead_minutes) <= now


def hosted(words: Words, result: Hosted, channels: Channels, lead_minutes: int, now: datetime) -> str:
    """Return what became of the wish to host, in two or three lines."""
    session = result.session
    fields = {
        "topic": escape(session.topic),
        "start": moment(session.start),
        "until": clock(session.end),
        "desk": session.desk,
        "left": relative(session.end),
        "ahead": relative(session.start),
    }
    lines = [words("hosted-again")] if result.again else []
    lines.append(words("hosted-now" if session.state is State.OPEN else "hosted-ahead", **fields))
    if result.cut:
        lines.append(words(f"hosted-cut-{result.cut}", until=clock(session.end)))
    if result.brought:
        lines.append(words.count("hosted-brought", result.brought))
    if result.shortened:
        lines.append(words("hosted-shortened"))
    if len(channels) == 2:
        lines.append(where(words, channels))
    elif channels_due(session, lead_minutes, now):
        lines.append(words("links-later"))
    elif lead_minutes:
        lines.append(words.count("hosted-opens", lead_minutes))
    else:
        lines.append(words("hosted-opens-then"))
    return "\n".join(lines)


def joined(words: Words, result: Joined, channels: Channels, reader: int) -> str:
    """Return what a guest needs: that they are in, where or when to go, and what else they have then."""
    session = result.session
    key = "joined-waiting" if result.waiting else "joined" if result.changed else "joined-already"
    fields = {"topic": escape(session.topic), "host": escape(session.host_name), "number": result.waiting}
    lines = [words(key, **fields)]
    if len(channels) == 2:
        lines.append(where(words, channels))
    elif session.state is State.OPEN:
        lines.append(words("links-later"))
    else:
        lines.append(words("joined-opens", start=moment(session.start), ahead=relative(session.start)))
    return "\n".join([*lines, *_overlaps(words, result.overlaps, reader)])


def _overlaps(words: Words, others: Sequence[Session], reader: int) -> list[str]:
    """Return what else a person has at the same time: they can be at one place only (R5)."""
    lines = []
    for other in others[:OVERLAPS]:
        key = "overlaps-own" if other.host_id == reader else "overlaps"
        span = {"start": clock(other.start), "end": clock(other.end)}
        lines.append(words(key, topic=escape(other.topic), **span))
    return lines


def reminded(words: Words, result: Reminded, minutes: int, now: datetime, reader: int) -> str:
    """Return when a reminder comes, or that it comes no more."""
    session = result.session
    at = session.start - timedelta(minutes=minutes)
    text = words("reminded", topic=escape(session.topic), at=moment(max(at, now)))
    lines = [text, words("reminded-joined")] if result.joined else [text]
    return "\n".join([*lines, *_overlaps(words, result.overlaps, reader)])


def forgotten(words: Words, result: Reminded) -> str:
    """Return what a person reads who takes a reminder back."""
    return words("forgotten" if result.changed else "forgotten-already", topic=escape(result.session.topic))


def left(words: Words, result: Joined) -> str:
    """Return what a guest reads after leaving."""
    return words("left" if result.changed else "left-already", topic=escape(result.session.topic))


def where(words: Words, channels: Channels) -> str:
    """Return the links to a desk's channels."""
    return words("where", voice=f"<#{channels[Kind.VOICE]}>", text=f"<#{channels[Kind.TEXT]}>")
