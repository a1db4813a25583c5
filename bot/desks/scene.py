"""What one look at a guild knows: the book, what Discord shows, the settings, and what was learnt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import discord

from bot import permissions
from bot.domain.access import Bits
from bot.domain.models import Session, Settings, State
from bot.domain.notices import NoticeKind
from bot.domain.programme import Programme
from bot.domain.records import CATEGORIES, MESSAGES, Kind, Record, Seen
from bot.service.deskbook import Book, Note
from bot.ui.event_face import face_of
from bot.ui.words import ENGLISH, Words, words_for

PATIENCE = timedelta(seconds=10)
"""How long a request without an answer may be under way at Discord, and our cache behind an answer."""
ALIVE = {discord.EventStatus.scheduled, discord.EventStatus.active}
"""An event that is to come or on; any other is over for good."""


@dataclass(frozen=True, slots=True)
class View:
    """A guild as the cache shows it: costs no request.

    `seen` are the things of ours, by id, and `unknown` those that may be ours by their age; `inside` is how
    many channels each of its `categories` holds, `total` how many there are. `newest` is the newest of
    Discord's ids in it. `area` are the overwrites of the first area. `missing` and `wanting` are the
    permissions that the bot lacks: those that it needs, and those without which something is left out.
    """

    seen: Mapping[int, Seen] = field(default_factory=dict)
    unknown: tuple[Seen, ...] = ()
    categories: frozenset[int] = frozenset()
    inside: Mapping[int | None, int] = field(default_factory=dict)
    total: int = 0
    newest: int = 0
    area: Bits = ()
    events: int = 0
    missing: tuple[str, ...] = ()
    wanting: tuple[str, ...] = ()


@dataclass(slots=True)
class Learnt:
    """What the keeper has learnt of a guild since it started; all of it may be lost at any time.

    `gone` are ids that were heard to be deleted, `full` categories (or the guild) without room, `halted`
    until when Discord makes no more channels. `listens` is since when the bot hears what people write,
    `wrote` who did in which desk's channel. `hidden` are the digests of words that Discord has refused, or
    may have, `counted` the sessions whose event was asked who is interested, `busy` what steps are about now.
    `newest` is the newest of the ids in Discord's own lists: the cache may be behind them.
    """

    gone: frozenset[int] = frozenset()
    full: frozenset[int] = frozenset()
    halted: datetime | None = None
    listens: datetime | None = None
    wrote: dict[int, Note] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    counted: frozenset[int] = frozenset()
    newest: int = 0
    busy: frozenset[str] = frozenset()


@dataclass
class Scene:
    """All of it, with the questions that every part of the plan asks; `due` is when to look again.

    `near` are the sessions with a desk now or soon, or with anything of ours; `far` are all others, which are
    booked, in order of their start.
    """

    book: Book
    view: View
    programme: Programme
    settings: Settings
    learnt: Learnt = field(default_factory=Learnt)
    due: list[datetime] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: words_for(ENGLISH))

    def __post_init__(self) -> None:
        self.now, self.limits = self.book.now, self.programme.limits
        rows, soon = self.book.rows, self.now + self.limits.lead
        self.sessions: dict[int | None, Session] = {s.id: s for s in self.book.sessions}
        known = {r.session_id for r in rows.records}
        booked = [s for s in self.book.sessions if s.state is State.BOOKED]
        self.far = [s for s in booked if s.start > soon and s.id not in known]
        distant = {s.id for s in self.far}
        self.near = [s for s in self.book.sessions if s.id not in distant]
        self.records = [r for r in rows.records if not r.over]
        self.ghosts = [r for r in rows.records if r.over]
        firsts = [r for r in self.records if not r.surplus]
        self.mine = {(r.kind, r.session_id): r for r in firsts if r.kind not in CATEGORIES}
        calls = (n for n in rows.notices if n.kind is NoticeKind.OPENING and not (n.tried or n.parts_sent))
        self.openings = {n.session_id: n for n in calls}
        self.categories = {kind: [r for r in firsts if r.kind is kind] for kind in CATEGORIES}

    def seen(self, record: Record | None) -> Seen | None:
        """Return a record's thing where it is seen. A message is where its channel is, unless it went."""
        if record is None or record.discord_id is None or record.discord_id in self.learnt.gone:
            return None
        if record.kind not in MESSAGES:
            return self.view.seen.get(record.discord_id)
        there = record.parent_id in self.view.seen
        return Seen(record.discord_id, "message", record.parent_id) if there else None

    def channel(self, kind: Kind, session_id: int | None = None) -> Seen | None:
        """Return the channel of a kind, a session's or the guild's one, where it is seen."""
        return self.seen(self.mine.get((kind, session_id)))

    @property
    def newest(self) -> int:
        """The newest id that was there before whatever is asked for now: nothing up to it is ours (R13)."""
        return max(self.view.newest, self.learnt.newest)

    def asked(self, session: Session) -> bool:
        """Whether it is known who is interested in a session's event, if it has one."""
        return (Kind.EVENT, session.id) not in self.mine or session.id in self.learnt.counted

    def people(self, session: Session) -> tuple[int, ...]:
        """Return the ids of the people in a session's voice channel."""
        seen = self.channel(Kind.VOICE, session.id)
        return seen.people if seen else ()

    def later(self, at: datetime) -> bool:
        """Whether an instant is still to come; if so it is looked at then."""
        if at > self.now:
            self.due.append(at)
        return at > self.now

    def rested(self, since: datetime, pause: timedelta) -> bool:
        """Whether a pause since an instant is over; one in the future was written by a wrong clock."""
        return since > self.now or not self.later(since + pause)


