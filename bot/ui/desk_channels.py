"""What a desk's channels show: their names, the text channel's topic, the voice channel's seats."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from bot.domain.models import Session
from bot.domain.names import channel_name, text_channel_name
from bot.ui import desk_messages
from bot.ui.veil import digest
from bot.ui.words import Words

VOICE_SEATS = 99
"""The most that a voice channel's user limit takes."""
TOPIC_LENGTH = 1024
"""Code points in a text channel's topic."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel as it should be."""

    name: str
    topic: str = ""
    seats: int = 0


def desk_channel(
    words: Words, session: Session, hosts: int, hidden: Container[str], *, is_voice: bool
) -> tuple[str, Channel]:
    """Return what name and topic are made of, and the channel; without those words where they are `hidden`.

    A voice channel with seats takes the hosts besides.
    """
    neutral, mark, topic = f"open-space-{session.id}", f"#{session.id}", ""
    if is_voice:
        name = label = channel_name(session.topic, neutral)
    else:
        name = text_channel_name(session.topic, neutral)
        label = "\n".join((name, session.host_name, session.description))
        topic = desk_messages.channel_topic(words, session, mark, TOPIC_LENGTH)
    if digest(label, "channel") in hidden:
        name, topic = neutral, topic and mark
    return label, Channel(name, topic, min(session.seats + hosts, VOICE_SEATS) if session.seats else 0)
