"""What organizers see of what people reported: one message a case, all of its reports, the list of cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import discord

from bot.domain.life import as_of
from bot.domain.models import Session, State
from bot.domain.names import clean_line, clean_text, escape, escaped
from bot.domain.reports import Act, Case, Deed, Report, SentOut
from bot.service.cases import MENU, CasePage, Whole
from bot.store.blocks import Block
from bot.ui.card import TEXTS_LENGTH
from bot.ui.guests import mention
from bot.ui.menus import OPTION_LENGTH, Menu
from bot.ui.presses import Press, row
from bot.ui.words import Words, clock, moment, relative

OPEN_COLOUR, CLOSED_COLOUR = 0xDA373C, 0x4E5058
SHOWN = 5
"""Reports that a case's message shows."""
WORDS = (160, 110, 60)
"""Code points of a report's words, or of what organizers said, in a case's message: the most that fits."""
PEOPLE = 20
"""People who were at the desk that are named."""
ACTS = 4
"""Acts that are shown, the last."""
WHOLE = 2
"""Reports on a page of all of them; their words take WHOLE_WORDS code points at most each, with all signs."""
WHOLE_WORDS = 1600
CASES = 5
"""Cases on a page, and people sent out beside them."""
OUTS = 3
NAME = 32
DANGER = discord.ButtonStyle.danger


def layout(
    words: Words, case: Case, now: datetime, *, named: bool = True, plain: bool = False
) -> discord.ui.LayoutView:
    """Return a case with its buttons. `named`: with who reported; `plain`: without strangers' words (R16)."""
    drawings = ("\n".join(_lines(words, case, now, room, named=named, plain=plain)) for room in WORDS)
    text = next(drawing for drawing in drawings if len(drawing) <= TEXTS_LENGTH)
    colour = CLOSED_COLOUR if case.closed else OPEN_COLOUR
    box: discord.ui.Container[Any] = discord.ui.Container(discord.ui.TextDisplay(text), accent_colour=colour)
    box.add_item(discord.ui.ActionRow(*_presses(words, case, now)))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(box)
    return view


def _lines(words: Words, case: Case, now: datetime, room: int, *, named: bool, plain: bool) -> Iterator[str]:
    """Yield all that stands in a case's message, with what people wrote in `room` code points each."""
    yield _title(words, case, plain=plain)
    yield from _facts(words, case, now, plain=plain)
    yield _count(words, case)
    yield from (_report(words, each, room, named=named, plain=plain) for each in case.reports[:SHOWN])
    if case.count > min(len(case.reports), SHOWN):
        yield words("case-more", n=case.count - min(len(case.reports), SHOWN))
    if not named:
        yield words("case-unnamed")
    if plain:
        yield words("case-plain")
    yield from (_act(words, each, room, plain=plain) for each in case.acts[-ACTS:])


def _title(words: Words, case: Case, *, plain: bool = False) -> str:
    key = "case-title-closed" if case.closed else "case-title"
    return words(key, number=case.id, about=_about(words, case, plain=plain))


def _count(words: Words, case: Case) -> str:
    count = words.count("case-reports", case.count)
    return f"{words('case-closed')} · {count}" if case.closed else count


def _about(words: Words, case: Case, *, plain: bool = False) -> str:
    if case.about_id is not None:
        return _person(words, case.about_id, "" if plain else case.about_name)
    if case.session is None:
        return words("case-nothing")
    return words("hidden-topic") if plain else escaped(case.session.topic, 100)


def _person(words: Words, user_id: int, name: str) -> str:
    """Return a person by name and mention: not every client knows everybody."""
    link = mention(words, user_id)
    return f"{escaped(name, NAME)} ({link})" if name else link


def _facts(words: Words, case: Case, now: datetime, *, plain: bool) -> Iterator[str]:
    session = case.session
    if session:
        session = as_of(session, now)
        if case.about_id is not None:
            topic = words("hidden-topic") if plain else escaped(session.topic, 100)
            yield words("case-where", topic=topic)
        host = _person(words, session.host_id, "" if plain else session.host_name)
        span = words("case-span", start=moment(session.start), end=clock(session.over))
        yield words("case-session", host=host, span=span, state=words(f"case-state-{_standing(session)}"))
    if case.present:
        inside = [f"<@{user_id}>" for user_id, voice in case.present if voice]
        before = [f"<@{user_id}>" for user_id, voice in case.present if not voice]
        if inside:
            yield words("case-present") + " " + _some(inside)
        if before:
            some = before[: max(3, PEOPLE - len(inside))]
            yield words("case-visited") + " " + _some(some, before)
    if case.blocked:
        yield words("case-is-blocked")


