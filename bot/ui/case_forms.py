"""The forms of organizers about a case, and that of a host who sends somebody out.

What a form is about stands in its custom_id: it works after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.domain.models import Session, State
from bot.domain.names import clean_line
from bot.service.cases import ANSWER_LENGTH
from bot.service.people import Person
from bot.service.wording import REASON_LENGTH
from bot.ui.forms import components, form, text_input
from bot.ui.menus import OPTION_LENGTH, OPTIONS
from bot.ui.words import Words

END_FORM = "openspace-caseend"
BLOCK_FORM = "openspace-caseblock"
ANSWER_FORM = "openspace-caseanswer"
SEND_OUT_FORM = "openspace-sendout"
FOR_GOOD = "0"
HOURS = (FOR_GOOD, "1", "4", "24")
"""How long somebody may not host."""


def end_form(words: Words, case_id: int, session: Session) -> discord.ui.Modal:
    """Return the form that asks why a session is ended, or cancelled; sending it does so."""
    key = "form-caseend-title" if session.state is State.OPEN else "form-casecancel-title"
    reason = text_input("reason", words, "", REASON_LENGTH)
    return form(words, words(key), f"{END_FORM}:{case_id}", {"reason": reason})


def block_form(words: Words, case_id: int) -> discord.ui.Modal:
    """Return the form that asks why and for how long somebody may not host."""
    options = [
        discord.SelectOption(
            label=words("block-good") if hours == FOR_GOOD else words.count("block-hours", int(hours)),
            value=hours,
            default=hours == FOR_GOOD,
        )
        for hours in HOURS
    ]
    fields: dict[str, discord.ui.Item[Any]] = {
        "why": text_input("why", words, "", REASON_LENGTH),
        "hours": discord.ui.Select(custom_id="hours", required=True, options=options),
    }
    return form(words, words("form-caseblock-title"), f"{BLOCK_FORM}:{case_id}", fields)


def read_block(data: Any) -> tuple[str, int | None]:
    """Return the reason, and for how many hours; None: for good."""
    fields = components(data)
    hours = fields["hours"]["values"][0]
    return str(fields["why"]["value"]), None if hours == FOR_GOOD else int(hours)


def answer_form(words: Words, case_id: int) -> discord.ui.Modal:
    """Return the form for words to those who reported."""
    answer = text_input("answer", words, "", ANSWER_LENGTH, required=True)
    return form(words, words("form-caseanswer-title"), f"{ANSWER_FORM}:{case_id}", {"answer": answer})


def read_answer(data: Any) -> str:
    """Return what an organizer answers those who reported."""
    return str(components(data)["answer"]["value"])


def send_out_form(words: Words, session_id: int, people: Sequence[Person]) -> discord.ui.Modal:
    """Return the form that asks a host whom to send out of those who are at the desk, and why.

    Where they are more than a menu holds, Discord's own search for members is shown.
    """
    choice: discord.ui.Item[Any] = discord.ui.UserSelect(custom_id="person", required=True)
    if len(people) <= OPTIONS:
        options = [
            discord.SelectOption(
                label=clean_line(each.name, OPTION_LENGTH) or str(each.id), value=str(each.id)
            )
            for each in people
        ]
        choice = discord.ui.Select(custom_id="person", required=True, options=options)
    fields = {"person": choice, "told": text_input("told", words, "", REASON_LENGTH)}
    return form(words, words("form-sendout-title"), f"{SEND_OUT_FORM}:{session_id}", fields)


def read_send_out(data: Any) -> tuple[int, str]:
    """Return whom a host sends out, and why."""
    fields = components(data)
    return int(fields["person"]["values"][0]), str(fields["told"]["value"])
