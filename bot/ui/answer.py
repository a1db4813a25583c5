"""The one boundary between people and code: acknowledge, do the work, answer; a refusal becomes words.

Every slash command, button and form goes through `answer`. What a rule refuses is said kindly and seen
only by the person; anything else gets an incident number that the log has too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import discord
import structlog

from bot.domain.names import clean_line, escape
from bot.domain.refusal import Refusal
from bot.ui.gate import gate_of
from bot.ui.presses import refusal_buttons
from bot.ui.words import Words, moment, words_for

log = structlog.get_logger("answer")

MISSING: Any = discord.utils.MISSING
QUIET = discord.AllowedMentions.none()
TOO_LATE = {10062, 10015, 50027, 40060}
"""Discord's words for an interaction that is over: unknown, unknown webhook, invalid token, acknowledged."""
FIELD_LENGTH = 100
"""Code points of a stranger's words in a refusal."""
_INSTANT = re.compile(r"<t:\d{1,12}>", re.ASCII)

View = discord.ui.View | discord.ui.LayoutView


@dataclass(slots=True)
class Reply:
    """What a person gets to read: words with buttons under them, or a layout that carries its own words."""

    text: str | None = None
    view: View | None = None
    then: Callable[[], None] | None = None
    """Called once the words are shown, so that a later change of them cannot come before."""


class Ack(Enum):
    """How an interaction is acknowledged before any work is done (R15)."""

    THINK = "a new message that only the person sees"
    UPDATE = "the message with the button is changed"
    SELF = "the work responds by itself, as one that opens a form must"


Work = Callable[[Words], Awaitable[Reply | None]]


async def answer(
    interaction: discord.Interaction, work: Work, ack: Ack = Ack.THINK, pick: str = "join"
) -> None:
    """Ask whether this person takes part here (R19), acknowledge, do the work, show its reply or why not.

    `pick` is what the buttons do where words match several sessions: the action of a `Press`.
    """
    words = words_for(interaction.locale)
    try:
        await gate_of(interaction).check(interaction)
        if ack is not Ack.SELF:
            await interaction.response.defer(ephemeral=True, thinking=ack is Ack.THINK)
        reply = await work(words)
    except Refusal as refusal:
        await _explain(interaction, refused(words, refusal, pick), ack)
    except Exception as error:  # noqa: BLE001 - the boundary: nothing is swallowed, all of it is logged
        if not _too_late(interaction, error):
            await _explain(interaction, _incident(interaction, words, "incident"), ack)
    else:
        if reply:
            await _deliver(interaction, words, reply, ack)


async def _deliver(interaction: discord.Interaction, words: Words, reply: Reply, ack: Ack) -> None:
    """Show what was done. Where that fails, it must not read as if nothing had been done (R15)."""
    try:
        await _show(interaction, reply)
    except Exception as error:  # noqa: BLE001 - as above
        if not _too_late(interaction, error):
            await _explain(interaction, _incident(interaction, words, "incident-unshown"), ack)
    if reply.then:
        reply.then()


def _too_late(interaction: discord.Interaction, error: Exception) -> bool:
    if not isinstance(error, discord.HTTPException) or error.code not in TOO_LATE:
        return False
    log.warning("too late to answer", interaction=interaction.id, code=error.code)
    return True


async def _show(interaction: discord.Interaction, reply: Reply) -> None:
    if not interaction.response.is_done():
        view: Any = reply.view or MISSING
        await interaction.response.send_message(reply.text, ephemeral=True, allowed_mentions=QUIET, view=view)
    else:
        await interaction.edit_original_response(content=reply.text, view=reply.view, allowed_mentions=QUIET)


async def _explain(interaction: discord.Interaction, reply: Reply, ack: Ack) -> None:
    """Say why not: beside the message with the button, never in its place."""
    try:
        if ack is Ack.UPDATE and interaction.response.is_done():
            view: Any = reply.view or MISSING
            await interaction.followup.send(
                reply.text or "", ephemeral=True, allowed_mentions=QUIET, view=view
            )
        else:
            await _show(interaction, reply)
    except Exception as error:  # noqa: BLE001 - nobody is left to be told but the log
        log.warning("an answer did not arrive", interaction=interaction.id, error=str(error))


def _incident(interaction: discord.Interaction, words: Words, key: str) -> Reply:
    number = secrets.token_hex(4)
    log.exception(key, number=number, interaction=interaction.id, guild=interaction.guild_id)
    return Reply(words(key, number=number))


def refused(words: Words, refusal: Refusal, pick: str = "join") -> Reply:
    """Return a refusal in words: what happened, why, and one click for each way on (R6)."""
    text = words(f"refusal-{refusal.code}", **shown(refusal.fields))
    if refusal.offers and (refusal.draft is not None or refusal.session is not None):
        zone = refusal.offers[0].start.tzinfo
        text += "\n" + words("refusal-offers", clock=words.clock_of(zone) if zone else "UTC")
    if refusal.choices:
        text += "\n" + words("refusal-choices")
    for number, session in enumerate(refusal.choices, start=1):
        fields = {"topic": session.topic, "host": session.host_name, "start": session.start}
        text += "\n" + words("refusal-choice", number=number, **shown(fields))
    return Reply(text, refusal_buttons(words, refusal, pick))


def shown(fields: Mapping[str, object]) -> dict[str, object]:
    """Return fields fit for a message: instants as timestamps (R1), strangers' words escaped (R16)."""
    return {name: _shown(name, value) for name, value in fields.items()}


def _shown(name: str, value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if not isinstance(value, str) or (name == "text" and _INSTANT.fullmatch(value)):
        return value  # an instant is what the menus of times send: Discord draws it
    return escape(clean_line(value, FIELD_LENGTH))