def _standing(session: Session) -> str:
    return {State.OPEN: "on", State.BOOKED: "ahead"}.get(session.state, "over")


def _some(shown: Sequence[str], every: Sequence[str] = ()) -> str:
    text = " ".join(shown[:PEOPLE])
    more = max(len(every), len(shown)) - min(len(shown), PEOPLE)
    return f"{text} +{more}" if more > 0 else text


def _report(words: Words, report: Report, room: int, *, named: bool, plain: bool) -> str:
    who = words("case-somebody")
    if named:
        who = _person(words, report.reporter_id, "" if plain else report.reporter_name)
    said = words("case-no-words")
    if report.words:
        said = words("case-hidden") if plain else escaped(clean_line(report.words, room), room)
    line = words("case-report", who=who, when=relative(report.at), said=said)
    return line + _link(words, report)


def _link(words: Words, report: Report) -> str:
    if not report.link:
        return ""
    author = "" if report.author_id is None else mention(words, report.author_id)
    return " " + words("case-link", link=report.link, author=author)


def _act(words: Words, act: Act, room: int = WORDS[1], *, plain: bool = False) -> str:
    text = words(f"case-act-{act.what}", who=mention(words, act.by), when=relative(act.at))
    if act.words and not plain:
        text += words("case-said", said=escaped(clean_line(act.words, room), room))
    return text


def _presses(words: Words, case: Case, now: datetime) -> list[Press]:
    """Return what can be done about a case; each button asks who clicks."""
    presses: list[Press] = []
    state = as_of(case.session, now).state if case.session else State.ENDED
    if state is State.OPEN:
        presses.append(Press("caseend", case.id, label=words("button-caseend"), style=DANGER))
    elif state is State.BOOKED:
        presses.append(Press("caseend", case.id, label=words("button-casecancel"), style=DANGER))
    if case.subject and case.blocked:
        presses.append(Press("caseunblock", case.id, label=words("button-caseunblock")))
    elif case.subject:
        presses.append(Press("caseblock", case.id, label=words("button-caseblock"), style=DANGER))
    presses.append(
        Press("caseanswer", case.id, label=words("button-caseanswer"), style=discord.ButtonStyle.primary)
    )
    if case.closed:
        presses.append(Press("casereopen", case.id, label=words("button-casereopen")))
    else:
        presses.append(Press("casedismiss", case.id, label=words("button-casedismiss")))
    return [*presses, Press("casewho", case.id, 0, label=words("button-casewho"))]


def whole(words: Words, found: Whole, *, named: bool) -> discord.ui.LayoutView:
    """Return a page of all reports of a case in full, and whose right to report can be taken."""
    case = found.case
    view = discord.ui.LayoutView(timeout=None)
    lines = [_title(words, case), _count(words, case)]
    for report in case.reports:
        who = words("case-somebody")
        if named:
            who = _person(words, report.reporter_id, report.reporter_name)
        lines.append(words("case-whole", who=who, when=moment(report.at)) + _link(words, report))
        lines.append(_quoted(report.words) if report.words else words("case-no-words"))
    if not named:
        lines.append(words("case-unnamed"))
    view.add_item(discord.ui.TextDisplay("\n".join(lines)))
    if named and found.reporters:
        options = [
            discord.SelectOption(
                label=clean_line(name, OPTION_LENGTH) or str(user_id), value=f"{case.id}-{user_id}"
            )
            for user_id, name in found.reporters[:MENU]
        ]
        menu = Menu("silence", options, placeholder=words("case-silence"))
        view.add_item(discord.ui.ActionRow(menu))
    if found.pages > 1:
        view.add_item(discord.ui.ActionRow(*_turns(words, ("casewho", case.id), found.number, found.pages)))
    return view


