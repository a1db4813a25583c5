"""What the bot says in the desks' channels and to organizers, in the guild's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.domain.models import Session
from bot.domain.names import clean_line, clean_text, escape
from bot.ui.words import Words, clock

MESSAGE_LENGTH = 2000
"""Code points in a message: https://docs.discord.com/developers/resources/message."""
MENTIONS = 100
"""People whom one message may mention: Discord's limit for the list in allowed_mentions."""


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its text and the ids of those whom it may ping."""

    text: str
    mentions: tuple[int, ...] = ()


def channel_topic(words: Words, session: Session, mark: str, limit: int) -> str:
    """Return a text channel's topic; it ends in the mark by which the channel is recognised (R14)."""
    text = words("channel-topic", host=escape(session.host_name))
    room = limit - len(text) - len(mark) - 6
    about = escape(clean_line(session.description, room))
    if len(about) > room:
        about = escape(clean_line(session.description, room // 2))
    return " · ".join(part for part in (text, about, mark) if part)


def opening(words: Words, session: Session, joined: Sequence[int], voice: int | None) -> list[Part]:
    """Return the opening of a desk: everyone who joined, mentioned once, in as few messages as fit (R8)."""
    fields = {
        "topic": escape(session.topic),
        "host": f"<@{session.host_id}>",
        "until": clock(session.end),
        "desk": session.desk,
    }
    text = words("opening", **fields)
    way_in = "\n" + words("opening-voice", voice=f"<#{voice}>") if voice else ""
    if session.description:
        text += "\n" + _about(words, session.description, MESSAGE_LENGTH - len(text + way_in) - 1)
    text += way_in
    parts: list[Part] = []
    mentions = [session.host_id]
    between = "\n"
    for user_id in joined:
        mention = f"<@{user_id}>"
        if len(text + between + mention) > MESSAGE_LENGTH or len(mentions) == MENTIONS:
            parts.append(Part(text, tuple(mentions)))
            text, between, mentions = "", "", []
        text += between + mention
        between = " "
        mentions.append(user_id)
    parts.append(Part(text, tuple(mentions)))
    return parts


def _about(words: Words, description: str, room: int) -> str:
    """Return a description as far as there is room: escaping may double its length."""
    about = words("opening-about", about=escape(description))
    if len(about) <= room:
        return about
    frame = len(words("opening-about", about=""))
    return words("opening-about", about=escape(clean_text(description, (room - frame) // 2)))


def greeting(words: Words, session: Session, user_id: int) -> Part:
    """Return the word that lets host and guest find each other."""
    text = words("greeting", guest=f"<@{user_id}>", host=f"<@{session.host_id}>")
    return Part(text, (user_id, session.host_id))


def last_word(words: Words) -> Part:
    """Return the word before a voice channel goes though people talk (R9)."""
    return Part(words("last-word"))


def problem(words: Words, guild: discord.Guild, code: str, detail: str) -> str:
    """Return what organizers have to mend, and how."""
    role = guild.self_role
    name = escape(role.name if role else guild.me.display_name)
    if code == "permissions":
        detail = ", ".join(f"**{words(f'permission-{bit.strip()}')}**" for bit in detail.split(","))
    return words("problem", what=words(f"problem-{code}", detail=detail, role=name))
