"""Of what kind each setting is, so that Discord can ask for it in a form that fits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import get_args, get_origin

from pydantic.fields import FieldInfo


class What(Enum):
    """What a setting is, and so how it is asked for in Discord."""

    NUMBER = "number"
    SWITCH = "switch"
    CHOICE = "choice"
    TEXT = "text"
    TEXTS = "texts"
    ZONE = "zone"
    CHANNEL = "channel"
    ROLES = "roles"
    WINDOWS = "windows"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a setting is: from `low` to `high`, whose meaning follows from that, or one of the `choices`."""

    what: What
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()


def kind_of(field: FieldInfo) -> Kind:
    """Return what kind of setting a field is: what its type says, else what pydantic checks."""
    known = next((each for each in field.metadata if isinstance(each, Kind)), None)
    if known:
        return known
    kind = field.annotation
    if choices := get_args(kind) if get_origin(kind) is not tuple else ():
        return Kind(What.CHOICE, choices=tuple(map(str, choices)))
    if kind is bool:
        return Kind(What.SWITCH)
    bounds = {
        name: getattr(each, name) for each in field.metadata for name in ("ge", "le") if hasattr(each, name)
    }
    if kind is int:
        return Kind(What.NUMBER, bounds.get("ge", 0), bounds.get("le", 2**63 - 1))
    return Kind(What.TEXT, 0, 1000)
