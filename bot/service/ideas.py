"""What people do with ideas: put up a topic for someone else to host, say 'me too', take it back.

An idea is up until it is hosted, taken back, or `Needs.fade` after the last person said 'me too' (its author
by putting it up). The clock alone decides that; much later it is taken down for good (tidying.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.domain.models import Session
from bot.domain.names import clean_line, fold
from bot.domain.refusal import Refusal
from bot.service.people import Person
from bot.service.usecases import Needs
from bot.service.wording import TOPIC_LENGTH, person_name
from bot.store import guests, ideas, ledger
from bot.store.database import Reader, Tx
from bot.store.ideas import Idea

MOST_IDEAS = 3
"""Ideas that one person may have up at a time, so that nobody's fill the page."""


@dataclass(frozen=True, slots=True)
class IdeaShown:
    """An idea as one reader sees it: how many would come, whether it is theirs, whether they would come."""

    id: int
    topic: str
    author: str
    supporters: int
    mine: bool
    me_too: bool


@dataclass(frozen=True, slots=True)
class Voiced:
    """What came of an idea's change: which idea, its topic, and whether anything is different now."""

    idea_id: int
    topic: str
    changed: bool


class Ideas:
    """Put up, me too, not me, drop, look, count.

    All raise `Refusal` where a rule says no, and `StoreError` where the database fails.
    """

    def __init__(self, needs: Needs) -> None:
        self._needs = needs

    async def put_up(self, guild_id: int, person: Person, topic: str) -> Voiced:
        """Put up an idea; where the same topic is up already this is a 'me too'."""
        line = clean_line(topic, TOPIC_LENGTH)
        if not line:
            raise Refusal("no-topic")
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            up = await ideas.up(tx, guild_id, now - self._needs.fade(guild_id))
            same = next((idea for idea in up if fold(idea.topic) == fold(line)), None)
            if same:
                result = await _me_too(tx, guild_id, same, person, now)
            else:
                if sum(idea.author_id == person.id for idea in up) >= MOST_IDEAS:
                    raise Refusal("ideas-full", most=MOST_IDEAS)
                name = person_name(person.name, person.id)
                number = await ideas.add(tx, guild_id, line, now, author_id=person.id, author=name)
                result = Voiced(number, line, changed=True)
                await _record(tx, guild_id, "idea", result, by=person, at=now)
        return self._told(guild_id, result)

    async def me_too(self, guild_id: int, idea_id: int, person: Person) -> Voiced:
        """Note that a person would come; whoever hosts it brings them along as joined."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            idea = await idea_up(self._needs, tx, guild_id, idea_id, now)
            result = await _me_too(tx, guild_id, idea, person, now)
        return self._told(guild_id, result)

    async def not_me(self, guild_id: int, idea_id: int, person: Person) -> Voiced:
        """Note that a person would not come after all; its author takes an idea back instead."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            idea = await idea_up(self._needs, tx, guild_id, idea_id, now)
            changed = idea.supported_by(person.id) and idea.author_id != person.id
            result = Voiced(idea_id, idea.topic, changed)
            if changed:
                await ideas.unsupport(tx, idea_id, person.id)
                await _record(tx, guild_id, "not-me", result, by=person, at=now)
        return self._told(guild_id, result)

    async def drop(self, guild_id: int, idea_id: int, person: Person) -> Voiced:
        """Take an idea back; for its author and for organizers."""
        async with self._needs.database.transaction() as tx:
            now = self._needs.now()
            idea = await idea_up(self._needs, tx, guild_id, idea_id, now)
            if idea.author_id != person.id and not person.organizer:
                raise Refusal("not-your-idea", topic=idea.topic, author=idea.author)
            result = Voiced(idea_id, idea.topic, changed=True)
            await ideas.take_down(tx, idea_id, now)
            await _record(tx, guild_id, "idea-dropped", result, by=person, at=now)
        return self._told(guild_id, result)

    async def look(self, guild_id: int, user_id: int) -> list[IdeaShown]:
        """Return the ideas that are up as this reader sees them, those that most would come to first."""
        up = await ideas.up(
            self._needs.database.read, guild_id, self._needs.now() - self._needs.fade(guild_id)
        )
        return [
            IdeaShown(
                id=idea.id,
                topic=idea.topic,
                author=idea.author,
                supporters=len(idea.supporters),
                mine=idea.author_id == user_id,
                me_too=idea.supported_by(user_id),
            )
            for idea in sorted(up, key=lambda idea: (-len(idea.supporters), idea.id))
        ]

    async def count(self, guild_id: int) -> int:
        """Return how many of people's ideas are up."""
        return len(
            await ideas.up(
                self._needs.database.read, guild_id, self._needs.now() - self._needs.fade(guild_id)
            )
        )

    def _told(self, guild_id: int, result: Voiced) -> Voiced:
        if result.changed:
            self._needs.changed(guild_id)
        return result


async def idea_up(needs: Needs, db: Reader, guild_id: int, idea_id: int, now: datetime) -> Idea:
    """Return an idea that is up, as a part of a reading; raises `Refusal` where it is hosted or gone."""
    found = await find_idea(needs, db, guild_id, idea_id, now)
    if found:
        return found
    hosted = await ideas.hosted_topic(db, guild_id, idea_id)
    raise Refusal("idea-hosted", topic=hosted) if hosted else Refusal("idea-gone")


async def find_idea(
    needs: Needs, db: Reader, guild_id: int, idea_id: int | None, now: datetime
) -> Idea | None:
    """Return an idea that is up; None where it is gone or there is none."""
    up = await ideas.up(db, guild_id, now - needs.fade(guild_id)) if idea_id is not None else []
    return next((idea for idea in up if idea.id == idea_id), None)


async def bring_along(tx: Tx, idea: Idea, session: Session, now: datetime) -> list[int]:
    """Let those who would come join the session that an idea becomes, and return their ids; the idea goes."""
    along = [(user_id, name) for user_id, name in idea.supporters if user_id != session.host_id]
    for user_id, name in along:
        await guests.add(tx, session.id, user_id, name, now)
    await ideas.take_down(tx, idea.id, now, session.id)
    return [user_id for user_id, _ in along]


async def _me_too(tx: Tx, guild_id: int, idea: Idea, person: Person, now: datetime) -> Voiced:
    changed = await ideas.support(tx, idea.id, person.id, person_name(person.name, person.id), now)
    result = Voiced(idea.id, idea.topic, changed)
    if changed:
        await _record(tx, guild_id, "me-too", result, by=person, at=now)
    return result


async def _record(tx: Tx, guild_id: int, action: str, idea: Voiced, *, by: Person, at: datetime) -> None:
    await ledger.record(tx, guild_id, action, at, actor_id=by.id, idea=idea.idea_id, topic=idea.topic)
