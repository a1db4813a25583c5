"""What should exist on Discord now, and how each thing should be: R8, R9, R16, R19, R20."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import discord
import structlog

from bot.desks.scene import PATIENCE, Scene, View
from bot.domain.fair_use import GUILD_EVENTS
from bot.domain.life import Need, need
from bot.domain.models import Session, State
from bot.domain.records import Aspect, Face, Kind
from bot.service.people import Showing
from bot.ui import board, card
from bot.ui.desk_channels import Channel, desk_channel
from bot.ui.drawn import Drawn, drawn
from bot.ui.event_face import face_digest
from bot.ui.tidings import Tidings
from bot.ui.veil import Veil, digest, words_of

log = structlog.get_logger("keeper")

BOARD_SESSIONS = 100
"""More sessions than the board ever shows, in order of their start."""
AHEAD = timedelta(minutes=1)
"""How far ahead a session must be to have an event, and the shortest time that an event shows."""
_Known = dict[object, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing: what it is for, what is wanted of it, and by aspect what Discord should have been told.

    `how` is all of it; `mark` is how it is recognised. `words` are the digests of strangers' words in it,
    without which it can be had where Discord refuses them (R16). `calls` are those whom its message pings.
    """

    kind: Kind
    need: Need
    session: Session | None = None
    aspects: Mapping[Aspect, str] = field(default_factory=dict)
    how: Channel | discord.ui.LayoutView | Face | None = field(default=None, compare=False, repr=False)
    mark: str = ""
    words: frozenset[str] = frozenset()
    calls: tuple[int, ...] | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[Kind, int | None]:
        """What tells it from all other wishes of its guild, but for categories."""
        return self.kind, self.session.id if self.session else None


def access(view: View) -> dict[Aspect, str]:
    """Return who may see what follows the first area, as an aspect (R19); nothing until the area is seen."""
    return {Aspect.ACCESS: digest(repr(view.area))} if view.area else {}


