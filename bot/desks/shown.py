"""What the board and the cards should show now: drawn from the book, told apart by a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

import discord

from bot.domain.models import State
from bot.domain.programme import Programme
from bot.service.deskbook import Book
from bot.service.people import Showing
from bot.store.channels import Kind
from bot.store.messages import MessageKind
from bot.ui import board, card
from bot.ui.words import Words

Draw = Callable[[], discord.ui.LayoutView | None]


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as it should be. `over`: it is brought up to date where it stands, but not sent anew."""

    kind: MessageKind
    session_id: int | None
    digest: str
    view: discord.ui.LayoutView | None = field(default=None, compare=False, repr=False)
    over: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """All messages that should be there, when time alone changes them, and whether to watch over them."""

    messages: tuple[Shown, ...] = ()
    next_change: datetime | None = None
    watch: bool = False


class Display:
    """Draws what should be shown. What has not changed is not drawn again."""

    def __init__(self, words: Words, *, tomorrow: bool) -> None:
        self._words = words
        self._tomorrow = tomorrow
        self._drawn: dict[tuple[MessageKind, int], tuple[object, Shown | None]] = {}

    def wanted(self, book: Book, programme: Programme, now: datetime) -> Wanted:
        """Return what should be shown in one guild at this instant."""
        active = tuple(s for s in book.showings if s.session.active)
        change = board.next_change(active, programme, now)
        return Wanted(
            messages=tuple(filter(None, self._messages(book, active, programme, now, change))),
            next_change=change,
            watch=programme.window_at(now) is not None,
        )

    def _messages(
        self, book: Book, active: tuple[Showing, ...], programme: Programme, now: datetime, until: object
    ) -> Iterator[Shown | None]:
        words, guild = self._words, book.guild_id
        facts = (active, programme, book.ideas, until)
        yield self._draw(
            MessageKind.BOARD, guild, facts, lambda: board.layout(words, active, programme, now, book.ideas)
        )
        if self._tomorrow:
            yield self._draw(
                MessageKind.TOMORROW, guild, facts, lambda: board.tomorrow(words, active, programme, now)
            )
        for showing in filter(_has_card, book.showings):
            draw = partial(card.layout, words, showing, programme, now)
            shown = self._draw(MessageKind.CARD, showing.session.id, (showing, programme, until), draw)
            if shown:
                yield replace(shown, session_id=showing.session.id, over=not showing.session.active)

    def _draw(self, kind: MessageKind, number: int, facts: object, draw: Draw) -> Shown | None:
        known = self._drawn.get((kind, number))
        if known and known[0] == facts:
            return known[1]
        view = draw()
        if view:
            view.stop()  # what its buttons do stands in their custom_ids: discord.py need not keep it
        shown = Shown(kind, None, _digest(view), view) if view else None
        self._drawn[kind, number] = facts, shown
        return shown


def _has_card(showing: Showing) -> bool:
    """Whether the session has opened and its text channel is not put away yet."""
    session = showing.session
    return session.state is State.OPEN or (session.desk is not None and Kind.TEXT in showing.channels)


def _digest(view: discord.ui.LayoutView) -> str:
    components: list[Any] = view.to_components()  # type: ignore[no-untyped-call]
    text = json.dumps(components, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
