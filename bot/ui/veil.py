"""R16: words that Discord refuses are hidden from what is shown."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from bot.domain.models import Session
from bot.domain.notes import own_words
from bot.domain.notices import Notice, NoticeKind
from bot.service.people import Person, Showing
from bot.ui.words import Words


@lru_cache(maxsize=8192)
def digest(text: str, of: str = "words") -> str:
    """Return a short name of strangers' words; `of` sets apart a channel's name, which has its own rules."""
    return f"{of}:{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def words_of(showing: Showing) -> Iterator[str]:
    """Yield every word of strangers' that a message about a session may show."""
    session = showing.session
    yield from filter(None, (session.topic, session.host_name, session.description, session.why))
    yield from filter(None, (session.takeaway, *own_words(session)))
    yield from (person.name for person in (*showing.guests, *showing.cohosts))


@dataclass(frozen=True, slots=True)
class Veil:
    """The digests of what is hidden, and what stands in place of a topic and of a name."""

    hidden: frozenset[str]
    topic: str
    name: str

    @classmethod
    def of(cls, words: Words, hidden: frozenset[str]) -> Self:
        """Return the veil over what is hidden, in a language."""
        return cls(hidden, words("hidden-topic"), words("hidden-name"))

    def session(self, session: Session) -> Session:
        """Return a session without its hidden words."""
        return replace(
            session,
            topic=self._or(session.topic, self.topic),
            host_name=self._or(session.host_name, self.name),
            description=self._or(session.description, ""),
            why=self._or(session.why, ""),
            takeaway=self._or(session.takeaway, ""),
            notes_topic="" if self._hides_link(session) else session.notes_topic,
        )

    def _hides_link(self, session: Session) -> bool:
        words = own_words(session) or (session.topic,)
        return any(digest(word) in self.hidden for word in words)

    def showing(self, showing: Showing) -> Showing:
        """Return a session and its people without their hidden words."""
        if not self.hidden:
            return showing
        guests, cohosts = map(self._people, (showing.guests, showing.cohosts))
        return replace(showing, session=self.session(showing.session), guests=guests, cohosts=cohosts)

    def notice(self, notice: Notice) -> Notice:
        """Return a notice without its hidden words; an announcement is nothing without them."""
        whole = notice.kind is NoticeKind.ANNOUNCEMENT
        return (
            notice if whole else replace(notice, words=self.said(notice.words), topic=self.said(notice.topic))
        )

    def said(self, text: str) -> str:
        """Return what organizers say, or nothing where that is hidden."""
        return self._or(text, "")

    def _people(self, people: tuple[Person, ...]) -> tuple[Person, ...]:
        return tuple(replace(person, name=self._or(person.name, self.name)) for person in people)

    def _or(self, text: str, instead: str) -> str:
        return instead if text and digest(text) in self.hidden else text
