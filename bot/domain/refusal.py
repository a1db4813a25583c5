"""How a rule says no: a code and fields, never a sentence. `bot/ui/answer.py` turns it into words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bot.domain.capacity import Slot
    from bot.domain.models import Session


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """A wish that a rule does not allow. It does not change: whoever knows more raises it `completed`.

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
        offers: Sequence[Slot] = (),
        choices: Sequence[Session] = (),
        near: datetime | None = None,
        draft: int | None = None,
        session: int | None = None,
        **fields: object,
    ) -> None:
        super().__init__(code)
        self.code: Final = code
        self.fields: Final[Mapping[str, object]] = fields
        self.offers: Final = tuple(offers)
        self.choices: Final = tuple(choices)
        self.near: Final = near
        self.draft: Final = draft
        self.session: Final = session

    def completed(
        self,
        code: str | None = None,
        /,
        *,
        offers: Sequence[Slot] | None = None,
        near: datetime | None = None,
        draft: int | None = None,
        session: int | None = None,
        **fields: object,
    ) -> Refusal:
        """Return this refusal with what is given besides or instead; None leaves a thing as it is."""
        return Refusal(
            code or self.code,
            offers=self.offers if offers is None else offers,
            choices=self.choices,
            near=near or self.near,
            draft=self.draft if draft is None else draft,
            session=self.session if session is None else session,
            **{**self.fields, **fields},
        )

    def __str__(self) -> str:
        return f"{self.code} {self.fields}" if self.fields else self.code
