"""What is said about a session, when it is due and when it has grown stale: R8, R9, R11, R17."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.life import grace_over, half_patience, overrun_over
from bot.domain.models import Limits, Session, State
from bot.domain.notes import own_words

STALE = timedelta(minutes=15)
"""How late a word may come that is only of use at its time."""
GREET_PAUSE = timedelta(seconds=5)
"""Greetings at one desk within this time are one message (R17)."""
ARRIVALS_PAUSE = timedelta(minutes=1)
"""Who walks in within this time is named in one message, which pings nobody (R17, R18)."""
NEWS_PAUSE = timedelta(minutes=5)
"""Changes of one session are announced at most once in this time, with the last state (R17)."""


class NoticeKind(StrEnum):
    """What a notice says."""

    OPENING = "opening"
    GREETING = "greeting"
    CAME = "came"
    """Somebody who had not joined has walked in."""
    OVERRUN = "overrun"
    WARNING = "warning"
    """The end is near."""
    CHANGED = "changed"
    """It starts or ends at another time."""
    CANCELLED = "cancelled"
    ENDED = "ended"
    """Organizers have ended it."""
    RESTORED = "restored"
    """It was cancelled by a slip of the organizers', and takes place after all."""
    ANNOUNCEMENT = "announcement"
    """What organizers tell everybody."""
    OFFER = "offer"
    """Somebody is asked to host it (R18)."""
    COHOST = "cohost"
    """Somebody is asked to share it with its host (R18)."""
    HANDED = "handed"
    """Others have asked somebody who hosts it now: its host before hears of it."""
    SEAT = "seat"
    """Somebody who waited has a seat."""
    WAITING = "waiting"
    """There are fewer seats: somebody who had one waits."""
    FOUND = "found"
    """What somebody wished for has a host, and is booked."""
    REMINDER = "reminder"
    """Somebody asked to be reminded before the start."""
    QUIET = "quiet"
    """Nobody is there (R11)."""
    TAKEAWAY = "takeaway"
    """It is over: what stays of it?"""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message to send, in parts where it mentions more people than one message holds.

    `user_id` is whom it is for, or whom it names; of a change, it is the host of a session that organizers
    have changed. `closed`: the person takes no direct messages, so that it goes to a channel. `batch`: the
    first of those that went out in one message with it, where one is on its way. `about`: the announcement
    that it brings; of an offer, who hosted then, and `asker`, who makes it; of a change, the start or end
    that was. `words` are an organizer's: the reason of a change, or the announcement. `since`: it is none of
    the messages up to this one, whatever they say. `topic` is what the session was called when people were
    last told, where that has changed.
    """

    id: int
    guild_id: int
    session_id: int
    kind: NoticeKind
    user_id: int | None
    created: datetime
    tried: bool
    parts_sent: int
    closed: bool = False
    batch: int | None = None
    about: int | None = None
    words: str = ""
    asker: int | None = None
    since: int = 0
    topic: str = ""


BATCHED = frozenset(
    {NoticeKind.GREETING, NoticeKind.CAME, NoticeKind.SEAT, NoticeKind.WAITING, NoticeKind.FOUND}
)
"""What is said to everyone of one session in one message, where more than one waits (R17)."""
SHOWS_TOPIC = frozenset(
    {
        NoticeKind.CHANGED,
        NoticeKind.REMINDER,
        NoticeKind.RESTORED,
        NoticeKind.OFFER,
        NoticeKind.COHOST,
        NoticeKind.HANDED,
        NoticeKind.SEAT,
        NoticeKind.WAITING,
        NoticeKind.FOUND,
    }
)
"""What shows a session's topic, and nothing else of strangers' words."""
Said = Mapping[tuple[int, NoticeKind], datetime | None]
"""When a notice of a kind was last sent for a session, by its id."""


def due(notice: Notice, session: Session, limits: Limits, said: Said, now: datetime) -> datetime:
    """Return when a notice is to be sent."""
    last = said.get((session.id, notice.kind))
    match notice.kind:
        case NoticeKind.WARNING:
            half = session.start + (session.end - session.start) / 2
            return max(session.end - timedelta(minutes=limits.warn_minutes), half)
        case NoticeKind.REMINDER:
            return session.start - timedelta(minutes=limits.remind_minutes)
        case NoticeKind.GREETING | NoticeKind.SEAT if last and last <= now:
            return max(notice.created, last + GREET_PAUSE)
        case NoticeKind.CAME:
            gathered = min(notice.created, now) + GREET_PAUSE
            return max(gathered, last + ARRIVALS_PAUSE) if last and last <= now else gathered
        case NoticeKind.CHANGED | NoticeKind.WAITING if last and last <= now and not notice.tried:
            return max(notice.created, last + NEWS_PAUSE)
    return min(notice.created, now)


def words_shown(kind: NoticeKind, session: Session) -> tuple[str, ...]:
    """Return the words of strangers' that a notice shows (R16): people in it are mentioned, not named."""
    match kind:
        case NoticeKind.OPENING:
            return session.topic, session.description, *own_words(session)
        case NoticeKind.CANCELLED | NoticeKind.ENDED:
            return session.topic, session.why
    return (session.topic,) if kind in SHOWS_TOPIC else ()


def late(notice: Notice, session: Session | None, limits: Limits, now: datetime) -> bool:
    """Whether a notice has grown stale: after a long outage nothing old is poured out."""
    if session is None:
        return True
    is_open, created = session.state is State.OPEN, notice.created
    match notice.kind:
        case NoticeKind.OVERRUN:
            over = session.closed is None or overrun_over(session, limits) <= now
        case NoticeKind.GREETING | NoticeKind.CAME | NoticeKind.ANNOUNCEMENT:
            over = not is_open or created + STALE <= now
        case NoticeKind.QUIET:
            told = created + half_patience(session, limits)  # past it, the host is warned anew
            over = not is_open or session.quiet is None or created < session.quiet or told <= now
        case NoticeKind.WARNING:
            over = not is_open or session.end <= now
        case NoticeKind.OPENING:
            over = not is_open
        case _:
            over = _no_news(notice, session, limits, now)
    return over


def _no_news(  # noqa: PLR0911 - one for each kind of notice
    notice: Notice, session: Session, limits: Limits, now: datetime
) -> bool:
    """Whether what became of a session is no news any more."""
    is_open, created = session.state is State.OPEN, notice.created
    match notice.kind:
        case NoticeKind.CANCELLED:
            return max(session.start, created) + STALE <= now
        case NoticeKind.ENDED:
            return session.closed is None or max(session.closed, created) + STALE <= now
        case NoticeKind.TAKEAWAY:
            asks = limits.ask_takeaway and session.state is State.ENDED and not session.takeaway
            return not asks or grace_over(session, limits) <= now
        case NoticeKind.REMINDER | NoticeKind.RESTORED:
            return session.state is not State.BOOKED or session.start <= now
        case NoticeKind.OFFER | NoticeKind.COHOST:
            return not session.active or session.end <= now or session.host_id != notice.about
        case NoticeKind.HANDED:
            return not session.active or session.end <= now or session.host_id == notice.user_id
        case NoticeKind.WAITING:  # the opening does not tell it
            return not session.active or session.end <= now
        case NoticeKind.SEAT | NoticeKind.FOUND if is_open:
            return created < session.start or session.end <= now  # whom the opening calls knows all (R8)
    return not session.active or (not is_open and session.start <= now)
