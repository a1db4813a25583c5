"""R12 for organizers: what no longer fits, what to do with each, and what came of a change of settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import discord

from bot.domain.misfits import Why
from bot.domain.models import State
from bot.domain.names import escape, escaped
from bot.domain.programme import Programme
from bot.service.leftovers import Decision, Left, Leftover, Settled, What
from bot.service.revisions import Revision
from bot.service.wording import REASON_LENGTH
from bot.ui.answer import refused
from bot.ui.forms import form, text_input
from bot.ui.layouts import fitting, layout
from bot.ui.menus import Menu
from bot.ui.presses import Press
from bot.ui.setting_values import WINDOWS
from bot.ui.settings import change_lines, counts_line
from bot.ui.words import Words, clock, moment

FORM = "openspace-misfit"
TOPIC_LENGTH, HOST_LENGTH = 160, 48
"""Code points of an escaped topic, and of a host's name."""
CHANGES_LENGTH, SETTLED_LENGTH = 1200, 2000
"""Code points of what is changed, and of what became of sessions: with a page of these they fit a message."""
ALL = 0
"""In place of a session's id: all about which nothing was decided."""

Part = str | Sequence[discord.ui.Item[Any]]


def pending(words: Words, made: Revision, guild: discord.Guild) -> discord.ui.LayoutView:
    """Return the question before a change is in force: what it changes, what it leaves over, what to do."""
    left = made.left
    lines = [words("revision-ask"), *_changes(words, made, guild)]
    if left.total:
        lines += [words.count("revision-left", left.total), words("revision-left-about")]
    return layout(
        "\n".join(lines),
        *_entries(words, left, made.after.programme, made.id),
        _pages(left, words, "revision", made.id),
        _confirming(words, made),
    )


def _changes(words: Words, made: Revision, guild: discord.Guild) -> list[str]:
    lines = change_lines(words, made, guild)
    return fitting(lines, CHANGES_LENGTH, lambda n: words.count("and-more", n))


def _confirming(words: Words, made: Revision) -> list[Press]:
    left, decided = made.left, made.left.decided or {}
    acts = decided.get(What.MOVE, 0) + decided.get(What.CLOSE, 0)
    apply, keep = discord.ButtonStyle.success, discord.ButtonStyle.primary
    presses = []
    if acts:
        rest = left.total - acts
        label = words("button-apply-decided", move=decided[What.MOVE], close=decided[What.CLOSE], keep=rest)
        presses.append(Press("revisionapply", made.id, label=label, style=apply))
    label = words("button-keep-all" if left.total else "button-apply")
    presses.append(Press("revisionkeep", made.id, label=label, style=keep if acts else apply))
    if left.total:
        close = Press("revisionclose", made.id, label=words("button-close-rest"))
        presses.append(close)
    presses.append(Press("revisiondrop", label=words("button-drop")))
    return presses


def leftover_page(
    words: Words, left: Leftover, programme: Programme, news: str = ""
) -> discord.ui.LayoutView:
    """Return what no longer fits under the rules of now; what is chosen is done at once."""
    lines = [news, words("misfits-title")] if news else [words("misfits-title")]
    if left.total:
        lines.append(words.count("misfits-count", left.total))
    else:
        lines.append(words("misfits-none"))
    back = [Press("status", label=words("button-status"))]
    return layout(
        "\n".join(lines), *_entries(words, left, programme, 0), _pages(left, words, "misfits"), back
    )


def _entries(words: Words, left: Leftover, programme: Programme, revision: int) -> list[Part]:
    parts: list[Part] = []
    for number, each in enumerate(left.shown):
        parts.append(_entry(words, each, programme))
        options = _options(words, each, f"{revision}:{each.misfit.session.id}:{left.number}")
        key = "menu-kept" if each.kept else "menu-decide"
        parts.append([Menu("misfit", options, placeholder=words(key), part=chr(ord("a") + number))])
    return parts


