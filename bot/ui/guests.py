"""Who takes part in a session, in few words that everyone may read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce

from bot.domain.models import Session
from bot.domain.names import escaped
from bot.service import Person
from bot.ui.words import Words

NAME_LENGTH = 32
"""Code points that an escaped name takes at most; Discord's own names have 32."""
MENTIONS = 100
"""People whom one message may mention: Discord's limit for the list in allowed_mentions."""


def seats(words: Words, session: Session, came: int) -> list[str]:
    """Return how many of those who joined have a seat; nothing where seats are not counted."""
    most = session.seats
    return [] if most is None else [words("guests-seats", taken=min(came, most), most=most)]


def waiting(words: Words, session: Session, came: int) -> list[str]:
    """Return how many of those who joined wait for a seat; nothing where nobody does."""
    most = session.seats
    return [] if most is None or came <= most else [words.count("guests-waiting", came - most)]


def host_name(words: Words, session: Session) -> str:
    """Return the host's name as text, or what stands for one who is forgotten."""
    return session.host_name or words("person-forgotten")


def mention(words: Words, user_id: int | None) -> str:
    """Return a person as a mention, or what stands for one who is forgotten."""
    return f"<@{user_id}>" if user_id else words("person-forgotten")


def in_a_row(words: Words, parts: Iterable[str]) -> str:
    """Return several things in one line, as one lists them in this language."""
    return reduce(lambda text, part: words("guests-and", names=text, name=part) if text else part, parts, "")


def some_names(words: Words, people: Sequence[Person], most: int) -> str:
    """Return the first `most` names and how many more there are: 'Kai, Bo +4'."""
    return _some(words, [escaped(person.name, NAME_LENGTH) for person in people[:most]], people, most)


def some_mentions(words: Words, people: Sequence[Person], most: int) -> str:
    """Return the first `most` people as mentions, and how many more there are."""
    return _some(words, [f"<@{person.id}>" for person in people[:most]], people, most)


def _some(words: Words, named: Iterable[str], people: Sequence[Person], most: int) -> str:
    text = in_a_row(words, named)
    more = len(people) - most
    return words("guests-more", names=text, n=more, total=len(people)) if more > 0 else text
