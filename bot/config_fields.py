"""What the sections of the settings are made of."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def whole(low: int, high: int, what: str = "a whole number") -> Any:
    """Return what a whole number within limits is described by."""
    return Field(strict=True, ge=low, le=high, description=f"{what} from {low} to {high}")


Switch = Annotated[bool, Field(strict=True, description="true or false")]


class Table(BaseModel):
    """A section: it never changes, and knows all of its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid")