def _entry(words: Words, left: Left, programme: Programme) -> str:
    session = left.misfit.session
    facts = [
        words("entry-time", start=moment(session.start), end=clock(session.end)),
        words("entry-host", host=escaped(session.host_name, HOST_LENGTH)),
    ]
    if left.people:
        facts.append(words.count("entry-people", left.people))
    lines = [words("entry-topic", topic=escaped(session.topic, TOPIC_LENGTH)), " · ".join(facts)]
    lines.append("-# " + why_text(words, left.misfit.why, programme))
    if left.decision and left.decision.what is What.CLOSE and left.decision.reason:
        lines.append("-# " + words("paused-why", reason=escaped(left.decision.reason, TOPIC_LENGTH)))
    return "\n".join(lines)


def why_text(words: Words, why: Why, programme: Programme) -> str:
    """Return which rule a session breaks."""
    limits = programme.limits
    fields = {"limit": limits.parallel_limit, "least": limits.min_minutes, "most": limits.max_minutes}
    return words(f"misfit-{why}", **fields)


def _options(words: Words, left: Left, about: str) -> list[discord.SelectOption]:
    """Return what may become of a session: kept, moved to a time that fits, called off with a word."""
    session, chosen = left.misfit.session, left.decision
    close = "decide-end" if session.state is State.OPEN else "decide-cancel"
    decisions = [
        (words("decide-keep"), Decision(What.KEEP)),
        *(
            (words("decide-move", span=words.span(slot)), Decision(What.MOVE, slot.start))
            for slot in left.offers
        ),
        (words(close), Decision(What.CLOSE)),
    ]
    return [
        discord.SelectOption(
            label=label,
            value=f"{about}:{each.what}:{int(each.start.timestamp()) if each.start else 0}",
            default=chosen is not None and (chosen.what, chosen.start) == (each.what, each.start),
        )
        for label, each in decisions
    ]


def _pages(left: Leftover, words: Words, action: str, *about: int) -> list[Press]:
    if left.pages == 1:
        return []
    number, last = left.number, left.pages - 1
    return [
        Press(action, *about, number - 1, label=words("button-back"), disabled=number == 0),
        Press(action, *about, number + 1, label=words("button-more"), disabled=number == last),
    ]


def misfit_form(words: Words, revision: int, session: int, page: int) -> discord.ui.Modal:
    """Return the form for the word that people read of a session that is called off."""
    reason = text_input("reason", words, "", REASON_LENGTH)
    return form(words, words("form-misfit-title"), f"{FORM}:{revision}:{session}:{page}", {"reason": reason})


def done(
    words: Words, made: Revision, guild: discord.Guild, extra: Sequence[str] = ()
) -> discord.ui.LayoutView:
    """Return what has changed, from when that counts, what became of sessions, and how to undo it."""
    if not made.keys:
        return layout("\n".join([words("revision-same"), *extra]))
    lines = [words("revision-done"), *_changes(words, made, guild), *extra]
    lines.append(counts_line(words, made.keys))
    settled = [settled_line(words, each) for each in made.settled]
    lines += fitting(settled, SETTLED_LENGTH, lambda n: words.count("and-more", n))
    acted = sum(each.refusal is None for each in made.settled)
    if kept := made.left.total - acted:
        lines.append(words.count("revision-kept", kept))
    presses = [Press("revisionundo", made.id, label=words("button-undo"))]
    if WINDOWS in made.keys:
        presses.append(Press("windows", 0, label=words("button-windows")))
    else:
        presses.append(Press("settings", 0, label=words("button-settings")))
    return layout("\n".join(lines), presses)


def settled_line(words: Words, settled: Settled) -> str:
    """Return what became of one session, or why it stays."""
    session = settled.session
    fields = {"topic": escape(session.topic)}
    if settled.refusal:
        return words("settled-not", **fields, why=refused(words, settled.refusal).text)
    if settled.decision.what is What.MOVE:
        return words("settled-moved", **fields, start=moment(session.start))
    if settled.decision.what is What.KEEP:
        return words("settled-kept", **fields)
    return words("settled-ended" if session.state is State.ENDED else "settled-cancelled", **fields)


def start_of(stamp: str) -> datetime | None:
    """Return the start that a choice names, None for none."""
    return datetime.fromtimestamp(int(stamp), UTC) if int(stamp) else None
