"""What organizers read before and after they tell everybody something."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import discord

from bot.domain.refusal import Refusal
from bot.service import Announced, Person
from bot.service.announcing import ANNOUNCEMENT_LENGTH, HOURS, MOST_HOURS
from bot.ui.forms import components, form, text_input
from bot.ui.guests import some_names
from bot.ui.presses import Press, row
from bot.ui.words import Words, moment

ANNOUNCE_FORM = "openspace-admin-announce"
HOURS_LENGTH = 3
DESKS = 10
"""Desks that a preview names at most."""


def announce_form(words: Words, text: str = "", hours: int = HOURS) -> discord.ui.Modal:
    """Return the form for an announcement, with what was written before."""
    return form(
        words,
        words("form-announce-title"),
        ANNOUNCE_FORM,
        {
            "announcement": text_input("announcement", words, text, ANNOUNCEMENT_LENGTH, required=True),
            "boardhours": text_input("boardhours", words, str(hours), HOURS_LENGTH, required=True),
        },
    )


def read_announcement(data: Any) -> tuple[str, int]:
    """Return what was written, and for how many hours; raises `Refusal` for no number of hours."""
    fields = components(data)
    hours = unicodedata.normalize("NFKC", fields["boardhours"]["value"]).strip()
    number = int(hours) if hours.isascii() and hours.isdigit() else 0
    if not 1 <= number <= MOST_HOURS:
        raise Refusal("announcement-hours", text=hours, most=MOST_HOURS)
    return str(fields["announcement"]["value"]), number


def preview(
    words: Words, told: Announced, board: str, shown: str, page: Sequence[str] = ()
) -> tuple[str, discord.ui.View]:
    """Return just what will be said and where, with a button that does it.

    `shown` is the message, `page` where everybody reads it on the web.
    """
    count, topics = len(told.desks), [Person(each.id, each.topic) for each in told.desks]
    names = some_names(words, topics, DESKS)
    desks = words.count("announce-desks", count, topics=names) if count else words("announce-no-desks")
    lines = [words("announce-preview"), desks, words("announce-board", board=board, until=moment(told.until))]
    lines += page
    send = words.count("button-send", count) if count else words("button-send-board")
    return "\n".join([*lines, "", shown]), row(
        Press("announcesend", told.id, label=send, style=discord.ButtonStyle.primary),
        Press("announcechange", told.id, label=words("button-change")),
    )


def sent(words: Words, told: Announced) -> tuple[str, discord.ui.View]:
    """Return where it was said, and the button that takes it off the board."""
    if told.desks:
        text = words.count("announced", len(told.desks), until=moment(told.until))
    else:
        text = words("announced-board", until=moment(told.until))
    return text, row(Press("announceoff", told.id, label=words("button-takedown")))
