"""Sizes and lengths of time, and others' words, as whoever sits at a terminal reads them."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.troubles import short


def plural(count: int, what: str) -> str:
    """Return '1 session', '2 sessions'."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def size(count: int) -> str:
    """Return a number of bytes in KB or MB."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{-(-count // 2**10)} KB"


def span(length: timedelta) -> str:
    """Return a length of time in its two largest units, of days, hours and minutes."""
    minutes = max(1, length // timedelta(minutes=1))
    days, hours = divmod(minutes // 60, 24)
    if days:
        return plural(days, "day") + (f" {plural(hours, 'hour')}" if hours else "")
    if hours:
        return plural(hours, "hour") + (f" {plural(minutes % 60, 'minute')}" if minutes % 60 else "")
    return plural(minutes, "minute")


def ago(age: timedelta) -> str:
    """Return how long ago something was, also where it bears a time that is still to come."""
    if age < timedelta():
        return f"{span(-age)} ahead of this machine's clock"
    return f"{span(age)} ago" if age >= timedelta(minutes=1) else "just now"


def utc(at: datetime) -> str:
    """Return an instant to the minute."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def tame(text: str) -> str:
    """Return a text of others as one short line that does not speak to the terminal."""
    return short("".join(letter if letter.isprintable() else " " for letter in text))
