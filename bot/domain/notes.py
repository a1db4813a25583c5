"""A session's link to its notes: made from a template, the same for its whole life (pure)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

from bot.domain.models import Session
from bot.domain.programme import Programme

TEMPLATE_LENGTH = 200
"""Code points in a template."""
FIELDS = ("id", "topic", "day")
"""What a template may name in braces."""
SLUG_LENGTH = 36
"""Code points of a topic in a link: Etherpad takes pads of 50 at most, and the number stands beside it
(https://github.com/ether/etherpad/issues/1116)."""
SLUG_OCTETS = 90
"""The same once it is encoded, where each Chinese character takes nine: links share a message with others."""
_FIELD = re.compile(r"\{(\w+)\}")
_PLAIN = re.compile(r"[\w.~:/?#@!$&'*+,;=%-]*", re.ASCII)
"""What may stand in a link as it is; brackets would end it in Discord's markdown."""


def fault_of(template: str) -> str:
    """Return what is wrong with a template: 'long', 'address', 'field' or 'sign'; '' where nothing is."""
    bare = _FIELD.sub("", template)
    if len(template) > TEMPLATE_LENGTH:
        return "long"
    if "{" in bare or "}" in bare or set(_FIELD.findall(template)) - set(FIELDS):
        return "field"
    if not _PLAIN.fullmatch(bare):
        return "sign"
    try:
        found = urlsplit(template)
    except ValueError:
        return "address"
    plain_host = found.hostname and "." in found.hostname and not _FIELD.search(found.netloc)
    return "" if found.scheme == "https" and plain_host else "address"


def notes_link(programme: Programme, session: Session) -> str:
    """Return the address of a session's notes; empty where there is no template, or its words are hidden."""
    template = programme.notes_link
    if not template or ("{topic}" in template and not session.notes_topic):
        return ""
    day = session.notes_day or str(programme.day_of(session.start))
    values = {"id": str(session.id), "topic": slug(session.notes_topic), "day": day}
    return _FIELD.sub(lambda field: values[field[1]], template)


def own_words(session: Session) -> tuple[str, ...]:
    """Return the strangers' words that only the link shows: the topic at booking, where it is another now."""
    other = session.notes_topic and session.notes_topic != session.topic
    return (slug(session.notes_topic),) if other else ()


def slug(topic: str) -> str:
    """Return a topic as a part of a link: letters and digits of any script in lower case, dashes between.

    Characters beyond ASCII are percent-encoded. Never empty: what has no letter is called 'open-space'.
    """
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", topic).lower())
    kept = "".join(c if unicodedata.category(c)[0] in "LNM" else "-" for c in plain)
    words = re.sub("-+", "-", kept).strip("-")[:SLUG_LENGTH]
    while len(quote(words)) > SLUG_OCTETS:
        words = words[:-1]
    return quote(words.strip("-")) or "open-space"
