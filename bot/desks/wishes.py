"""What should exist on Discord now, and how it should be (pure, but for drawing): R8, R9, R19, R20."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from functools import lru_cache, partial
from typing import Any

import discord
import structlog

from bot.desks.scene import Scene, View
from bot.desks.veil import Veil, digest, words_of
from bot.domain.models import Limits, Session, State
from bot.domain.names import channel_name, text_channel_name
from bot.service.people import Showing
from bot.store.records import Aspect, Kind
from bot.ui import board, card, desk_messages
from bot.ui.event_face import Face
from bot.ui.words import Words

log = structlog.get_logger("keeper")

VOICE_SEATS = 99
"""The most that a voice channel's user limit takes."""
TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""
AHEAD = timedelta(minutes=1)
"""How far ahead a session must be to have an event, and the shortest time that an event shows."""


class Need(Enum):
    """What is wanted of one thing at one instant."""

    LIVE = "must exist"
    KEEP = "stays if it exists"
    AWAY = "goes"


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it should be; `label` is what name and topic are made of."""

    name: str
    topic: str = ""
    seats: int = 0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A message as it should be, and the digests of strangers' words that it shows."""

    view: discord.ui.LayoutView
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing: what it is for, what is wanted of it, and by aspect what Discord should have been told."""

    kind: Kind
    need: Need
    session: Session | None = None
    aspects: Mapping[str, str] = field(default_factory=dict)
    how: Channel | Drawing | Face | None = field(default=None, compare=False, repr=False)
    mark: str = ""
    words: frozenset[str] = frozenset()
    """Digests of strangers' words in it, without which it can be had where Discord refuses them (R16)."""

    @property
    def key(self) -> tuple[Kind, int | None]:
        """What tells it from all other wishes of its guild, but for categories."""
        return self.kind, self.session.id if self.session else None


# ------------------------------------------------------------------------- what R8 and R9 want


def need(session: Session, kind: Kind, now: datetime, limits: Limits, people: int) -> Need:
    """Return what R8 and R9 want of a session's voice or text channel; `people` are those in its voice.

    What exists stays while the session is active, whenever it begins: a move takes no channel away.
    """
    if session.state is State.BOOKED:
        return Need.LIVE if session.start - _minutes(limits.lead_minutes) <= now else Need.KEEP
    if session.state is State.OPEN:
        return Need.LIVE
    if now < grace_over(session, limits):
        return Need.KEEP
    if kind is Kind.VOICE and people and now < overrun_over(session, limits):
        return Need.KEEP
    return Need.AWAY


def last_word_due(session: Session, now: datetime, limits: Limits, people: int) -> bool:
    """Whether people who still talk must hear now that the voice channel is about to go (R9)."""
    if session.closed is None or not people:
        return False
    return last_word_at(session, limits) <= now < overrun_over(session, limits)


def grace_over(session: Session, limits: Limits) -> datetime:
    """Return when the text channel is put away and an empty voice channel goes."""
    return _closed(session) + _minutes(limits.grace_minutes)


def overrun_over(session: Session, limits: Limits) -> datetime:
    """Return when the voice channel goes even with people in it."""
    return _closed(session) + _minutes(max(limits.grace_minutes, limits.max_overrun_minutes))


def last_word_at(session: Session, limits: Limits) -> datetime:
    """Return from when people who still talk are told that the voice channel goes."""
    return max(_closed(session), overrun_over(session, limits) - _minutes(limits.warn_minutes))


def instants(session: Session, limits: Limits) -> tuple[datetime, ...]:
    """Return when time alone changes what should exist for a session."""
    if session.state is State.BOOKED:
        return session.start - _minutes(limits.lead_minutes), session.start
    if session.state is State.OPEN:
        return (session.end,)
    return grace_over(session, limits), last_word_at(session, limits), overrun_over(session, limits)


def _closed(session: Session) -> datetime:
    return session.closed or session.end


