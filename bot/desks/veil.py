"""R16: what Discord refuses is shown without those words; which of many words it was is found out one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.domain.models import Session
from bot.service.people import Person, Showing

ACCEPTED_KEPT = 20_000
"""Words that are remembered as shown; what is forgotten is soon known again."""


@lru_cache(maxsize=8192)
def digest(text: str, *, of: str = "words") -> str:
    """Return a short name of strangers' words; `of` sets apart a channel's name, which has its own rules."""
    return f"{of}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Veil:
    """Words that are not shown, by digest, and what stands in their place."""

    hidden: frozenset[str] = frozenset()
    topic: str = "…"
    name: str = "…"

    def session(self, session: Session) -> Session:
        """Return a session without its hidden words."""
        if not self.hidden:
            return session
        return replace(
            session,
            topic=self._or(session.topic, self.topic),
            host_name=self._or(session.host_name, self.name),
            description=self._or(session.description, ""),
            why=self._or(session.why, ""),
        )

    def showing(self, showing: Showing) -> Showing:
        """Return a session and its people without their hidden words."""
        if not self.hidden:
            return showing
        guests, cohosts = map(self._people, (showing.guests, showing.cohosts))
        return replace(showing, session=self.session(showing.session), guests=guests, cohosts=cohosts)

    def _people(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        return tuple(replace(person, name=self._or(person.name, self.name)) for person in people)

    def _or(self, text: str, instead: str) -> str:
        return instead if text and digest(text) in self.hidden else text


def words_of(showing: Showing) -> Iterator[str]:
    """Yield every word of strangers' that a message about a session may show."""
    session = showing.session
    yield from filter(None, (session.topic, session.host_name, session.description, session.why))
    yield from (person.name for person in (*showing.guests, *showing.cohosts))


@dataclass(slots=True)
class Suspicions:
    """What is known of words, by digest: `accepted` ones Discord has shown, `suspects` it may have refused.

    After a refusal all words that were new in it are hidden at once, so that nobody waits; then one at a time
    is on trial: shown again. One that is refused then, or that alone can be to blame, is guilty.
    """

    accepted: set[str] = field(default_factory=set)
    suspects: set[str] = field(default_factory=set)
    trial: str | None = None
    waits: bool = False
    """Whether Discord has not yet shown a message without the suspects."""

    def refused(self, shown: frozenset[str]) -> str | None:
        """Learn that Discord refuses a message that shows these; return whose guilt that proves."""
        new = {self.trial} & shown or shown - self.accepted or shown
        self.trial, self.waits = None, True
        if len(new) == 1:
            [guilty] = new
            self.suspects.discard(guilty or "")
            return guilty
        self.suspects |= {word for word in new if word}
        return None

    def accept(self, shown: frozenset[str]) -> None:
        """Learn that Discord shows a message with these."""
        if len(self.accepted) > ACCEPTED_KEPT:
            self.accepted.clear()
        self.accepted |= shown
        self.suspects -= shown
        self.waits = False
        if self.trial in shown:
            self.trial = None

    def hidden(self, there: Callable[[], Container[str]]) -> frozenset[str]:
        """Return what is hidden for now; `there` are the words that are in any message at all."""
        if not self.suspects:
            return frozenset()
        known = there()
        self.suspects = {word for word in self.suspects if word in known}
        if self.trial not in self.suspects:
            self.trial = None
        if self.trial is None and self.suspects and not self.waits:
            self.trial = min(self.suspects)
        return frozenset(self.suspects - {self.trial or ""})
