"""The steps that the plan is made of. Each is safe to repeat; `key` names it in backoff and logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.event_steps import EventStep
from bot.domain.models import Session
from bot.store.channels import Kind, Record
from bot.store.messages import Message
from bot.store.notices import Notice

if TYPE_CHECKING:
    from bot.desks.shown import Shown


@dataclass(frozen=True, slots=True)
class Make:
    """Ask Discord for a channel. `plain`: without strangers' words; `hosts` get a host's powers in it."""

    kind: Kind
    mark: str
    name: str
    session: Session | None = None
    parent_id: int | None = None
    plain: bool = False
    label: str | None = None
    hosts: tuple[int, ...] = ()

    @property
    def key(self) -> str:  # noqa: D102
        return f"make {self.kind} {self.session.id if self.session else self.mark}"


@dataclass(frozen=True, slots=True)
class Adopt:
    """Record a channel that was asked for and whose answer was lost (R14)."""

    record: Record
    channel_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"adopt {self.channel_id}"


@dataclass(frozen=True, slots=True)
class Find:
    """Ask Discord what became of a channel that was asked for: adopt it, or forget that it was asked for."""

    record: Record

    @property
    def key(self) -> str:  # noqa: D102
        return f"find {self.record.id}"


@dataclass(frozen=True, slots=True)
class Check:
    """Ask whether a channel that is no longer seen is really gone."""

    record: Record

    @property
    def key(self) -> str:  # noqa: D102
        return f"check {self.record.id}"


@dataclass(frozen=True, slots=True)
class Move:
    """Put a desk's channel back under an area category."""

    record: Record
    parent_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"move {self.record.id}"


@dataclass(frozen=True, slots=True)
class Archive:
    """Make a text channel read-only and move it to the archive; where that is full, it stays in place."""

    record: Record
    parent_id: int | None

    @property
    def key(self) -> str:  # noqa: D102
        return f"archive {self.record.id}"


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a channel that the bot made and recorded (R13)."""

    record: Record

    @property
    def key(self) -> str:  # noqa: D102
        return f"delete {self.record.id}"


@dataclass(frozen=True, slots=True)
class Surplus:
    """Record a second channel that Discord made for one wish, so that the next pass deletes it."""

    like: Record
    channel_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"surplus {self.channel_id}"


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a desk's channel the name, and its topic the words, that the session has now (R10).

    `plain`: without strangers' words.
    """

    record: Record
    session: Session
    name: str
    label: str
    plain: bool = False

    @property
    def key(self) -> str:  # noqa: D102
        return f"rename {self.record.id}"

    @property
    def kind(self) -> Kind:  # noqa: D102
        return self.record.kind


@dataclass(frozen=True, slots=True)
class Refit:
    """Give a voice channel other seats, or a host's powers to others."""

    record: Record
    session: Session
    hosts: tuple[int, ...]

    @property
    def key(self) -> str:  # noqa: D102
        return f"refit {self.record.id}"


@dataclass(frozen=True, slots=True)
class Came:
    """Write down who is in a desk's voice channel."""

    session: Session
    people: tuple[int, ...]

    @property
    def key(self) -> str:  # noqa: D102
        return f"came {self.session.id} {self.people}"


@dataclass(frozen=True, slots=True)
class Left:
    """Write down that nobody is in a desk's voice channel any more."""

    session: Session

    @property
    def key(self) -> str:  # noqa: D102
        return f"left {self.session.id}"


@dataclass(frozen=True, slots=True)
class Absent:
    """See whether anybody wrote at a desk where nobody is; if not, warn its host, or `release` it (R11)."""

    session: Session
    channel_id: int
    release: bool

    @property
    def key(self) -> str:  # noqa: D102
        return f"{'release' if self.release else 'warn'} {self.session.id}"


@dataclass(frozen=True, slots=True)
class Post:
    """Send a message that is kept current from then on."""

    shown: Shown
    channel_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"post {self.shown.kind} {self.shown.session_id}"


@dataclass(frozen=True, slots=True)
class Edit:
    """Show in a message what is true now."""

    message: Message
    shown: Shown

    @property
    def key(self) -> str:  # noqa: D102
        return f"edit {self.message.row}"


@dataclass(frozen=True, slots=True)
class Recall:
    """See whether a message whose sending was never answered is there: adopt it, or forget it (R14)."""

    message: Message

    @property
    def key(self) -> str:  # noqa: D102
        return f"recall {self.message.row}"


@dataclass(frozen=True, slots=True)
class Glance:
    """See whether a message is still there: Discord tells the bot nothing of messages that are deleted."""

    message: Message

    @property
    def key(self) -> str:  # noqa: D102
        return f"glance {self.message.row}"


@dataclass(frozen=True, slots=True)
class Pin:
    """Pin a desk's card."""

    message: Message

    @property
    def key(self) -> str:  # noqa: D102
        return f"pin {self.message.row}"


@dataclass(frozen=True, slots=True)
class Unpost:
    """Delete a message of ours that has nothing to show any more."""

    message: Message

    @property
    def key(self) -> str:  # noqa: D102
        return f"unpost {self.message.row}"


@dataclass(frozen=True, slots=True)
class LastWord:
    """Write the notice for people who still talk (R9)."""

    session: Session

    @property
    def key(self) -> str:  # noqa: D102
        return f"last word {self.session.id}"


@dataclass(frozen=True, slots=True)
class Say:
    """Send a notice into a channel, or where there is none as a direct message."""

    notice: Notice
    session: Session
    channel_id: int | None

    @property
    def key(self) -> str:  # noqa: D102
        # Where direct messages are closed, the channel is another way, and its turn comes at once.
        return f"say {self.notice.id} {self.channel_id or 'direct'}"


@dataclass(frozen=True, slots=True)
class Drop:
    """Give up a notice that has grown stale."""

    notice: Notice

    @property
    def key(self) -> str:  # noqa: D102
        return f"drop {self.notice.id}"


@dataclass(frozen=True, slots=True)
class Tell:
    """Tell organizers what only they can mend."""

    code: str
    detail: str

    @property
    def key(self) -> str:  # noqa: D102
        return f"tell {self.code}"


Step = (
    Make
    | Adopt
    | Find
    | Check
    | Move
    | Rename
    | Refit
    | Archive
    | Delete
    | Surplus
    | Came
    | Left
    | Absent
    | Post
    | Edit
    | Recall
    | Glance
    | Pin
    | Unpost
    | LastWord
    | Say
    | Drop
    | Tell
    | EventStep
)
