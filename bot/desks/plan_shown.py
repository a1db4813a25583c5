"""Which messages are to be sent, edited, pinned or taken away (pure): the board and the desks' cards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.desks.scene import Scene, Seen
from bot.desks.shown import Shown, Wanted
from bot.desks.steps import Edit, Glance, Pin, Post, Recall, Step, Unpost
from bot.store.channels import Kind
from bot.store.messages import Message, MessageKind

EDIT_PAUSE = timedelta(seconds=5)
"""The least time between two edits of a message, however many changes come."""
GLANCE_EVERY = timedelta(minutes=5)
"""How often the board is looked for while Open Spaces are open: nothing tells when somebody deletes it."""
PATIENCE = timedelta(seconds=10)
"""How long a message whose sending was not answered may still be under way at Discord."""


def shown_steps(scene: Scene, wanted: Wanted) -> Iterator[Step]:
    """Yield the steps to what should be shown; what is too early now is looked at in time."""
    known = {(m.kind, m.session_id): m for m in scene.book.messages}
    for message in known.values():  # wanted or not: it may be there, and then it must be known
        if message.id is None and not scene.later(message.asked_at + PATIENCE):
            yield Recall(message)
    for shown in wanted.messages:
        told, channel = known.pop((shown.kind, shown.session_id), None), _channel(scene, shown)
        if channel and told is None and not shown.over:
            yield Post(shown, channel.id)
        elif channel and told and told.id is not None:
            yield from _current(scene, told, shown, wanted)
    for message in known.values():
        if message.kind is MessageKind.TOMORROW and message.id is not None:
            yield Unpost(message)


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
