"""What came of the Open Spaces, in words: all of it for organizers, the figures for everyone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import discord

from bot.domain.models import Session
from bot.domain.names import escaped
from bot.domain.programme import Programme
from bot.domain.report import Figures, Report
from bot.ui.desk_messages import MESSAGE_LENGTH
from bot.ui.presses import Press, row
from bot.ui.words import Words, moment

NAME_LENGTH = 120
"""Code points that the conference's escaped name takes at most."""
TOPIC_LENGTH = 80
"""The same of a topic."""
DAYS = 7
"""Days that have a line at most."""
_STAMP = re.compile(r"<t:(\d+)(?::\w)?>", re.ASCII)
_MARKS = re.compile(r"^(?:#+|-#) |\*\*|\\(?=[^\w\s])", re.MULTILINE)
MORE_LENGTH = 60
"""Code points that are kept for the line of what is not named."""


def for_organizers(words: Words, report: Report, programme: Programme) -> str:
    """Return the figures, and as many as fit of the sessions that have no takeaway."""
    text = for_everyone(words, report, programme)
    if not report.without:
        return text
    over = len(report.takeaways) + len(report.without)
    text += "\n" + words.count("report-without-are", len(report.without), most=over)
    return text + _topics(words, report.without, MESSAGE_LENGTH - len(text))


def for_everyone(words: Words, report: Report, programme: Programme) -> str:
    """Return the figures that may be public: no person is named in them."""
    return "\n".join(_lines(words, report, programme))


def aloud(words: Words, text: str, programme: Programme) -> str:
    """Return a text without its marks, for who has the picture read to them: Discord draws none there."""
    plain = _STAMP.sub(
        lambda found: words.start(programme.local(datetime.fromtimestamp(int(found[1]), UTC))), text
    )
    return _MARKS.sub("", plain)


def _lines(words: Words, report: Report, programme: Programme) -> Iterator[str]:
    yield words("report-heading", conference=escaped(report.name, NAME_LENGTH), now=moment(report.now))
    yield _figures(words, report.total, report.limit)
    if asides := others(words, report.total):
        yield "-# " + " · ".join(asides)
    held = [(day, figures) for day, figures in report.days if figures.held]
    for day, figures in held[:DAYS] if len(held) > 1 else ():
        fields = {"day": words.day(day), "hours": hours(figures.time), "most": figures.peak}
        yield words.count("report-day", figures.held, **fields)
    if report.busiest:
        spans = (
            words("report-busy", start=words.start(programme.local(hour.start)), n=hour.most)
            for hour in report.busiest
        )
        clock = words.clock_of(programme.zone)
        yield words("report-busiest", hours=" · ".join(spans), clock=clock)
    if report.popular:
        best = (
            words("report-joined", topic=escaped(each.session.topic, TOPIC_LENGTH), n=each.joined)
            for each in report.popular[:3]
        )
        yield words("report-popular-are", sessions=" · ".join(best))
    if report.takeaways:
        yield words.count("report-with-takeaway", len(report.takeaways))


def _figures(words: Words, figures: Figures, limit: int) -> str:
    counts = {
        "held": figures.held,
        "hosts": figures.hosts,
        "joiners": figures.joiners,
        "visitors": figures.visitors,
    }
    said = [words.count(f"report-n-{name}", n) for name, n in counts.items()]
    said.insert(1, words("report-n-hours", hours=hours(figures.time)))
    return " · ".join([*said, words("report-n-peak", n=figures.peak, most=limit)])


def _topics(words: Words, sessions: Sequence[Session], room: int) -> str:
    """Return a line for each session, as far as there is room, and how many more there are."""
    text = ""
    for number, session in enumerate(sessions):
        host = escaped(session.host_name, TOPIC_LENGTH) or words("hidden-name")
        line = "\n" + words("report-lacks", topic=escaped(session.topic, TOPIC_LENGTH), host=host)
        if len(text + line) > room - MORE_LENGTH:
            return text + "\n" + words.count("report-more-lacks", len(sessions) - number)
        text += line
    return text


def ask_to_post(words: Words) -> discord.ui.View:
    """Return the button that asks before the report becomes public."""
    return row(Press("reportask", label=words("button-report-post")))


def asked_to_post(words: Words, channel_id: int) -> tuple[str, discord.ui.View]:
    """Return the question before it does, and where."""
    press = Press(
        "reportpost",
        channel_id,
        label=words("button-report-post-now"),
        style=discord.ButtonStyle.primary,
    )
    return words("report-ask-post", channel=f"<#{channel_id}>"), row(press)


def others(words: Words, figures: Figures) -> list[str]:
    """Return what is on, to come, or did not take place, in words; what there is none of is left out."""
    counts = {
        "running": figures.running,
        "to-come": figures.to_come,
        "cancelled": figures.cancelled,
        "released": figures.released,
    }
    return [words.count(f"report-aside-{name}", n) for name, n in counts.items() if n]


def hours(time: timedelta) -> str:
    """Return a length of time in hours with at most one decimal."""
    return f"{time / timedelta(hours=1):.1f}".removesuffix(".0")
