"""Windows and highlights as organizers list, choose and edit them, by the conference's clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from typing import Any

import discord
from discord import app_commands

from bot.domain.models import Highlight, Window
from bot.domain.names import clean_line, escape, fold, searchable
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.windows import NAME_LENGTH, Typed, Which
from bot.ui.choices import OPTIONS, Choices, every_language
from bot.ui.forms import components, form, text_input
from bot.ui.layouts import layout
from bot.ui.menus import OPTION_LENGTH, Menu
from bot.ui.presses import Press
from bot.ui.window_texts import Span, span_label, spans
from bot.ui.words import Words, clock, moment, words_for

PAGE = 10
"""Windows and highlights on a page."""
FORM = "openspace-window"
TIME_LENGTH = 60
NEW = 2
"""What a form's number says: 0 a window, 1 a highlight, two more for a new one."""


def which_of(span: Span, programme: Programme) -> Which:
    """Return what names a window or highlight."""
    opens = programme.local(span.start).replace(tzinfo=None)
    return Which(opens, isinstance(span, Highlight))


def which_value(span: Span) -> str:
    """Return a window or highlight for a choice: no two of a kind open at once."""
    return f"{'h' if isinstance(span, Highlight) else 'w'}{int(span.start.timestamp())}"


def span_choices(words: Words, typed: str, programme: Programme, now: datetime) -> Choices:
    """Return the windows and highlights whose label, in any language, holds the text; what is over last."""
    wanted = searchable(typed)
    found = [span for span in spans(programme) if wanted in searchable(" ".join(_labels(span, programme)))]
    found.sort(key=lambda span: span.end <= now)
    return [
        app_commands.Choice(name=span_label(words, span, programme), value=which_value(span))
        for span in found[:OPTIONS]
    ]


def read_which(typed: str, programme: Programme) -> Which:
    """Return the window or highlight that is meant, by value, label, or words of it; raises `Refusal`."""
    every = list(spans(programme))
    found = [span for span in every if typed == which_value(span)]
    found = found or [s for s in every if fold(typed) in {fold(each) for each in _names(s, programme)}]
    wanted = searchable(typed)
    found = found or [s for s in every if wanted and wanted in searchable(" ".join(_labels(s, programme)))]
    if not found:
        raise Refusal("no-window", text=clean_line(typed, TIME_LENGTH))
    if len(found) > 1:
        raise Refusal("which-window", text=clean_line(typed, TIME_LENGTH))
    return which_of(found[0], programme)


def _labels(span: Span, programme: Programme) -> list[str]:
    return [span_label(words, span, programme) for words in every_language()]


def _names(span: Span, programme: Programme) -> list[str]:
    return [*_labels(span, programme), span.name, span.name_zh]


def usual_names(day: date, programme: Programme, *, highlight: bool) -> tuple[str, str]:
    """Return the names, in English and in Chinese, of a window or highlight that was given none."""
    number = sorted({day, *programme.days()}).index(day) + 1
    taken = {window.name for window in programme.windows}
    return _usual(words_for("en"), day, number, taken, highlight), _usual(
        words_for("zh-TW"), day, number, taken, highlight
    )


def _usual(words: Words, day: date, number: int, taken: Collection[str], highlight: bool) -> str:
    """Return 'Day 3', or the date where there is such a name already."""
    if highlight:
        return words("highlight-usual")
    is_new = words_for("en")("window-name", number=number) not in taken
    return words("window-name", number=number) if is_new else words.day(day)


def windows_page(
    words: Words,
    programme: Programme,
    counts: Mapping[Window, int],
    now: datetime,
    number: int = 0,
    *,
    news: str = "",
) -> discord.ui.LayoutView:
    """Return a page of all windows and highlights, with menus to edit and to remove one; `news` go first."""
    every = list(spans(programme))
    pages = max(1, -(-len(every) // PAGE))
    number = max(0, min(number, pages - 1))
    chosen = every[number * PAGE : (number + 1) * PAGE]
    heading = words("windows-title", clock=words.clock_of(programme.zone))
    lines = [news, heading] if news else [heading]
    lines += [_entry(words, span, programme, counts, now) for span in chosen]
    green = discord.ButtonStyle.success
    add = [
        Press("windownew", 0, label=words("button-new-window"), style=green),
        Press("windownew", 1, label=words("button-new-highlight"), style=green),
    ]
    if pages > 1:
        add.append(Press("windows", number - 1, label=words("button-back"), disabled=number == 0))
        add.append(Press("windows", number + 1, label=words("button-more"), disabled=number == pages - 1))
    options = [
        discord.SelectOption(
            label=clean_line(span_label(words, span, programme), OPTION_LENGTH), value=which_value(span)
        )
        for span in chosen
    ]
    edit = Menu("windowedit", options, placeholder=words("menu-window-edit"))
    remove = Menu("windowremove", options, placeholder=words("menu-window-remove"))
    return layout("\n".join(lines), [edit], [remove], add)


def _entry(
    words: Words, span: Span, programme: Programme, counts: Mapping[Window, int], now: datetime
) -> str:
    fields = {"label": span_label(words, span, programme, drawn=True)}
    times = words("entry-time", start=moment(span.start), end=clock(span.end))
    facts = [times]
    if isinstance(span, Window):
        facts.append(words.count("list-count", counts.get(span, 0)))
    if span.end <= now:
        facts.append(words("window-over"))
    elif span.start <= now:
        facts.append(words("window-on"))
    if span.name_zh:
        other = span.name if words.language == "zh-TW" else span.name_zh
        facts.insert(0, escape(clean_line(other, TIME_LENGTH)))
    return words("window-line", **fields, facts=" · ".join(facts))


def window_form(
    words: Words, programme: Programme, span: Span | None, *, highlight: bool
) -> discord.ui.Modal:
    """Return the form for a window or a highlight, with what it is now; empty for a new one."""
    known = {"name": "", "chinese": "", "opens": "", "closes": ""}
    if span:
        local = (programme.local(edge) for edge in (span.start, span.end))
        opens, closes = (f"{edge:%Y-%m-%d %H:%M}" for edge in local)
        known = {"name": span.name, "chinese": span.name_zh, "opens": opens, "closes": closes}
    fields: dict[str, discord.ui.Item[Any]] = {
        "opens": text_input("opens", words, known["opens"], TIME_LENGTH, required=True),
        "closes": text_input("closes", words, known["closes"], TIME_LENGTH),
        "name": text_input("name", words, known["name"], NAME_LENGTH),
        "chinese": text_input("chinese", words, known["chinese"], NAME_LENGTH),
    }
    kind = int(highlight) + (0 if span else NEW)
    stamp = int(span.start.timestamp()) if span else 0
    title = words("form-highlight-title" if highlight else "form-window-title")
    return form(words, title, f"{FORM}:{kind}:{stamp}", fields, programme.zone)


def read_window_form(data: Any, programme: Programme, stamp: int | None) -> Typed:
    """Return what was typed into the form; times that were left as they stood are not typed."""
    said = {name: " ".join(str(each["value"]).split()) for name, each in components(data).items()}
    opens, closes = said["opens"], said["closes"]
    if stamp is None:
        return Typed(opens, closes, said["name"], said["chinese"])
    start = programme.local(datetime.fromtimestamp(stamp, UTC))
    if opens == f"{start:%Y-%m-%d %H:%M}":
        opens = ""
    return Typed(opens, closes, said["name"], said["chinese"] or "-")
