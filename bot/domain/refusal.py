"""How a rule says no: a code and fields, never a sentence. `bot/ui/answer.py` turns it into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain.capacity import Slot
    from bot.domain.models import Session


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A wish that a rule does not allow.

    `code` names a text `refusal-<code>` in the catalogues and `fields` fill it. `offers` are times that do
    fit (R6), nearest first; `choices` the sessions that may have been meant. `draft` is the number under
    which what the person typed is kept, so that one click goes on from it; `session` is the one that was to
    be changed, to which the offers belong. `near` is the time that was understood of a text, near which
    others are offered (R6).
    """

    def __init__(
        self,
        code: str,
        /,
        *,
        offers: tuple[Slot, ...] = (),
        choices: tuple[Session, ...] = (),
        near: datetime | None = None,
        **fields: object,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.fields = fields
        self.offers = offers
        self.choices = choices
        self.near = near
        self.draft: int | None = None
        self.session: int | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.fields}" if self.fields else self.code