class Wishes:
    """Draws what should be in each guild. What has not changed is not drawn again, what is over forgotten."""

    def __init__(self) -> None:
        self._drawn: dict[int, _Known] = {}

    def of(self, scene: Scene) -> list[Wish]:
        """Return all wishes of one guild at this instant."""
        guild_id, settings = scene.book.guild_id, scene.settings
        known, self._drawn[guild_id] = self._drawn.get(guild_id, {}), {"words": scene.words}
        draw = _Draw(scene, known if known.get("words") is scene.words else {}, self._drawn[guild_id])
        wishes = [Wish(Kind.AREA, Need.LIVE, mark=settings.area)]
        if settings.archive:
            wishes.append(Wish(Kind.ARCHIVE, Need.LIVE, None, access(scene.view), mark=settings.archive_area))
        topics = {Kind.BOARD: scene.words("board-topic"), Kind.NEWS: scene.words("news-topic")}
        for kind, name in ((Kind.BOARD, settings.board), (Kind.NEWS, settings.news)):
            how = Channel(name, f"{topics[kind]} · #{kind}")
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
    def __init__(self, scene: Scene, before: _Known, kept: _Known) -> None:
        self.words = scene.words
        self.scene = scene
        self.before = before
        self.kept = kept
        self.hidden = scene.learnt.hidden
        self.veil = Veil.of(scene.words, self.hidden)

    def safely(
        self, kind: Kind, session: Session | None, draw: Callable[..., Wish | None], *about: Any
    ) -> tuple[Wish, ...]:
        """Return a wish; where drawing it fails by a fault of ours, what exists stays as it is (R21)."""
        try:
            wish = draw(*about)
        except Exception:
            number = session.id if session else ""
            if ("fault", kind, number) not in self.before:  # it fails at every look: the log has it once
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
        wanted = need(session, scene.now, scene.limits, people=people)
        record = scene.mine.get((kind, session.id))
        if record is None and wanted is not Need.LIVE:
            return None
        if wanted is Need.AWAY and record and record.wrote and scene.settings.archive:
            return Wish(kind, Need.KEEP, session, {Aspect.PLACE: Kind.ARCHIVE})
        if not session.active:
            return Wish(kind, wanted, session)
        hosts = 1 + len(scene.book.showings[session.id].cohosts)
        facts = (session, hosts, self.hidden)
        draw = partial(desk_channel, self.words, *facts, is_voice=is_voice)
        label, how = self.once((kind, session.id), facts, draw)
        aspects: dict[Aspect, str] = {Aspect.NAME: label, Aspect.PLACE: Kind.AREA}
        if is_voice:
            aspects[Aspect.SEATS] = str(how.seats)
        mark = how.name if is_voice else f"#{session.id}"
        return Wish(kind, wanted, session, aspects, how, mark, self.worded(label, "channel", session))

    def messages(self) -> Iterator[Wish]:
        """The board, tomorrow's board, and a card for each desk that has opened and is not put away yet."""
        scene, words, programme, now = self.scene, self.words, self.scene.programme, self.scene.now
        active = [s for s in scene.book.showings.values() if s.session.active]
        changes = self.once("change", (active, programme), lambda: board.NextChange(active, programme))
        change = changes.after(now)
        scene.due += [change] if change else []
        for showing in scene.book.showings.values() if self.hidden else ():
            for word in words_of(showing):
                self.worded(word, "words", showing.session)
        ideas, shown = scene.book.rows.ideas, [self.veil.showing(each) for each in active]
        tidings = self.tidings()
        drawings: dict[Kind, Callable[[], discord.ui.LayoutView | None]]
        drawings = {
            Kind.BOARD_MESSAGE: partial(board.layout, words, shown, programme, now, ideas, tidings=tidings)
        }
        if scene.settings.tomorrow:
            drawings[Kind.TOMORROW] = partial(board.tomorrow, words, shown, programme, now, tidings)
        for kind, draw in drawings.items():
            told = active if kind is Kind.TOMORROW else active[:BOARD_SESSIONS]
            facts = (active, programme, ideas, change, self.hidden, tidings)
            said = (tidings.pause or "", tidings.announcement if kind is Kind.BOARD_MESSAGE else "")
            yield from self.safely(kind, None, self._message, kind, None, facts, (told, said), draw)
        for showing in filter(self._has_card, scene.book.showings.values()):
            session = showing.session
            draw = partial(card.layout, words, self.veil.showing(showing), programme, now)
            until = change if session.active else any(window.end > now for window in programme.windows)
            about = (Kind.CARD, session, (showing, programme, until, self.hidden), ([showing], ()), draw)
            yield from self.safely(Kind.CARD, session, self._card, showing, *about)

    def _card(self, showing: Showing, *drawn_from: Any) -> Wish | None:
        """Return the card; the first one of a desk that opens calls all who joined, as far as they fit (R8).

        It waits until it is known who is interested in the event, and a little for the voice channel.
        """
        scene, session, wish = self.scene, showing.session, self._message(*drawn_from)
        notice = scene.openings.get(session.id)
        if wish is None or notice is None or wish.key in scene.mine:
            return wish
        ready = scene.channel(Kind.VOICE, session.id) or scene.rested(notice.created, PATIENCE)
        if not (ready and scene.asked(session)):
            return replace(wish, need=Need.KEEP)
        about = self.veil.showing(showing), scene.programme, scene.now, scene.book.greeted(session.id)
        view, calls, called = card.calling(self.words, *about)
        return replace(wish, how=view, aspects={**wish.aspects, Aspect.CALLED: called}, calls=calls)

    def tidings(self) -> Tidings:
        """Return what organizers tell everybody, without what Discord refuses, which they hear (R16)."""
        scene, pause = self.scene, self.scene.settings.pause
        news = scene.book.rows.announcement
        if news and not scene.later(news.until):
            news = None
        if {digest(word) for word in (news and news.words, pause) if word} & scene.book.rows.refused:
            scene.problems["own-words"] = ""
        announcement = self.veil.said(news.words) if news else ""
        until = news.until if news and announcement else None
        return Tidings(announcement, until, None if pause is None else self.veil.said(pause))

    def _message(
        self,
        kind: Kind,
        session: Session | None,
        facts: object,
        about: tuple[list[Showing], tuple[str, ...]],
        draw: Callable[[], discord.ui.LayoutView | None],
    ) -> Wish | None:
        shown, said = about

        def drawing() -> Drawn | None:
            view = draw()
            return drawn(view, shown, self.hidden, said) if view else None

        made: Drawn | None = self.once((kind, session and session.id), facts, drawing)
        if made is None:
            return None
        wanted = Need.LIVE if session is None or session.active else Need.KEEP
        aspects: dict[Aspect, str] = {Aspect.PICTURE: made.picture}
        if kind is Kind.CARD and wanted is Need.LIVE and "pin_messages" not in self.scene.view.wanting:
            aspects[Aspect.PINNED] = "1"
        return Wish(kind, wanted, session, aspects, made.view, words=made.words)

    def _has_card(self, showing: Showing) -> bool:
        session = showing.session
        return session.state is State.OPEN or (session.desk is not None and Kind.TEXT in showing.channels)

    def event(self, session: Session, draw: Callable[[Session], Face]) -> Wish:
        """Return the event of a session that was booked ahead; one that has begun stays until its end."""
        seen = self.scene.seen(self.scene.mine.get((Kind.EVENT, session.id)))
        shown = seen.face if seen else None
        # Once it begins, its start stays, and it never goes back.
        begun = shown.start if shown and (session.state is State.OPEN or shown.on) else None
        ahead = session.state is State.BOOKED and session.start - self.scene.now >= AHEAD
        facts = (session, self.hidden, begun, ahead)
        make = partial(self._event, draw, session, begun, ahead=ahead)
        wish: Wish = self.once((Kind.EVENT, session.id), facts, make)
        if not wish.words:
            self.scene.problems[f"words:{session.id}"] = str(session.host_id)
        return wish

    def _event(
        self, draw: Callable[[Session], Face], session: Session, begun: datetime | None, *, ahead: bool
    ) -> Wish:
        face = draw(session)
        words = frozenset({digest(face.name + face.description, "event")}) - self.hidden
        if not words:
            face = draw(replace(session, topic=self.veil.topic, description="", host_name=self.veil.name))
        if begun:
            face = replace(face, on=True, start=begun, end=max(face.end, begun + AHEAD))
        wanted, aspects = Need.LIVE if ahead else Need.KEEP, {Aspect.FACE: face_digest(face)}
        return Wish(Kind.EVENT, wanted, session, aspects, face, f"#{session.id}", words)
