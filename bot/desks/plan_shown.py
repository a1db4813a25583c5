"""Which messages are to be sent, edited, pinned or taken away (pure): the board and the desks' cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.desks.scene import PATIENCE, Scene, Seen
from bot.desks.shown import Shown, Wanted
from bot.desks.steps import Edit, Glance, Pin, Post, Recall, Step, Unpost
from bot.store.channels import Kind
from bot.store.messages import Message, MessageKind

EDIT_PAUSE = timedelta(seconds=5)
"""The least time between two edits of a message, however many changes come."""
GLANCE_EVERY = timedelta(minutes=5)
"""How often the board is looked for while Open Spaces are open: nothing tells when somebody deletes it."""


def shown_steps(scene: Scene, wanted: Wanted) -> Iterator[Step]:
    """Yield the steps to what should be shown; what is too early now is looked at in time."""
    known = {(m.kind, m.session_id): m for m in scene.book.messages}
    for shown in wanted.messages:
        message, channel = known.pop((shown.kind, shown.session_id), None), _channel(scene, shown)
        if message is None:
            if channel and not shown.over:
                yield Post(shown, channel.id)
        elif message.id is None:
            yield from _pending(scene, message)
        elif channel:
            yield from _current(scene, message, shown, wanted)
    for message in known.values():
        if message.kind is MessageKind.TOMORROW:
            yield from _pending(scene, message) if message.id is None else (Unpost(message),)


def _pending(scene: Scene, message: Message) -> Iterator[Step]:
    """Whatever was sent and not answered is looked for, wanted or not: it may be there for all to read."""
    if message.channel_id in scene.view.channels and not scene.later(message.asked_at + PATIENCE):
        yield Recall(message)


def _current(scene: Scene, message: Message, shown: Shown, wanted: Wanted) -> Iterator[Step]:
    if message.digest != shown.digest and not scene.later(message.edited_at + EDIT_PAUSE):
        yield Edit(message, shown)
    if shown.kind is MessageKind.CARD:
        if not message.pinned and not shown.over and "pin_messages" not in scene.view.wanting:
            yield Pin(message)
    elif wanted.watch and not scene.later(message.checked_at + GLANCE_EVERY):
        yield Glance(message)


def _channel(scene: Scene, shown: Shown) -> Seen | None:
    if shown.session_id is None:
        return scene.place(Kind.BOARD)
    session = scene.sessions.get(shown.session_id)
    return scene.desk(session, Kind.TEXT) if session else None
