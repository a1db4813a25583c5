"""The steps that the plan is made of. Each is safe to repeat; `key` names it in backoff and logs."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.models import Session
from bot.store.channels import Kind, Record
from bot.store.notices import Notice


@dataclass(frozen=True, slots=True)
class Make:
    """Ask Discord for a channel. `session` is None for a category; `plain`: without strangers' words."""

    kind: Kind
    mark: str
    name: str
    session: Session | None = None
    parent_id: int | None = None
    plain: bool = False

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
class LastWord:
    """Write the notice for people who still talk (R9)."""

    session: Session

    @property
    def key(self) -> str:  # noqa: D102
        return f"last word {self.session.id}"


@dataclass(frozen=True, slots=True)
class Say:
    """Send a notice into a channel."""

    notice: Notice
    session: Session
    channel_id: int

    @property
    def key(self) -> str:  # noqa: D102
        return f"say {self.notice.id}"


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


Step = Make | Adopt | Find | Check | Move | Archive | Delete | Surplus | LastWord | Say | Drop | Tell
