"""What a person reads of the private link to their calendar, and the file in its place."""

from __future__ import annotations

import discord

from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.calendars import Dated, Link
from bot.ui.exchange import Attachment
from bot.ui.ics import calendar
from bot.ui.presses import Press, row
from bot.ui.words import Words, moment


def link(words: Words, site: str, guild_id: int, given: Link) -> tuple[str, discord.ui.View | None]:
    """Return a person's link to their calendar; one that they have already cannot be shown again."""
    if given.secret is None:
        renew = Press("calendarnew", label=words("button-calendar-new"))
        return words("calendar-have", since=moment(given.made)), row(renew)
    # By the server's number, which stays where organizers give the page another name.
    url = f"{site}/{guild_id}/mine/{given.secret}.ics?lang={words.language}"
    return words("calendar-given", url=url), None


def file(words: Words, dated: Dated, programme: Programme) -> Attachment:
    """Return a person's sessions as a calendar file; raises `Refusal` where they have none."""
    if not dated.sessions:
        raise Refusal("calendar-empty")
    made = calendar(words, dated, programme, dated.sessions, lambda s: notes_link(programme, s), own=True)
    return Attachment("my-openspaces.ics", made)
