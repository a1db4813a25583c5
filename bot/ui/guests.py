"""Who takes part in a session, in few words that everyone may read."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.names import escaped
from bot.service import Person, Showing
from bot.ui.words import Words

NAME_LENGTH = 32
"""Code points that an escaped name takes at most; Discord's own names have 32."""


def seats(words: Words, showing: Showing) -> list[str]:
    """Return how many guests have a seat and how many wait for one; nothing where seats are not counted."""
    most, came = showing.session.seats, len(showing.guests)
    if most is None:
        return []
    facts = [words("guests-seats", taken=min(came, most), most=most)]
    if came > most:
        facts.append(words.count("guests-waiting", came - most))
    return facts


def some_names(words: Words, people: Sequence[Person], most: int) -> str:
    """Return the first `most` names and how many more there are: 'Kai, Bo +4'."""
    text = ""
    for person in people[:most]:
        name = escaped(person.name, NAME_LENGTH)
        text = words("guests-and", names=text, name=name) if text else name
    more = len(people) - most
    return words("guests-more", names=text, n=more) if more > 0 else text