def _quoted(text: str) -> str:
    """Return a report's words in full, or as far as all the signs in them leave room; links are no links."""
    for room in (len(text), 500, 300):
        quoted = "\n".join(f"> {line}" for line in escape(clean_text(text, room)).splitlines())
        if len(quoted) <= WHOLE_WORDS:
            break
    return quoted


def _turns(words: Words, action: tuple[object, ...], number: int, pages: int) -> list[Press]:
    name, *about = action
    back = Press(str(name), *about, number - 1, label=words("button-back"), disabled=number == 0)
    more = Press(str(name), *about, number + 1, label=words("button-more"), disabled=number == pages - 1)
    return [back, more]


def listing(words: Words, page: CasePage, now: datetime) -> discord.ui.LayoutView:
    """Return a page of cases, who was sent out of desks that are on, and who may not report."""
    view = discord.ui.LayoutView(timeout=None)
    waiting = [case for case in page.cases if not case.closed]
    view.add_item(discord.ui.TextDisplay(words("cases" if page.cases else "cases-none")))
    for case in page.cases:
        press = Press("case", case.id, label=words("button-case"))
        view.add_item(discord.ui.Section(_entry(words, case), accessory=press))
    if page.cases and not waiting and page.number == 0:
        view.add_item(discord.ui.TextDisplay(words("cases-closed")))
    for out in page.outs[:OUTS]:
        press = Press("letin", out.id, label=words("button-letin"))
        view.add_item(discord.ui.Section(sent_out(words, out), accessory=press))
    if page.silenced:
        menu = Menu("letreport", _silenced(page.silenced), placeholder=words("cases-silenced"))
        view.add_item(discord.ui.ActionRow(menu))
    if page.pages > 1:
        view.add_item(discord.ui.ActionRow(*_turns(words, ("cases",), page.number, page.pages)))
    return view


def _silenced(people: Sequence[Block]) -> list[discord.SelectOption]:
    return [
        discord.SelectOption(
            label=clean_line(block.name, OPTION_LENGTH) or str(block.user_id), value=str(block.user_id)
        )
        for block in people[:MENU]
    ]


def _entry(words: Words, case: Case) -> str:
    facts = [words.count("case-reports", case.count)]
    if case.reports:
        facts.append(relative(case.reports[0].at))
    if case.outcome:
        facts.append(_act(words, case.outcome))
    key = "cases-entry-closed" if case.closed else "cases-entry"
    return words(key, number=case.id, about=_about(words, case)) + "\n" + " · ".join(facts)


def sent_out(words: Words, out: SentOut, *, plain: bool = False) -> str:
    """Return who was sent out of which desk, by whom and why, and whether they were let in again."""
    fields = {
        "name": _person(words, out.user_id, "" if plain else out.user_name),
        "topic": words("hidden-topic") if plain else escaped(out.session.topic, 100),
        "who": mention(words, out.by),
        "when": relative(out.at),
    }
    text = words("out", **fields)
    if out.reason and not plain:
        text += words("case-said", said=escaped(out.reason, 300))
    if out.undone:
        text += "\n" + words("out-undone", who=mention(words, out.undone_by), when=relative(out.undone))
    return text


def out_layout(words: Words, out: SentOut, now: datetime, *, plain: bool = False) -> discord.ui.LayoutView:
    """Return the message about somebody who was sent out, with the button that undoes it while that helps."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(discord.ui.TextDisplay(sent_out(words, out, plain=plain)))
    if out.undone is None and as_of(out.session, now).active:
        view.add_item(discord.ui.ActionRow(Press("letin", out.id, label=words("button-letin"))))
    return view


def done(words: Words, case: Case, what: Deed, *, changed: bool) -> tuple[str, discord.ui.View]:
    """Return what an organizer reads after an act, and the button that takes it back."""
    fields = {"number": case.id}
    if what is Deed.REOPENED:
        return words("case-open-again", **fields), row(Press("case", case.id, label=words("button-case")))
    last = case.outcome
    if not changed and last:
        text = words("case-already", **fields, act=_act(words, last))
    else:
        text = words(f"case-done-{what}", **fields)
        text += "\n" + words.count("case-reporters-told", case.count)
    presses = [Press("casereopen", case.id, label=words("button-casereopen"))]
    if case.blocked:
        presses.append(Press("caseunblock", case.id, label=words("button-caseunblock")))
    return text, row(*presses)
