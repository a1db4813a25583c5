"""What should exist on Discord now, and how each thing should be: R8, R9, R16, R19, R20."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any

import discord
import structlog

from bot.desks.scene import Scene, View
from bot.domain.life import Need, need
from bot.domain.models import Session, State
from bot.domain.names import channel_name, text_channel_name
from bot.service.people import Showing
from bot.store.records import Aspect, Kind
from bot.ui import board, card, desk_messages
from bot.ui.event_face import Face
from bot.ui.veil import Veil, digest, words_of
from bot.ui.words import Words

log = structlog.get_logger("keeper")

VOICE_SEATS = 99
"""The most that a voice channel's user limit takes."""
TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""
GUILD_EVENTS = 100
"""Events in a server that are to come or on, other people's too: Discord's error 30038."""
BOARD_SESSIONS = 100
"""More sessions than the board ever shows, in order of their start."""
AHEAD = timedelta(minutes=1)
"""How far ahead a session must be to have an event, and the shortest time that an event shows."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it should be."""

    name: str
    topic: str = ""
    seats: int = 0


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing: what it is for, what is wanted of it, and by aspect what Discord should have been told.

    `how` is all of it; `mark` is how it is recognised. `words` are the digests of strangers' words in it,
    without which it can be had where Discord refuses them (R16).
    """

    kind: Kind
    need: Need
    session: Session | None = None
    aspects: Mapping[Aspect, str] = field(default_factory=dict)
    how: Channel | discord.ui.LayoutView | Face | None = field(default=None, compare=False, repr=False)
    mark: str = ""
    words: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[Kind, int | None]:
        """What tells it from all other wishes of its guild, but for categories."""
        return self.kind, self.session.id if self.session else None


def access(view: View) -> dict[Aspect, str]:
    """Return who may see what follows the first area, as an aspect (R19); nothing until the area is seen."""
    return {Aspect.ACCESS: digest(repr(view.area))} if view.area else {}


@lru_cache(maxsize=4096)
def face_digest(face: Face) -> str:
    """Return a short name of all that an event shows, so that a change shows."""
    return hashlib.sha256(repr(astuple(face)).encode()).hexdigest()[:16]


class Wishes:
    """Draws what should be in each guild. What has not changed is not drawn again, what is over forgotten."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._drawn: dict[int, dict[object, tuple[object, Any]]] = {}

    def of(self, scene: Scene) -> list[Wish]:
        """Return all wishes of one guild at this instant."""
        guild_id, settings = scene.book.guild_id, scene.settings
        before, self._drawn[guild_id] = self._drawn.get(guild_id, {}), {}
        draw = _Draw(self._words, scene, before, self._drawn[guild_id])
        wishes = [Wish(Kind.AREA, Need.LIVE, mark=settings.area)]
        if settings.archive:
            wishes.append(Wish(Kind.ARCHIVE, Need.LIVE, None, access(scene.view), mark=settings.archive_area))
        for kind, name in ((Kind.BOARD, settings.board), (Kind.NEWS, settings.news)):
            how = Channel(name, f"{self._words(f'{kind}-topic')} · #{kind}")
            aspects = access(scene.view) | {Aspect.PLACE: Kind.AREA}
            wishes.append(Wish(kind, Need.LIVE, None, aspects, how, f"#{kind}"))
        wishes += draw.messages()
        for session in scene.near:
            for kind in (Kind.VOICE, Kind.TEXT):
                wishes += draw.safely(kind, session, draw.channel, session, kind)
        for session in (*scene.near, *scene.far[:GUILD_EVENTS]) if settings.event else ():
            if session.active:
                wishes += draw.safely(Kind.EVENT, session, draw.event, session, settings.event)
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

    def safely(
        self, kind: Kind, session: Session | None, draw: Callable[..., Wish | None], *about: Any
    ) -> tuple[Wish, ...]:
        """Return a wish; where drawing it fails by a fault of ours, what exists stays as it is (R21)."""
        try:
            wish = draw(*about)
        except Exception:
            number = session.id if session else ""
            if (
                self.before.get(("fault", kind, number)) is None
            ):  # it fails at every look: the log has it once
                log.exception("a drawing failed", guild=self.scene.book.guild_id, kind=kind, session=number)
            self.kept["fault", kind, number] = True
            self.scene.problems[f"fault:{kind}:{number}"] = ""
            wish = Wish(kind, Need.KEEP, session)
        return (wish,) if wish else ()

    def once(self, key: object, facts: object, draw: Callable[[], Any]) -> Any:
        """Return what was drawn from the same facts before, or draw it."""
        known = self.before.get(key)
        drawn = known[1] if known and known[0] == facts else draw()
        self.kept[key] = facts, drawn
        return drawn

    def worded(self, text: str, of: str, session: Session) -> frozenset[str]:
        """Return the digest of words that may be refused; none where they were, which organizers hear of."""
        words = frozenset({digest(text, of)})
        if words & self.scene.book.rows.refused:  # those under suspicion accuse nobody
            self.scene.problems[f"words:{session.id}"] = str(session.host_id)
        return words - self.hidden

    def channel(self, session: Session, kind: Kind) -> Wish | None:
        scene, is_voice = self.scene, kind is Kind.VOICE
        people = len(scene.people(session)) if is_voice else 0
        wanted, record = (
            need(session, scene.now, scene.limits, people=people),
            scene.mine.get((kind, session.id)),
        )
        if record is None and wanted is not Need.LIVE:
            return None
        if wanted is Need.AWAY and record and record.wrote and scene.settings.archive:
            return Wish(kind, Need.KEEP, session, {Aspect.PLACE: Kind.ARCHIVE})
        if not session.active:
            return Wish(kind, wanted, session)
        hosts = 1 + len(scene.book.showings[session.id].cohosts)
        facts = (session, hosts, self.hidden)
        label, how = self.once(
            (kind, session.id), facts, lambda: self._desk(session, hosts, is_voice=is_voice)
        )
        aspects: dict[Aspect, str] = {Aspect.NAME: label, Aspect.PLACE: Kind.AREA}
        if is_voice:
            aspects[Aspect.SEATS] = str(how.seats)
        mark = how.name if is_voice else f"#{session.id}"
        return Wish(kind, wanted, session, aspects, how, mark, self.worded(label, "channel", session))

    def _desk(self, session: Session, hosts: int, *, is_voice: bool) -> tuple[str, Channel]:
        """Return what name and topic are made of, and the channel, without those words where refused."""
        neutral, mark, topic = f"open-space-{session.id}", f"#{session.id}", ""
        if is_voice:
            name = label = channel_name(session.topic, neutral)
        else:
            name = text_channel_name(session.topic, neutral)
            label = "\n".join((name, session.host_name, session.description))
            topic = desk_messages.channel_topic(self.words, session, mark, TOPIC_LENGTH)
        if digest(label, "channel") in self.hidden:
            name, topic = neutral, topic and mark
        return label, Channel(name, topic, min(session.seats + hosts, VOICE_SEATS) if session.seats else 0)

    def messages(self) -> Iterator[Wish]:
        """The board, tomorrow's board, and a card for each desk that has opened and is not put away yet."""
        scene, words, programme, now = self.scene, self.words, self.scene.programme, self.scene.now
        active = [s for s in scene.book.showings.values() if s.session.active]
        change = self.once("change", (active, programme), lambda: board.NextChange(active, programme)).after(
            now
        )
        scene.due += [change] if change else []
        for showing in active if self.hidden else ():
            for word in words_of(showing):
                self.worded(word, "words", showing.session)
        ideas, shown = scene.book.rows.ideas, [self.veil.showing(each) for each in active]
        facts = (active, programme, ideas, change, self.hidden)
        drawings: dict[Kind, Callable[[], discord.ui.LayoutView | None]]
        drawings = {Kind.BOARD_MESSAGE: partial(board.layout, words, shown, programme, now, ideas)}
        if scene.settings.tomorrow:
            drawings[Kind.TOMORROW] = partial(board.tomorrow, words, shown, programme, now)
        for kind, drawing in drawings.items():
            told = active if kind is Kind.TOMORROW else active[:BOARD_SESSIONS]
            yield from self.safely(kind, None, self._message, kind, None, facts, told, drawing)
        for showing in filter(self._has_card, scene.book.showings.values()):
            draw, session = (
                partial(card.layout, words, self.veil.showing(showing), programme, now),
                showing.session,
            )
            until = change if session.active else any(window.end > now for window in programme.windows)
            about = (showing, programme, until, self.hidden)
            make = partial(self._message, Kind.CARD, session, about, [showing], draw)
            yield from self.safely(Kind.CARD, session, make)

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
        picture, view, words = drawn
        wanted = Need.LIVE if session is None or session.active else Need.KEEP
        aspects: dict[Aspect, str] = {Aspect.PICTURE: picture}
        if kind is Kind.CARD and wanted is Need.LIVE and "pin_messages" not in self.scene.view.wanting:
            aspects[Aspect.PINNED] = "1"
        return Wish(kind, wanted, session, aspects, view, words=words)

    def _drawing(self, view: discord.ui.LayoutView | None, about: list[Showing]) -> tuple[Any, ...] | None:
        if view is None:
            return None
        view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it
        components: Any = view.to_components()  # type: ignore[no-untyped-call]
        text = json.dumps(components, sort_keys=True, ensure_ascii=False)
        words = frozenset[str]().union(*map(self._words_of, about))
        return hashlib.sha256(text.encode()).hexdigest(), view, words - self.hidden

    def _words_of(self, showing: Showing) -> frozenset[str]:
        draw = partial(map, digest, words_of(showing))
        found: frozenset[str] = self.once(("words", showing.session.id), showing, lambda: frozenset(draw()))
        return found

    def _has_card(self, showing: Showing) -> bool:
        session = showing.session
        return session.state is State.OPEN or (session.desk is not None and Kind.TEXT in showing.channels)

    def event(self, session: Session, draw: Callable[[Session], Face]) -> Wish:
        """Return the event of a session that was booked ahead; one that has begun stays until its end."""
        seen = self.scene.seen(self.scene.mine.get((Kind.EVENT, session.id)))
        # Once it begins, its start stays, and it never goes back.
        on = seen and seen.face and (session.state is State.OPEN or seen.face.on)
        begun = seen.face.start if on and seen and seen.face else None
        ahead = session.state is State.BOOKED and session.start - self.scene.now >= AHEAD
        facts = (session, self.hidden, begun, ahead)
        wish: Wish = self.once((Kind.EVENT, session.id), facts, lambda: self._event(draw, *facts))
        if not wish.words:
            self.scene.problems[f"words:{session.id}"] = str(session.host_id)
        return wish

    def _event(
        self,
        draw: Callable[[Session], Face],
        session: Session,
        hidden: frozenset[str],
        begun: datetime | None,
        ahead: bool,
    ) -> Wish:
        text, face = self._face(draw, session)
        if begun:
            face = replace(face, on=True, start=begun, end=max(face.end, begun + AHEAD))
        wanted, aspects = Need.LIVE if ahead else Need.KEEP, {Aspect.FACE: face_digest(face)}
        words = frozenset({digest(text, "event")}) - hidden
        return Wish(Kind.EVENT, wanted, session, aspects, face, f"#{session.id}", words)

    def _face(self, draw: Callable[[Session], Face], session: Session) -> tuple[str, Face]:
        """Return the words of the face that an event should show, and the face that it may show."""
        face = draw(session)
        text = face.name + face.description
        if digest(text, "event") in self.hidden:
            face = draw(replace(session, topic=self.veil.topic, description="", host_name=self.veil.name))
        return text, face
