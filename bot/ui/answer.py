"""The one boundary between people and code: do the work, answer in time; a refusal becomes words.

Every slash command, button and form goes through `answer`. What a rule refuses is said kindly and seen
only by the person; anything else gets an incident number that the log has too.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from time import monotonic
from typing import Any

import discord
import structlog

from bot.domain.models import Window, name_in
from bot.domain.names import clean_line, escape
from bot.domain.refusal import Refusal
from bot.ui.exchange import TOO_LATE, Ack, Exchange, Reply
from bot.ui.faults import fault_lines
from bot.ui.gate import gate_of
from bot.ui.known_names import names_of
from bot.ui.place import question_of, took, ways_on, with_panel
from bot.ui.presses import Press, refusal_buttons, row
from bot.ui.words import Words, clock, moment, relative, words_for

__all__ = ["Ack", "Reply", "answer", "in_its_kind", "placed", "refused", "shown"]

log = structlog.get_logger("answer")

FIELD_LENGTH = 100
"""Code points of a stranger's words in a refusal."""
REASON_LENGTH = 500
"""Code points of what organizers give as their reason: it is to be read whole."""
_INSTANT = re.compile(r"<t:\d{1,12}>", re.ASCII)

ROW = 5
"""Buttons in a row."""

Work = Callable[[Words], Awaitable[Reply | discord.ui.Modal]]


async def answer(
    interaction: discord.Interaction,
    work: Work,
    ack: Ack = Ack.THINK,
    pick: str = "join",
    *,
    gated: bool = True,
) -> None:
    """Ask whether this person takes part here (R19), do the work, show its reply or form, or why not.

    `gated`: not what organizers do, which is checked by `work` itself.

    What is pressed on a message that only the person sees is answered in its place, refusals too: the private
    side stays one message. `gated` is for everybody; organizers' commands say where their answers go.

    Work that is done at once is answered by one request; slower work is acknowledged beside (R15). It runs
    once and to its end, whatever becomes of that. `pick` is what the buttons do where words match several
    sessions: the action of a `Press`.
    """
    words, began = words_for(interaction.locale), monotonic()
    own = gated and is_own(interaction)
    question = question_of(interaction) if gated else None
    if own and ack is Ack.THINK:
        ack = Ack.UPDATE
    with Exchange(interaction, ack, own=own, question=question) as exchange:
        inside = False
        try:
            await exchange.begin()
            if gated:
                await gate_of(interaction).check(interaction)
                inside = True  # only who takes part sees a panel drawn anew
            reply = await work(words)
        except Refusal as refusal:
            outcome, why = "refused", refused(words, refusal, pick)
            why = await _why(interaction, words, why, inside=inside) if own else why
            await _explain(interaction, exchange, why, beside=False)
        except Exception as error:  # noqa: BLE001 - the boundary: nothing is swallowed, all of it is logged
            outcome = "late" if _too_late(interaction, error) else "failed"
            if outcome == "failed":
                await _explain(interaction, exchange, _incident(interaction, words, "incident"))
        else:
            if own and isinstance(reply, Reply):
                reply = await placed(interaction, words, reply, inside=inside)
            outcome = await _deliver(interaction, words, exchange, reply)
    _tell(interaction, outcome, monotonic() - began)
    await names_of(interaction).hear(interaction)
    await interaction.client.cases.tell_next(interaction)  # type: ignore[attr-defined]


def _tell(interaction: discord.Interaction, outcome: str, seconds: float) -> None:
    """Tell who counts answers, where somebody does."""
    if hear := getattr(interaction.client, "answered", None):
        hear(interaction, outcome, seconds)


async def _deliver(
    interaction: discord.Interaction, words: Words, exchange: Exchange, reply: Reply | discord.ui.Modal
) -> str:
    """Show what was done; return what came of it.

    Where that fails, it must not read as if nothing had been done (R15).
    """
    outcome = "done"
    await exchange.settled()
    unshown = "incident-unshown" if isinstance(reply, Reply) else "incident"
    try:
        if isinstance(reply, Reply):
            await exchange.show(reply)
        elif exchange.acknowledged:
            await exchange.say(Reply(words("form-late")))
        else:
            await exchange.open(reply)
    except Exception as error:  # noqa: BLE001 - as above
        outcome = "late" if _too_late(interaction, error) else "unshown"
        if outcome == "unshown":
            await _explain(interaction, exchange, _incident(interaction, words, unshown))
    took(interaction, exchange.message_id)
    if isinstance(reply, Reply) and reply.then:
        reply.then()
    return outcome


