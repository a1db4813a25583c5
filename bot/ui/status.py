"""How the day stands, on one screen that fits a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import discord

from bot.domain.capacity import free_spans
from bot.domain.fair_use import DAY_CHANNELS, GUILD_CHANNELS, GUILD_EVENTS, MANY_CHANNELS
from bot.domain.models import Session, Window, name_in
from bot.domain.names import clean_line, escape, escaped
from bot.domain.records import Kind
from bot.service.status import Status
from bot.ui.desk_messages import problem_text
from bot.ui.faults import setting_name
from bot.ui.layouts import fitting, layout
from bot.ui.misfits import why_text
from bot.ui.presses import Press
from bot.ui.words import Words, clock, moment, relative

CATEGORY_CHANNELS = 50
"""Channels in a category: https://docs.discord.com/developers/resources/channel."""
HALF = CATEGORY_CHANNELS // 2
NEAR = 0.9
"""The part of one of Discord's caps from which on it is marked."""
TOPIC_LENGTH, HOST_LENGTH, NAME_LENGTH = 60, 24, 60
ON_LENGTH, COMING_LENGTH, LEFT_LENGTH, PROBLEMS_LENGTH = 1200, 300, 450, 700
"""Code points of each part of the screen: together they stay within a message."""
COMING = 3
KILO = 1024
UNITS = ("B", "KB", "MB", "GB")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What concerns the bot itself: its version, the size of its database in bytes, its last backup."""

    version: str
    size: int
    backup: datetime | None = None


def status_page(
    words: Words,
    status: Status,
    guild: discord.Guild,
    upkeep: Upkeep,
    *,
    hidden: bool = False,
    page: Sequence[str] = (),
) -> discord.ui.LayoutView:
    """Return the screen, with buttons to refresh it and to go on.

    `hidden`: no channel shows the cases; `page`: where the board is on the web.
    """
    on, coming, left = _on(words, status, guild), _coming(words, status), _left(words, status)
    problems = _problems(words, status, guild)
    parts = [
        _head(words, status),
        _cases(words, status, hidden=hidden),
        _section(words, words("status-on", n=len(status.on)), on, ON_LENGTH),
        _section(words, words("status-next", n=len(status.coming)), coming, COMING_LENGTH),
        _section(words, words("status-left", n=len(left)), left, LEFT_LENGTH),
        _section(words, words("status-problems", n=len(problems)), problems, PROBLEMS_LENGTH),
        "\n".join(page),
        _server(words, status, guild, upkeep),
    ]
    cases = [Press("cases", 0, label=words("button-cases"))] if status.open_cases else []
    return layout(*parts, cases, _presses(words, status))


def _cases(words: Words, status: Status, *, hidden: bool) -> str:
    """Return how many cases wait, and that no channel shows them."""
    if not status.open_cases:
        return ""
    text = words.count("status-reports", status.open_cases)
    return text + ("\n" + words("status-reports-hidden") if hidden else "")


def _presses(words: Words, status: Status) -> list[Press]:
    presses = [Press("status", label=words("button-refresh"), style=discord.ButtonStyle.primary)]
    if status.left or status.kept:
        label = words.count("button-misfits", len(status.left) + status.kept)
        presses.append(Press("misfits", 0, label=label))
    if status.rules.paused:
        presses.append(Press("resume", label=words("button-resume")))
    presses.append(Press("windows", 0, label=words("button-windows")))
    presses.append(Press("settings", 0, label=words("button-settings")))
    return presses


def _section(words: Words, heading: str, lines: Sequence[str], room: int) -> str:
    """Return a heading with its lines; nothing where there are none."""
    if not lines:
        return ""
    return "\n".join([heading, *fitting(lines, room, lambda n: words.count("and-more", n))])


def _head(words: Words, status: Status) -> str:
    """Whether sessions may run now, and how many desks are free."""
    rules, now = status.rules, status.now
    programme = rules.programme
    lines = [words("status-title", at=clock(now))]
    if not rules.live:
        lines.append(words("status-not-live"))
    if rules.paused:
        reason = rules.pause_reason and words("paused-why", reason=escaped(rules.pause_reason, 200))
        lines.append(words("status-paused", since=moment(rules.paused)) + (f" {reason}" if reason else ""))
    window, coming = programme.window_at(now), programme.next_window(now)
    if window:
        lines.append(words("status-window", name=_name(words, window), at=clock(window.end)))
    if coming:
        lines.append(words("status-opens", name=_name(words, coming), at=_when(status, coming.start)))
    if not (window or coming):
        lines.append(words("status-over"))
    if window:
        lines.append(_free(words, status))
    return "\n".join(lines)


def _free(words: Words, status: Status) -> str:
    """Return how many desks are free, or when the next one is."""
    programme, now = status.rules.programme, status.now
    limit = programme.limits.parallel_limit
    free = max(0, limit - len(status.on))
    later = free_spans(programme, [*status.on, *status.coming], now)
    coming = None if free else next((span for span in later if span.start > now), None)
    if coming:
        return words("board-free-later", start=clock(coming.start), ahead=relative(coming.start))
    return words("status-free", free=free, limit=limit)


def _name(words: Words, window: Window) -> str:
    return escape(clean_line(name_in(words.language, window), NAME_LENGTH))


def _on(words: Words, status: Status, guild: discord.Guild) -> list[str]:
    return [
        words(
            "status-session",
            desk=session.desk or "–",
            facts=" · ".join(_facts(words, session)),
            until=clock(session.end),
            inside=_inside(guild, status.channels.get(session.id, {}).get(Kind.VOICE)),
        )
        for session in sorted(status.on, key=lambda session: session.desk or len(status.on))
    ]


def _inside(guild: discord.Guild, voice: int | None) -> int:
    """Return how many people are in a voice channel, by the cache; bots do not count."""
    channel = guild.get_channel(voice or 0)
    if not isinstance(channel, discord.VoiceChannel):
        return 0
    members = (guild.get_member(user_id) for user_id in channel.voice_states)
    return sum(member is None or not member.bot for member in members)


def _coming(words: Words, status: Status) -> list[str]:
    shown = [
        words("status-coming", start=relative(session.start), facts=" · ".join(_facts(words, session)))
        for session in status.coming[:COMING]
    ]
    more = len(status.coming) - COMING
    return [*shown, words.count("and-more", more)] if more > 0 else shown


def _when(status: Status, instant: datetime) -> str:
    """A clock time is enough for today."""
    programme = status.rules.programme
    same = programme.day_of(instant) == programme.day_of(status.now)
    return clock(instant) if same else moment(instant)


def _facts(words: Words, session: Session) -> tuple[str, str]:
    topic = words("entry-topic", topic=escaped(session.topic, TOPIC_LENGTH))
    return topic, escaped(session.host_name, HOST_LENGTH)


def _left(words: Words, status: Status) -> list[str]:
    return [
        words(
            "status-misfit",
            topic=escaped(each.session.topic, TOPIC_LENGTH),
            start=_when(status, each.session.start),
            why=why_text(words, each.why, status.rules.programme),
        )
        for each in status.left
    ]


def _problems(words: Words, status: Status, guild: discord.Guild) -> list[str]:
    found = [problem_text(words, guild, problem.code, problem.detail) for problem in status.problems]
    if status.rules.dropped:
        names = ", ".join(setting_name(words, key) for key in status.rules.dropped)
        found.append(words("status-dropped", names=escape(clean_line(names, 300))))
    return [words("status-problem", what=what) for what in found]


def _server(words: Words, status: Status, guild: discord.Guild, upkeep: Upkeep) -> str:
    """What the server and the bot itself are near to."""
    caps = [words("cap-channels", count=_near(len(guild.channels), GUILD_CHANNELS))]
    for number, area in enumerate(map(guild.get_channel, status.areas)):
        # The area that is filled now, and what is half full.
        if isinstance(area, discord.CategoryChannel) and (not number or len(area.channels) >= HALF):
            name = escape(clean_line(area.name, TOPIC_LENGTH))
            caps.append(words("cap-category", name=name, count=_near(len(area.channels), CATEGORY_CHANNELS)))
    events = sum(event.status in _ALIVE for event in guild.scheduled_events)
    caps.append(words("cap-events", count=_near(events, GUILD_EVENTS)))
    caps.append(words("cap-made", count=_near(status.made, DAY_CHANNELS, MANY_CHANNELS)))
    known = upkeep.backup
    backup = words("status-backup", at=relative(known)) if known else words("status-no-backup")
    fields = {"version": escape(upkeep.version), "size": _size(upkeep.size)}
    bot = words("status-bot", **fields, backup=backup)
    return "\n".join(["-# " + " · ".join(caps), "-# " + bot])


_ALIVE = {discord.EventStatus.scheduled, discord.EventStatus.active}


def _near(count: int, most: int, mark: float = 0) -> str:
    """Return how much of a cap is used, marked where it is nearly all."""
    text = f"{count}/{most}"
    return f"⚠️ **{text}**" if count >= (mark or NEAR * most) else text


def _size(size: float) -> str:
    """Return a number of bytes for people."""
    units: Iterator[str] = iter(UNITS)
    unit = next(units)
    for larger in units:
        if size < KILO:
            break
        size, unit = size / KILO, larger
    return f"{size:.1f} {unit}" if size < 10 and unit != "B" else f"{size:.0f} {unit}"
