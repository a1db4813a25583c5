"""What organizers read of whom they have blocked from hosting."""

from __future__ import annotations

from collections.abc import Sequence

from discord import app_commands

from bot.domain.models import Session, State
from bot.domain.names import clean_line, escape, escaped, fold, searchable
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service import Block, Blocked, Closed
from bot.ui.choices import CHOICE_LENGTH, OPTIONS, Choices, every_language
from bot.ui.moderating import (
    DANGER,
    MOST,
    TOPIC_LISTED,
    TOPIC_SHOWN,
    Answer,
    close_presses,
    listed,
    more,
    rebook_press,
)
from bot.ui.presses import Press, keep_press, row
from bot.ui.words import Words, moment

REASON_LENGTH = 600
"""Code points of an escaped reason beside a list."""


def blocked(words: Words, result: Blocked) -> Answer:
    """Return what a block means, what its person hosts, and a button for each way on and back."""
    block, coming = result.block, sum(s.state is State.BOOKED for s in result.sessions)
    name = escape(block.name)
    lines = [words("blocked-until" if block.until else "blocked", host=name, until=_until(block))]
    if block.reason:
        lines.append(words("blocked-why", reason=escaped(block.reason, REASON_LENGTH)))
    presses = [_unblock(words, block)]
    if result.sessions:
        lines += [words("blocked-hosts"), *listed(words, result.sessions)]
        presses += close_presses(words, result.sessions)
    if coming > 1:
        label = words("button-cancel-all", count=coming)
        presses.append(Press("blockcancel", block.user_id, label=label, style=DANGER))
    return "\n".join(lines), row(*presses)


def everyone(words: Words, blocks: Sequence[Block]) -> Answer | tuple[str, None]:
    """Return who is blocked, why and until when, each with a button that takes it back."""
    if not blocks:
        return words("blocked-none"), None
    lines = [words("blocked-list")]
    for block in blocks[:MOST]:
        fields = {"host": escape(block.name), "until": _until(block)}
        line = words("blocked-line-until" if block.until else "blocked-line", **fields)
        lines.append(line + (f" · {escaped(block.reason, TOPIC_LISTED)}" if block.reason else ""))
    lines += more(words, len(blocks))
    presses = [_unblock(words, block, named=True) for block in blocks[:MOST]]
    return "\n".join(lines), row(*presses)


def unblocked(words: Words, name: str, *, was: bool) -> str:
    """Return that a person may host again."""
    return words("unblocked" if was else "unblocked-already", host=escape(name))


def ask_cancel_all(words: Words, sessions: Sequence[Session], user_id: int) -> Answer:
    """Return the question before all that somebody has booked is cancelled."""
    lines = [words.count("ask-cancel-all", len(sessions), host=escape(sessions[0].host_name))]
    return "\n".join([*lines, *listed(words, sessions)]), row(
        Press("blockcancelnow", user_id, label=words("button-cancel-them"), style=DANGER),
        Press("blockcancelwhy", user_id, label=words("button-why")),
        keep_press(words),
    )


def cancelled_all(words: Words, done: Sequence[Closed], minutes: int) -> Answer | tuple[str, None]:
    """Return what was cancelled, each with the button that books it again."""
    if not done:
        return words("cancelled-none"), None
    sessions = [closed.session for closed in done]
    lines = [words.count("cancelled-all", len(done)), *listed(words, sessions)]
    lines.append(words("cancelled-undo", minutes=minutes))
    return "\n".join(lines), row(*(rebook_press(words, each, named=True) for each in sessions[:MOST]))


def choices(words: Words, blocks: Sequence[Block], typed: str, programme: Programme) -> Choices:
    """Return those who are blocked and whose name has the words in it, as choices."""
    found = [block for block in blocks if searchable(typed) in searchable(block.name)]
    named = [(_label(words, block, programme), str(block.user_id)) for block in found[:OPTIONS]]
    return [app_commands.Choice(name=name, value=value) for name, value in named]


def meant(typed: str, blocks: Sequence[Block], programme: Programme) -> Block:
    """Return who is meant by an id, a mention, a shown choice or words of a name; raises `Refusal`."""
    number, text = typed.strip().strip("<@!>"), fold(typed)
    for block in blocks:
        labels = {fold(_label(words, block, programme)) for words in every_language()}
        if number == str(block.user_id) or text in labels:
            return block
    exact = [block for block in blocks if text == fold(block.name)]
    hits = exact or [block for block in blocks if searchable(typed) in searchable(block.name)]
    if len(hits) != 1:
        raise Refusal("not-blocked" if not hits else "blocked-which", text=typed)
    return hits[0]


def _label(words: Words, block: Block, programme: Programme) -> str:
    if block.until is None:
        return clean_line(block.name, CHOICE_LENGTH)
    until = words.start(programme.local(block.until))
    return words("choice-until", name=block.name, until=until, clock=words.clock_of(programme.zone))


def _until(block: Block) -> str:
    return moment(block.until) if block.until else ""


def _unblock(words: Words, block: Block, *, named: bool = False) -> Press:
    name = clean_line(block.name, TOPIC_SHOWN)
    label = words("button-unblock-it", name=name) if named else words("button-unblock")
    return Press("unblock", block.user_id, label=label)