def _minutes(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def access(view: View) -> dict[str, str]:
    """Return who may see what follows the first area, as an aspect (R19); nothing until the area is seen."""
    return {Aspect.ACCESS: digest(repr(view.area))} if view.area else {}


# --------------------------------------------------------------------------------- the wishes


class Wishes:
    """Draws what should be. A drawing that fails costs that one thing; what has not changed is kept."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._drawn: dict[int, dict[object, tuple[object, Any]]] = {}

    def of(self, scene: Scene) -> list[Wish]:
        """Return all wishes of one guild at this instant."""
        before, self._drawn[scene.book.guild_id] = self._drawn.get(scene.book.guild_id, {}), {}
        draw = _Draw(self._words, scene, before, self._drawn[scene.book.guild_id])
        wishes = [Wish(Kind.AREA, Need.LIVE, mark=scene.settings.area)]
        if scene.settings.archive:
            wishes.append(
                Wish(Kind.ARCHIVE, Need.LIVE, aspects=access(scene.view), mark=scene.settings.archive_area)
            )
        wishes += [
            Wish(kind, Need.LIVE, aspects=access(scene.view), mark=f"#{kind}", how=how)
            for kind, how in draw.places()
        ]
        for session in scene.book.sessions:
            for kind in (Kind.VOICE, Kind.TEXT):
                wishes += draw.safely((kind, session.id), partial(draw.channel, session, kind))
        wishes += draw.messages()
        for session in scene.book.sessions if scene.settings.event else ():
            wishes += draw.safely((Kind.EVENT, session.id), partial(draw.event, session))
        return wishes

    def forget(self, guild_id: int) -> None:
        """Let go of a guild's drawings."""
        self._drawn.pop(guild_id, None)


class _Draw:
    def __init__(
        self, words: Words, scene: Scene, before: dict[object, Any], kept: dict[object, Any]
    ) -> None:
        self.words = words
        self.scene = scene
        self.before = before
        self.kept = kept
        self.hidden = scene.learnt.hidden
        self.veil = Veil(self.hidden, words("hidden-topic"), words("hidden-name"))

    def safely(self, key: tuple[Kind, int | None], draw: Callable[[], Wish | None]) -> Iterator[Wish]:
        """Yield a wish; where drawing it fails by a fault of ours, what exists stays as it is (R21)."""
        try:
            wish = draw()
        except Exception:
            log.exception("a drawing failed", guild=self.scene.book.guild_id, kind=key[0], session=key[1])
            self.scene.problems[f"fault:{key[0]}:{key[1]}"] = str(key[1] or "")
            wish = Wish(key[0], Need.KEEP, self.scene.sessions.get(key[1]))
        if wish:
            yield wish

    def once(self, key: object, facts: object, draw: Callable[[], Any]) -> Any:
        """Return what was drawn from the same facts before, or draw it."""
        known = self.before.get(key)
        drawn = known[1] if known and known[0] == facts else draw()
        self.kept[key] = facts, drawn
        return drawn

    # ---------------------------------------------------------------- channels

    def places(self) -> Iterator[tuple[Kind, Channel]]:
        for kind, name in ((Kind.BOARD, self.scene.settings.board), (Kind.NEWS, self.scene.settings.news)):
            yield kind, Channel(name, f"{self.words(f'{kind}-topic')} · #{kind}")

    def channel(self, session: Session, kind: Kind) -> Wish | None:
        scene = self.scene
        wanted = need(session, kind, scene.now, scene.limits, len(scene.people(session)))
        record = scene.mine.get((kind, session.id))
        if record is None and wanted is not Need.LIVE:
            return None
        archive = wanted is Need.AWAY and kind is Kind.TEXT and scene.settings.archive
        if archive and record and record.wrote:
            return Wish(kind, Need.KEEP, session, {Aspect.PLACE: Kind.ARCHIVE})
        if wanted is Need.AWAY or not session.active:
            return Wish(kind, wanted, session)
        hosts = 1 + len(scene.book.showings[session.id].cohosts)
        how: Channel = self.once(
            (kind, session.id), (session, hosts, self.hidden), lambda: self._desk(session, kind, hosts)
        )
        aspects: dict[str, str] = {Aspect.NAME: how.label, Aspect.PLACE: Kind.AREA}
        if kind is Kind.VOICE:
            aspects[Aspect.SEATS] = str(how.seats)
        mark, words = (
            how.name if kind is Kind.VOICE else f"#{session.id}",
            self._worded(how.label, "channel", session),
        )
        return Wish(kind, wanted, session, aspects, how, mark, words)

    def _worded(self, text: str, of: str, session: Session) -> frozenset[str]:
        """Return the digest of words that may be refused; none where they were, which organizers hear of."""
        words = frozenset({digest(text, of=of)})
        if words & self.hidden:
            self.scene.problems[f"words:{session.id}"] = str(session.host_id)
        return words - self.hidden

    def _desk(self, session: Session, kind: Kind, hosts: int) -> Channel:
        """Return a desk's channel. What Discord refused stands without its words, under the same label."""
        neutral = f"open-space-{session.id}"
        if kind is Kind.VOICE:
            name = label = channel_name(session.topic, neutral)
            topic = ""
        else:
            name, mark = text_channel_name(session.topic, neutral), f"#{session.id}"
            label = "\n".join((name, session.host_name, session.description))
            topic = desk_messages.channel_topic(self.words, session, mark, TOPIC_LENGTH)
        seats = min(session.seats + hosts, VOICE_SEATS) if session.seats else 0
        if digest(label, of="channel") in self.hidden:
            return Channel(neutral, topic and f"#{session.id}", seats, label)
        return Channel(name, topic, seats, label)

    # ---------------------------------------------------------------- messages

    def messages(self) -> Iterator[Wish]:
        """The board, tomorrow's board, and a card for each desk that has opened and is not put away yet."""
        scene, words, programme, now = self.scene, self.words, self.scene.programme, self.scene.now
        active = [s for s in scene.book.showings.values() if s.session.active]
        next_change = self.once("next", (active, programme), lambda: _NextChange(active, programme)).after(
            now
        )
        scene.due += [next_change] if next_change else []
        facts = (active, programme, scene.book.rows.ideas, next_change, self.hidden)
        shown = [self.veil.showing(each) for each in active]
        ideas = scene.book.rows.ideas
        for each in active if self.hidden else ():
            if self.hidden & {digest(word) for word in words_of(each)}:
                scene.problems[f"words:{each.session.id}"] = str(each.session.host_id)
        boards: list[tuple[Kind, Callable[[], discord.ui.LayoutView | None]]] = [
            (Kind.BOARD_MESSAGE, lambda: board.layout(words, shown, programme, now, ideas))
        ]
        if scene.settings.tomorrow:
            boards.append((Kind.TOMORROW, lambda: board.tomorrow(words, shown, programme, now)))
        for kind, draw in boards:
            yield from self.safely((kind, None), partial(self._message, kind, None, facts, active, draw))
        for showing in filter(self._has_card, scene.book.showings.values()):
            draw = partial(card.layout, words, self.veil.showing(showing), programme, now)
            until = next_change if showing.session.active else any(w.end > now for w in programme.windows)
            about = (showing, programme, until, self.hidden)
            make = partial(self._message, Kind.CARD, showing.session, about, [showing], draw)
            yield from self.safely((Kind.CARD, showing.session.id), make)

    def _message(
        self,
        kind: Kind,
        session: Session | None,
        facts: object,
        about: list[Showing],
        draw: Callable[[], Any],
    ) -> Wish | None:
        drawn = self.once((kind, session and session.id), facts, lambda: self._drawing(draw(), about))
        if drawn is None:
            return None
        wanted = Need.LIVE if session is None or session.active else Need.KEEP
        aspects: dict[str, str] = {Aspect.PICTURE: drawn[0], **({Aspect.PINNED: "1"} if kind is Kind.CARD else {})}
        if kind is Kind.CARD and (wanted is Need.KEEP or "pin_messages" in self.scene.view.wanting):
            del aspects[Aspect.PINNED]
        return Wish(kind, wanted, session, aspects, drawn[1], words=drawn[1].words)

    def _drawing(
        self, view: discord.ui.LayoutView | None, about: list[Showing]
    ) -> tuple[str, Drawing] | None:
        if view is None:
            return None
        view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it
        components: Any = view.to_components()  # type: ignore[no-untyped-call]
        text = json.dumps(components, sort_keys=True, ensure_ascii=False)
        words = frozenset(digest(word) for showing in about for word in words_of(showing))
        return hashlib.sha256(text.encode()).hexdigest(), Drawing(view, words - self.hidden)

    def _has_card(self, showing: Showing) -> bool:
        session = showing.session
        return session.state is State.OPEN or (session.desk is not None and Kind.TEXT in showing.channels)

    # ------------------------------------------------------------------ events

    def event(self, session: Session) -> Wish | None:
        """Return the event of a session that was booked ahead; one that has begun stays until its end."""
        scene, record = self.scene, self.scene.mine.get((Kind.EVENT, session.id))
        if not session.active or scene.settings.event is None:
            return None
        draw = scene.settings.event
        face, text = self.once(
            (Kind.EVENT, session.id), (session, self.hidden), lambda: self._face(draw, session)
        )
        seen = scene.seen(record)
        if seen and seen.face and (session.state is State.OPEN or seen.face.on):
            # Once it begins, its start stays, and it never goes back.
            start = seen.face.start
            face = replace(face, on=True, start=start, end=max(face.end, start + AHEAD))
        ahead = session.state is State.BOOKED and session.start - scene.now >= AHEAD
        wanted = Need.LIVE if ahead else Need.KEEP
        words = self._worded(text, "event", session)
        return Wish(
            Kind.EVENT, wanted, session, {Aspect.FACE: face_digest(face)}, face, f"#{session.id}", words
        )

    def _face(self, draw: Callable[[Session], Face], session: Session) -> tuple[Face, str]:
        """Return the face that an event may show, and the words of the one that it should."""
        face = draw(session)
        text = face.name + face.description
        if digest(text, of="event") in self.hidden:
            face = draw(replace(session, topic=self.veil.topic, description="", host_name=self.veil.name))
        return face, text


class _NextChange:
    """When time alone changes the boards, worked out once for the same sessions."""

    def __init__(self, active: list[Showing], programme: Any) -> None:
        self._ask = partial(board.next_change, active, programme)
        self._known: tuple[datetime, datetime | None] | None = None

    def after(self, now: datetime) -> datetime | None:
        """Return the next such instant after `now`."""
        known = self._known
        if known is None or now < known[0] or (known[1] is not None and known[1] <= now):
            self._known = known = (now, self._ask(now))
        return known[1]


@lru_cache(maxsize=4096)
def face_digest(face: Face) -> str:
    """Return a short name of all that an event shows, so that a change shows."""
    return hashlib.sha256(repr(tuple(getattr(face, name) for name in face.__slots__)).encode()).hexdigest()[
        :16
    ]
