"""What people read who report something: the form, the thanks, and what came of it."""

from __future__ import annotations

from typing import Any

import discord

from bot.domain.names import clean_line, escape, escaped
from bot.domain.reports import Act, Case, Deed, SentOut, newest_answer
from bot.service.reports import WORDS_LENGTH
from bot.ui.conduct import contact
from bot.ui.forms import components, form, text_input
from bot.ui.presses import Press, row
from bot.ui.words import Words, moment

SESSION_FORM = "openspace-report"
MEMBER_FORM = "openspace-report-member"
MESSAGE_FORM = "openspace-report-message"


def report_form(words: Words, kind: str, *about: int) -> discord.ui.Modal:
    """Return the form that asks what happened; what it is about stands in its custom_id."""
    custom_id = ":".join((kind, *map(str, about)))
    return form(
        words,
        words("form-report-title"),
        custom_id,
        {"report": text_input("report", words, "", WORDS_LENGTH)},
    )


def read_report(data: Any) -> str:
    """Return what a person wrote, which may be nothing."""
    return str(components(data)["report"].get("value") or "")


def thanks(words: Words, case_id: int, conduct: str, *, again: bool) -> tuple[str, discord.ui.View]:
    """Return what one reads who has reported something, and the button that tells what came of it."""
    lines = [words("report-again" if again else "report-thanks")]
    if conduct:
        lines.append(words("report-help") + " " + contact(conduct))
    return "\n".join(lines), row(Press("howgoes", case_id, label=words("button-howgoes")))


def state(words: Words, case: Case) -> str:
    """Return how it goes with what somebody reported."""
    if case.outcome is None:
        return words("report-open", opened=moment(case.opened))
    return _outcome(words, case, case.outcome)


def outcome(words: Words, case: Case, server: str) -> str:
    """Return what came of a report, for one who may read it anywhere."""
    name = escape(clean_line(server, 100))
    return words("report-news", server=name) + "\n" + state(words, case)


def _outcome(words: Words, case: Case, last: Act) -> str:
    fields = {"opened": moment(case.opened)}
    deeds = [act.what for act in case.acts]
    if Deed.ENDED in deeds:
        text = words("report-ended", **fields)
    elif Deed.CANCELLED in deeds:
        text = words("report-cancelled", **fields)
    elif last.what is Deed.DISMISSED:
        text = words("report-dismissed", **fields)
    else:
        text = words("report-acted", **fields)
    if said := newest_answer(case.acts):
        quoted = "\n".join(f"> {line}" for line in escape(said).splitlines())
        text += "\n" + words("report-answer") + "\n" + quoted[:1500]
    return text


def why_out(words: Words, out: SentOut, server: str, conduct: str) -> str:
    """Return what somebody reads who was sent out of a desk."""
    name = escape(clean_line(server, 100))
    lines = [words("out-told", server=name, topic=escaped(out.session.topic, 100))]
    if out.reason:
        lines.append(words("out-why") + " " + escaped(out.reason, 600))
    lines.append(words("out-wrong"))
    if conduct:
        lines.append(words("report-help") + " " + contact(conduct))
    return "\n".join(lines)
