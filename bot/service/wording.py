"""R16: how what strangers type becomes what is stored, and how long it may be."""

from __future__ import annotations

from bot.domain.names import clean_line, clean_text
from bot.domain.refusal import Refusal

TOPIC_LENGTH = 100
"""Code points in a topic: Discord's limit for a channel's and an event's name."""
DESCRIPTION_LENGTH = 1000
"""Code points in a description: Discord's limit for an event's description."""
TAKEAWAY_LENGTH = 300
"""Code points in the line that stays of a session."""
REASON_LENGTH = 500
"""Code points in the reason for a change; Discord's own audit log takes 512."""
NAME_LENGTH = 32
"""Code points in a person's display name, Discord's limit."""
_LONGER = 3
"""How many times longer Unicode's normalisation may make a text at most."""


def topic_and_description(topic: str, description: str) -> tuple[str, str, bool]:
    """Return both as they are stored, and whether any words were cut; raises `Refusal` without a topic.

    A topic that is too long goes on in the description, where that is free.
    """
    typed = clean_line(topic, _room(topic))
    line = clean_line(typed, TOPIC_LENGTH)
    if not line:
        raise Refusal("no-topic")
    words = clean_text(description, _room(description))
    if line != typed and not words:
        words = typed
    text = clean_text(words, DESCRIPTION_LENGTH)
    return line, text, line != typed or text != words


def _room(text: str) -> int:
    return _LONGER * len(text) + 1


def person_name(name: str, user_id: int) -> str:
    """Return a person's name as it is stored: their id where nothing visible is in it."""
    return clean_line(name, NAME_LENGTH) or str(user_id)
