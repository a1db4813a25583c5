"""Days and hours as they were read, and the lines that were not, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.hours import Fault, Opening, Span
from bot.domain.names import escape, escaped
from bot.domain.refusal import Refusal
from bot.ui.answer import refused
from bot.ui.words import ENGLISH, Words, clock, moment, words_for

NAME_LENGTH = 60
"""Code points that an escaped name takes at most."""
WINDOWS = 6
"""Windows that are shown at most, and lines of each kind that are named."""
HIGHLIGHTS = 2


def full_day(words: Words, day: date) -> str:
    """Return a date with its year: 'Sat, Sep 5, 2026'."""
    return words("day-year", day=words.day(day), year=day.year)


def openings_text(words: Words, openings: Sequence[Opening], zone: ZoneInfo, most: int = WINDOWS) -> str:
    """Return windows by the conference's clock and, small, as each reader's own clock shows them."""
    lines = []
    for opening in openings[:most]:
        fields = {"name": escaped(opening.name, NAME_LENGTH), "hours": _hours(words, opening)}
        lines.append(words("setup-window", **fields))
        start, end = (_instant(each, zone) for each in (opening.opens, opening.closes))
        lines.append(words("setup-window-yours", start=moment(start), end=clock(end)))
        lines += [
            words("setup-highlight", name=escaped(each.name, NAME_LENGTH), hours=_hours(words, each))
            for each in opening.highlights[:HIGHLIGHTS]
        ]
        more = len(opening.highlights) - HIGHLIGHTS
        lines += [words.count("setup-highlights-more", more)] if more > 0 else []
    more = len(openings) - most
    lines += [words.count("setup-windows-more", more)] if more > 0 else []
    return "\n".join(lines)


def _hours(words: Words, span: Span) -> str:
    """Return hours as the conference's clock shows them; with the date of an end on another day."""
    end = f"{span.closes:%H:%M}"
    if span.closes.date() != span.opens.date():
        end = words("start", day=words.day(span.closes.date()), clock=end)
    start = f"{span.opens:%H:%M}"
    if isinstance(span, Opening):
        start = words("start", day=full_day(words, span.opens.date()), clock=start)
    return words("span", start=start, end=end)


def _instant(local: datetime, zone: ZoneInfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def faults_text(words: Words, faults: Sequence[Fault]) -> str:
    """Return the lines that are refused, each with why."""
    lines = []
    for fault in faults[:WINDOWS]:
        why = refused(words, _said(words, fault.why)).text
        lines.append(words("setup-fault", line=escape(fault.text), why=why) if fault.text else str(why))
    more = len(faults) - WINDOWS
    lines += [words.count("setup-faults-more", more)] if more > 0 else []
    return "\n".join(lines)


def _said(words: Words, why: Refusal) -> Refusal:
    """Return a refusal with its dates as this language writes them, the weekday of one apart as well."""
    said: dict[str, Any] = {}
    for name, value in why.fields.items():
        if isinstance(value, date):
            said[name] = full_day(words, value)
            said["weekday"] = words("weekdays-long").split()[value.weekday()]
            month = words("months").split()[value.month - 1]
            said["date"] = words("date-year", month=month, day=value.day, year=value.year)
    return why.completed(**said)


def skipped_text(words: Words, skipped: Sequence[str]) -> str:
    """Return the lines that hold no hours."""
    shown = ", ".join(f"“{escape(line)}”" for line in skipped[:WINDOWS])
    more = len(skipped) - WINDOWS
    return words("setup-skipped", lines=shown + (f" +{more}" if more > 0 else ""))


def day_name(words: Words, number: int) -> str:
    """Return what a day of hours is called that has no name of its own."""
    return words("window-name", number=number)


def days_in_chinese(most: int) -> dict[str, str]:
    """Return what the first so many days are called in English, with their names for readers of Chinese."""
    english, chinese = words_for(ENGLISH), words_for("zh-TW")
    return {day_name(english, n): day_name(chinese, n) for n in range(1, most + 1)}