async def _why(interaction: discord.Interaction, words: Words, why: Reply, *, inside: bool) -> Reply:
    """Return a refusal for the place of the message with the button; what was typed is not lost with that."""
    if why.view is None and (presses := ways_on(interaction.message)):
        why.view = row(*presses)
    return await placed(interaction, words, why, inside=inside)


async def placed(
    interaction: discord.Interaction, words: Words, reply: Reply, *, inside: bool = True
) -> Reply:
    """Return a reply that can take the place of the message with the button, with the panel of now below."""
    if not is_own(interaction):
        return reply
    whole = await with_panel(interaction, words, reply) if inside else None
    return whole or in_its_kind(interaction, words, reply)


def is_own(interaction: discord.Interaction) -> bool:
    """Whether a button, menu or form was on a message that only this person sees."""
    return interaction.message is not None and interaction.message.flags.ephemeral


def in_its_kind(interaction: discord.Interaction, words: Words, reply: Reply) -> Reply:
    """Return a reply that can take the place of the message with the button.

    A layout stays a layout (https://docs.discord.com/developers/components/reference): its page gives way to
    the answer, with a way back to the list.
    """
    message = interaction.message
    if message is None or not message.flags.components_v2 or isinstance(reply.view, discord.ui.LayoutView):
        return reply
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(reply.text or ""))
    presses: list[discord.ui.Item[Any]] = [*(reply.view.children if reply.view else ())]
    presses.append(Press("list", "board", "", 0, label=words("button-list")))
    for start in range(0, len(presses), ROW):
        view.add_item(discord.ui.ActionRow(*presses[start : start + ROW]))
    return replace(reply, text=None, view=view)


def _too_late(interaction: discord.Interaction, error: Exception) -> bool:
    if not isinstance(error, discord.HTTPException) or error.code not in TOO_LATE:
        return False
    log.warning("too late to answer", interaction=interaction.id, code=error.code)
    return True


async def _explain(
    interaction: discord.Interaction, exchange: Exchange, reply: Reply, *, beside: bool = True
) -> None:
    """Say why not; where that fails too, nobody is left to be told but the log.

    What is our fault takes nothing away: it is said `beside` what the person had.
    """
    await exchange.settled()
    try:
        await exchange.say(reply, beside=beside)
        if not beside:
            took(interaction, exchange.message_id)
    except Exception as error:  # noqa: BLE001 - as above
        log.warning("an answer did not arrive", interaction=interaction.id, error=str(error))


def _incident(interaction: discord.Interaction, words: Words, key: str) -> Reply:
    number = secrets.token_hex(4)
    log.exception(key, number=number, interaction=interaction.id, guild=interaction.guild_id)
    return Reply(words(key, number=number))


def refused(words: Words, refusal: Refusal, pick: str = "join") -> Reply:
    """Return a refusal in words: what happened, why, and one click for each way on (R6)."""
    text = words(f"refusal-{refusal.code}", **shown(refusal.fields, words))
    if refusal.offers and (refusal.draft is not None or refusal.session is not None):
        zone = refusal.offers[0].start.tzinfo
        text += "\n" + words("refusal-offers", clock=words.clock_of(zone) if zone else "UTC")
    if refusal.choices:
        text += "\n" + words("refusal-choices")
    for number, session in enumerate(refusal.choices, start=1):
        fields = {"topic": session.topic, "host": session.host_name, "start": session.start}
        text += "\n" + words("refusal-choice", number=number, **shown(fields, words))
    return Reply(text, refusal_buttons(words, refusal, pick))


def shown(fields: Mapping[str, object], words: Words) -> dict[str, object]:
    """Return fields fit for a message: instants as timestamps (R1), strangers' words escaped (R16).

    Of each instant there is also how far ahead it is, `startahead`, and the clock alone, `startclock`.

    Windows are shown by their name in the reader's language, faults as lines.
    """
    instants = {name: at for name, at in fields.items() if isinstance(at, datetime)}
    beside = {f"{name}ahead": relative(at) for name, at in instants.items()}
    beside |= {f"{name}clock": clock(at) for name, at in instants.items()}
    return beside | {name: _shown(name, value, words) for name, value in fields.items()}


def _shown(name: str, value: object, words: Words) -> object:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Window):
        value = name_in(words.language, value)
    if name == "faults":
        return fault_lines(words, value)
    if name == "host" and not value:
        return words("person-forgotten")
    if not isinstance(value, str) or (name == "text" and _INSTANT.fullmatch(value)):
        return value  # an instant is what the menus of times send: Discord draws it
    return escape(clean_line(value, REASON_LENGTH if name == "reason" else FIELD_LENGTH))
