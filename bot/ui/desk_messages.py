"""What the bot says in the desks' channels and to organizers, in the guild's language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import discord

from bot.domain.life import half_patience
from bot.domain.models import Limits, Session, State
from bot.domain.names import clean_line, clean_text, escape
from bot.domain.notices import BATCHED, Notice, NoticeKind
from bot.domain.records import Kind
from bot.service.people import Showing
from bot.ui.guests import MENTIONS, host_name
from bot.ui.parts import Part
from bot.ui.presses import Press, row, takeaway_press
from bot.ui.words import Words, clock, moment, relative

MESSAGE_LENGTH = 2000
"""Code points in a message: https://docs.discord.com/developers/resources/message."""
ARRIVALS = 50
"""People who are named in one word of who has walked in."""
COHOSTS = 3
"""Co-hosts to whom organizers can give a session by one click."""
NEAR = timedelta(hours=12)
"""A time that was is told without its day where the new one is as near as this."""
LONGER = (15, 30)
"""Minutes by which one click makes a session longer."""


def channel_topic(words: Words, session: Session, mark: str, limit: int) -> str:
    """Return a text channel's topic; it ends in the mark by which the channel is recognised (R14)."""
    text = words("channel-topic", host=escape(host_name(words, session)))
    room = limit - len(text) - len(mark) - 6
    about = escape(clean_line(session.description, room))
    if len(about) > room:
        about = escape(clean_line(session.description, room // 2))
    return " · ".join(part for part in (text, about, mark) if part)


def parts_of(  # noqa: PLR0911 - one for each kind of notice
    words: Words,
    batch: Sequence[Notice],
    showing: Showing,
    limits: Limits,
    *,
    greeted: Collection[int],
    ping: bool,
    notes: str = "",
    called: int | None = None,
) -> list[Part]:
    """Return the messages that notices of one kind are made of; none where nobody needs them any more.

    `greeted` are guests whom a greeting of their own will name, `ping`: a greeting may ping the host; `notes`
    is the address of the session's notes. `called` is how many of who joined the card has called.
    """
    session, notice, joined = showing.session, batch[0], [person.id for person in showing.guests]
    match notice.kind:
        case NoticeKind.OPENING:
            hosts = showing.host_ids
            mentioned = [user_id for user_id in joined if user_id not in (*hosts, *greeted)]
            first = opening(words, session, hosts, mentioned, showing.channels.get(Kind.VOICE), notes=notes)
            return first if called is None else more_called(words, mentioned[called:])
        case NoticeKind.GREETING | NoticeKind.CAME:
            return met(words, batch, session, joined, ping=ping)
        case NoticeKind.WARNING:
            return [warning(words, session)]
        case NoticeKind.QUIET:
            return [quiet(words, session, notice.created, limits)]
        case NoticeKind.OVERRUN:
            return [last_word(words)]
        case NoticeKind.REMINDER:
            return [reminder(words, session, notice.user_id)] if notice.user_id else []
        case NoticeKind.TAKEAWAY:
            return [ask_takeaway(words, session)]
        case NoticeKind.ANNOUNCEMENT:
            return [Part(words("announcement", words=notice.words))]
        case NoticeKind.OFFER | NoticeKind.COHOST | NoticeKind.HANDED:
            of_hosts = handed if notice.kind is NoticeKind.HANDED else offer
            return [of_hosts(words, showing, notice)]
        case _:
            return news(words, batch, session, joined, [person.id for person in showing.cohosts])


def opening(
    words: Words,
    session: Session,
    hosts: Sequence[int],
    joined: Sequence[int],
    voice: int | None,
    *,
    notes: str = "",
) -> list[Part]:
    """Return the opening of a desk: everyone who joined, mentioned once, in as few messages as fit (R8)."""
    fields = {
        "topic": escape(session.topic),
        "host": " ".join(f"<@{user_id}>" for user_id in hosts),
        "until": clock(session.end),
        "desk": session.desk,
    }
    text = words("opening", **fields)
    way_in = "\n" + words("opening-voice", voice=f"<#{voice}>") if voice else ""
    way_in += "\n" + words("opening-notes", link=notes) if notes else ""
    if session.description:
        text += "\n" + _about(session.description, MESSAGE_LENGTH - len(text + way_in) - 1)
    return calling(text + way_in, hosts, joined)


def more_called(words: Words, others: Sequence[int]) -> list[Part]:
    """Return the rest of an opening that a desk's card has begun: whom it had no room for."""
    rest = calling(words("opening-more"), (), others) if others else []
    return [Part(""), *rest]


def calling(text: str, named: Sequence[int], others: Sequence[int], *, silent: bool = False) -> list[Part]:
    """Return a text that mentions the `named` already, with the others in as few messages as fit."""
    parts: list[Part] = []
    mentions = list(named)
    between = "\n"
    for user_id in others:
        mention = f"<@{user_id}>"
        if len(text + between + mention) > MESSAGE_LENGTH or len(mentions) == MENTIONS:
            parts.append(Part(text, tuple(mentions), silent=silent))
            text, between, mentions = "", "", []
        text += between + mention
        between = " "
        mentions.append(user_id)
    parts.append(Part(text, tuple(mentions), silent=silent))
    return parts


def _about(description: str, room: int) -> str:
    """Return a description as far as there is room: escaping may double its length."""
    about = escape(description)
    return about if len(about) <= room else escape(clean_text(description, room // 2))


def greeting(
    words: Words, session: Session, guests: Sequence[int | None], *, ping: bool = True
) -> list[Part]:
    """Return the word that lets host and guests find each other; the host is named, and pinged if `ping`."""
    first, *others = [user_id for user_id in guests if user_id] or [0]
    if not first:
        return []
    text = words("greeting", guest=f"<@{first}>", host=f"<@{session.host_id}>")
    return calling(text, (first, session.host_id) if ping else (first,), others)


def met(
    words: Words, batch: Sequence[Notice], session: Session, joined: Sequence[int], *, ping: bool
) -> list[Part]:
    """Return the word of who has joined, which calls them and the host, or of who has walked in."""
    people = [notice.user_id for notice in batch if notice.user_id]
    if batch[0].kind is NoticeKind.CAME:
        return [arrivals(words, people)] if people else []
    return greeting(words, session, [user_id for user_id in people if user_id in joined], ping=ping)


def arrivals(words: Words, guests: Sequence[int]) -> Part:
    """Return the word of who has walked in; it pings nobody."""
    named = " ".join(f"<@{user_id}>" for user_id in guests[:ARRIVALS])
    return Part(words("came", guests=named), silent=True)


def news(
    words: Words,
    batch: Sequence[Notice],
    session: Session,
    joined: Sequence[int],
    cohosts: Sequence[int] = (),
) -> list[Part]:
    """Return the word of what became of a session: for who joined, and its hosts where organizers did it."""
    notice = batch[0]
    if notice.kind in BATCHED:
        return place(words, session, batch, joined)
    if notice.user_id:
        return by_organizers(words, notice, session, list(dict.fromkeys([*cohosts, *joined])))
    if not joined:
        return []
    changes = notice.kind is NoticeKind.CHANGED
    return changed(words, session, joined, notice) if changes else cancelled(words, session, joined)


def changed(words: Words, session: Session, joined: Sequence[int], notice: Notice) -> list[Part]:
    """Return the word of another time (R10). At an open desk it disturbs nobody's phone."""
    is_open = session.state is State.OPEN
    text = words(
        "changed-open" if is_open else "changed", **_times(session), was=_was(words, session, notice)
    )
    called = calling(text + _called_before(words, session, notice), (), joined, silent=is_open)
    return called if is_open else linked(words, session, called)


def linked(words: Words, session: Session, parts: list[Part]) -> list[Part]:
    """Return messages whose last one leads to the session: all about it, and what can be done."""
    details = row(Press("session", session.id, label=words("button-details")))
    return [*parts[:-1], replace(parts[-1], view=details)] if parts else []


def _times(session: Session) -> dict[str, object]:
    return {"start": moment(session.start), "until": clock(session.end), "topic": escape(session.topic)}


def _called_before(words: Words, session: Session, notice: Notice) -> str:
    """Return what the session was called when people were last told, where that is another topic."""
    if notice.topic in {"", session.topic}:
        return ""
    return "\n" + words("changed-called", topic=escape(notice.topic))


def _was(words: Words, session: Session, notice: Notice) -> str:
    """Return the start, or at an open desk the end, that was; nothing where it is the same again."""
    is_open, was = session.state is State.OPEN, notice.about
    now = session.end if is_open else session.start
    if not was or was == int(now.timestamp()):
        return ""
    near = abs(was - int(now.timestamp())) < NEAR.total_seconds()
    return words("changed-was", was=f"<t:{was}:t>" if near else f"<t:{was}:f>")


def cancelled(words: Words, session: Session, joined: Sequence[int]) -> list[Part]:
    """Return the word of a session that does not take place, with the reason if there is one."""
    text = words("cancelled", topic=escape(session.topic), start=moment(session.start))
    if session.why:
        text += "\n" + words("cancelled-why", why=escape(session.why))
    return calling(text, (), joined)


def place(words: Words, session: Session, batch: Sequence[Notice], joined: Sequence[int]) -> list[Part]:
    """Return the word to those who have a seat by now, or none, or whose wish has a host; none for nobody."""
    kind, seats = batch[0].kind, joined[: session.seats]
    concerned = {NoticeKind.SEAT: seats, NoticeKind.WAITING: joined[len(seats) :]}.get(kind, joined)
    people = [notice.user_id for notice in batch if notice.user_id in concerned]
    fields = {"topic": escape(session.topic), "host": escape(session.host_name)}
    now_in = kind is NoticeKind.SEAT and session.state is State.OPEN
    fields |= {"start": moment(session.start), "ahead": relative(session.start)}
    text = words("told-seat-open", **fields) if now_in else words(f"told-{kind}", **fields)
    if not people:
        return []
    return linked(words, session, calling(text, (), [user_id for user_id in people if user_id]))


_BY_ORGANIZERS = {
    NoticeKind.CHANGED: "organizers-moved",
    NoticeKind.CANCELLED: "organizers-cancelled",
    NoticeKind.ENDED: "organizers-ended",
    NoticeKind.RESTORED: "organizers-restored",
}


def by_organizers(words: Words, notice: Notice, session: Session, joined: Sequence[int]) -> list[Part]:
    """Return the word of what organizers did, with their reason, to the session's host and who joined."""
    host, later = notice.user_id or 0, notice.kind is NoticeKind.CHANGED and session.state is State.OPEN
    key = "organizers-changed" if later else _BY_ORGANIZERS[notice.kind]
    was = _was(words, session, notice) if notice.kind is NoticeKind.CHANGED else ""
    text = words(key, host=f"<@{host}>", **_times(session), was=was) + _called_before(words, session, notice)
    if why := notice.words or session.why:
        text += "\n" + words("cancelled-why", why=escape(why))
    parts = calling(text, (host,), [user_id for user_id in joined if user_id != host])
    return linked(words, session, parts) if session.state is State.BOOKED else parts


def offer(words: Words, showing: Showing, notice: Notice) -> Part:
    """Return the question whether somebody will host a session, or share it (R18), with buttons for them."""
    session, kind, user_id, asker = showing.session, notice.kind, notice.user_id or 0, f"<@{notice.asker}>"
    cohosts = {person.id for person in showing.cohosts}
    fields = {"topic": escape(session.topic), "start": moment(session.start), "asker": asker}
    by_host = notice.asker == session.host_id
    host = asker if by_host else escape(session.host_name)
    asks = kind + ("-by-host" if by_host else "-by-cohost" if notice.asker in cohosts else "")
    text = words(f"asks-{asks}", who=f"<@{user_id}>", host=host, **fields)
    yes = "takeover" if kind is NoticeKind.OFFER else "share"
    return Part(
        text,
        (user_id,),
        row(
            Press(yes, session.id, user_id, label=words(f"button-{yes}"), style=discord.ButtonStyle.success),
            Press("decline", session.id, user_id, kind, label=words("button-decline")),
        ),
    )


def offer_answered(words: Words, session: Session, user_id: int, said: str) -> tuple[str, discord.ui.View]:
    """Return what stands in an offer's place once it is answered: `said` is what was done."""
    text = words(f"answered-{said}", who=f"<@{user_id}>", topic=escape(session.topic))
    return text, row(Press("session", session.id, label=words("button-details")))


def handed(words: Words, showing: Showing, notice: Notice) -> Part:
    """Return the word to who hosted a session that others have given to somebody."""
    session, user_id = showing.session, notice.user_id or 0
    shares = any(each.id == user_id for each in showing.cohosts)
    fields = {"topic": escape(session.topic), "host": escape(session.host_name)}
    text = words("handed-cohost" if shares else "handed", who=f"<@{user_id}>", **fields)
    return Part(text, (user_id,))


def host_gone(words: Words, showing: Showing) -> Part:
    """Return what organizers read of a session whose host has left, with what they can do, a click each."""
    session, cohosts = showing.session, showing.cohosts[:COHOSTS]
    fields = {"topic": escape(session.topic), "start": moment(session.start)}
    what = words("problem-host-gone", host=escape(session.host_name), id=f"<@{session.host_id}>", **fields)
    if cohosts:
        what += "\n" + words("host-gone-cohosts", people=" ".join(f"<@{each.id}>" for each in cohosts))
    presses = [
        Press("offer", session.id, each.id, label=words("button-offer", name=each.name)) for each in cohosts
    ]
    presses.append(Press("give", session.id, label=words("button-give")))
    action = "adminend" if session.state is State.OPEN else "admincancel"
    label = words("button-end" if session.state is State.OPEN else "button-cancel")
    presses.append(Press(action, session.id, label=label, style=discord.ButtonStyle.danger))
    presses.append(Press("hostless", session.id, label=words("button-hostless")))
    return Part(words("problem", what=what), view=row(*presses))


def reminder(words: Words, session: Session, user_id: int) -> Part:
    """Return the word before the start to who asked for it, in a channel."""
    text = words("reminder", who=f"<@{user_id}>", topic=escape(session.topic), **_ahead(session))
    return linked(words, session, [Part(text, (user_id,))])[0]


def direct_reminder(words: Words, session: Session, server: str, board_id: int | None) -> Part:
    """Return the word before the start, alone with who asked for it, with a link to the board."""
    server, topic = escape(clean_line(server, 100)), escape(session.topic)
    text = words("reminder-direct", server=server, topic=topic, **_ahead(session))
    return Part(f"{text}\n👉 <#{board_id}>" if board_id else text)


def _ahead(session: Session) -> dict[str, object]:
    return {"start": clock(session.start), "ahead": relative(session.start)}


def warning(words: Words, session: Session, fits: Collection[datetime] | None = None) -> Part:
    """Return the word before the end (R9), with buttons that name the new end: two clicks do as one.

    `fits` are the later ends that are free, where that is known.
    """
    times = {"until": clock(session.end), "ahead": relative(session.end)}
    text = words("warning", host=f"<@{session.host_id}>", **times)
    longer = [
        Press(
            "until",
            session.id,
            int((session.end + timedelta(minutes=minutes)).timestamp()),
            label=words.count("button-longer", minutes),
            style=discord.ButtonStyle.primary,
        )
        for minutes in LONGER
        if fits is None or session.end + timedelta(minutes=minutes) in fits
    ]
    end = Press("end", session.id, label=words("button-end"))
    return Part(text, (session.host_id,), row(*longer, end))


def quiet(words: Words, session: Session, told: datetime, limits: Limits) -> Part:
    """Return the word to a host at whose desk nobody is (R11)."""
    key = "quiet" if session.came is None else "quiet-left"
    until = told + half_patience(session, limits)
    here = Press("here", session.id, label=words("button-here"), style=discord.ButtonStyle.success)
    text = words(key, host=f"<@{session.host_id}>", until=clock(until), ahead=relative(until))
    return Part(text, (session.host_id,), row(here))


def ask_takeaway(words: Words, session: Session) -> Part:
    """Return the question for one line that stays of a session; it disturbs nobody's phone."""
    return Part(words("takeaway-ask"), view=row(takeaway_press(words, session)), silent=True)


def last_word(words: Words) -> Part:
    """Return the word before a voice channel goes though people talk (R9)."""
    return Part(words("last-word"))


def problem(words: Words, guild: discord.Guild, code: str, detail: str) -> str:
    """Return what organizers have to mend, as the bot tells them by itself."""
    return words("problem", what=problem_text(words, guild, code, detail))


def problem_text(words: Words, guild: discord.Guild, code: str, detail: str) -> str:
    """Return what organizers have to mend, and how; the part of a code after ':' says where."""
    role = guild.self_role
    name = escape(role.name if role else guild.me.display_name)
    family, _, where = code.partition(":")
    if family in {"permissions", "denied"} and detail:
        detail = ", ".join(f"**{words(f'permission-{bit.strip()}')}**" for bit in detail.split(","))
    if family == "denied" and not detail:
        family = "denied-somewhere"
    return words(f"problem-{family}", detail=detail, role=name, channel=f"<#{where}>")