def look(guild: discord.Guild, book: Book) -> View:
    """Return the guild as the cache shows it; costs no request."""
    records, channels, events = book.rows.records, guild.channels, list(guild.scheduled_events)
    ids = {r.discord_id for r in records if r.discord_id is not None}
    since = min((r.since_id for r in records if r.doubt or r.discord_id is None), default=None)
    others = [each for each in (*channels, *events) if since is not None and each.id > since]
    areas = (guild.get_channel(r.discord_id or 0) for r in records if r.kind is Kind.AREA and not r.surplus)
    area = next((each for each in areas if each), None)
    held, me = guild.me.guild_permissions.value, guild.me.id
    return View(
        seen={each.id: see(each, me) for each in (*channels, *events) if each.id in ids},
        unknown=tuple(see(each, me) for each in others if each.id not in ids),
        categories=frozenset(c.id for c in channels if c.type is discord.ChannelType.category),
        inside=Counter(c.category_id for c in channels),
        total=len(channels),
        newest=max((each.id for each in (*channels, *events)), default=0),
        area=permissions.bits_of(area) if area else (),
        events=sum(e.status in ALIVE for e in events),
        missing=permissions.missing(held),
        wanting=permissions.wanting(held),
    )


def see(thing: discord.abc.GuildChannel | discord.ScheduledEvent, me: int) -> Seen:
    """Return what the plan needs to know of a channel or an event; `me` is the bot's id."""
    if isinstance(thing, discord.ScheduledEvent):
        face, over = face_of(thing), thing.status not in ALIVE
        return Seen(
            thing.id, "event", topic=face.description, face=face, ours=thing.creator_id == me, over=over
        )
    topic = thing.topic if isinstance(thing, discord.TextChannel) else None
    people = _people(thing) if isinstance(thing, discord.VoiceChannel) else ()
    return Seen(thing.id, thing.type.name, thing.category_id, thing.name, topic or "", people)


def _people(channel: discord.VoiceChannel) -> tuple[int, ...]:
    members = ((user_id, channel.guild.get_member(user_id)) for user_id in channel.voice_states)
    return tuple(user_id for user_id, member in members if member is None or not member.bot)
