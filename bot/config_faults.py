"""What is wrong with a configuration, in words for the person who wrote it: key, problem, what is allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from itertools import count
from typing import Any, get_args
from zoneinfo import ZoneInfo

from dateutil.tz import datetime_ambiguous, datetime_exists
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from bot.domain.notes import fault_of
from bot.domain.programme import LONGEST_WINDOW

Loc = tuple[int | str, ...]

_SHOWN = 60
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?", re.ASCII)
_QUARTER = timedelta(minutes=15)
_YEARS = range(1970, 3000)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend: which setting, what is wrong with it, what is allowed.

    In Discord it is said in the reader's language: `code` names what is wrong, and `fields` fill that in.
    """

    key: str
    problem: str
    allowed: str = ""
    code: str = "not-allowed"
    fields: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.key}: {self.problem}" + (f"; {self.allowed}" if self.allowed else "")


class ConfigError(Exception):
    """A configuration that cannot be used, with every fault in it. Its text is one line a fault."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(*faults)
        self.faults = list(faults)

    def __str__(self) -> str:
        return "\n".join(map(str, self.faults))


def refuse(
    problem: str, allowed: str = "", code: str = "not-allowed", **fields: object
) -> PydanticCustomError:
    """Return what a validator raises; where `allowed` is empty, the field's description says it."""
    said = {"problem": problem, "allowed": allowed, "code": code, "fields": fields}
    return PydanticCustomError("refused", "{problem}", said)


def notes_link(text: str) -> str:
    """Return a template of links to notes as it was written; a validator."""
    trouble = {
        "long": f"has {len(text)} characters",
        "address": f"{shown(text)} is not an https address",
        "field": f"{shown(text)} has braces around something else",
        "sign": f"{shown(text)} has a sign that a link cannot have",
    }
    if text and (fault := fault_of(text)):
        raise refuse(trouble[fault], code=f"link-{fault}", value=text)
    return text


def nearest(word: str, known: Collection[str], likeness: float = 0.6) -> str | None:
    """Return the known word that was probably meant."""
    plain = {name.casefold(): name for name in known}
    # Cut, because difflib takes quadratic time.
    found = get_close_matches(word[:100].casefold(), plain, n=1, cutoff=likeness)
    return plain[found[0]] if found else None


def shown(value: object) -> str:
    """Return a value from a file as one short printable line."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, str):
        text = json.dumps(value[:_SHOWN], ensure_ascii=not value.isprintable())
        return text if len(value) <= _SHOWN else f"{text[:-1]}…"
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > 64:
        return "a number beyond 64 bits"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def dotted(loc: Loc) -> str:
    """Return the key as one would write it, such as `conference.windows[1].opens`."""
    key = ""
    for part in loc:
        if isinstance(part, int):
            key += f"[{part}]"
        else:
            key += f".{part if _BARE_KEY.fullmatch(part) else shown(part)}"
    return key.removeprefix(".")


def faults_of(model: type[BaseModel], error: ValidationError) -> list[Fault]:
    """Return pydantic's findings on `model` as faults."""
    return [_fault(model, found) for found in error.errors(include_url=False)]


def without(value: Any, faulty: Collection[Loc], at: Loc = ()) -> Any:
    """Return a copy with None in place of what is faulty, so that the rest can still be checked."""
    if at in faulty:
        return None
    if isinstance(value, Mapping):
        return {key: without(inner, faulty, (*at, key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without(inner, faulty, (*at, index)) for index, inner in enumerate(value)]
    return value


def local_time(value: object) -> datetime:
    """Return the date and time as the clocks at the conference show it (R1)."""
    moment = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if isinstance(moment, datetime) and not moment.tzinfo and not _LOCAL_TIME.fullmatch(value):
            moment = None
    if not isinstance(moment, datetime):
        raise refuse(f"{shown(value)} is not a date and a time")
    if moment.tzinfo:
        raise refuse(f"{shown(value)} has an offset from UTC")
    if moment.microsecond:
        raise refuse(f"{shown(value)} has a fraction of a second")
    if moment.year not in _YEARS:
        raise refuse(f"{shown(value)} is too far away", f"a year from {_YEARS[0]} to {_YEARS[-1]}", "far")
    return moment


@dataclass(frozen=True, slots=True)
class _Span:
    """A window or highlight in UTC, with its key and its name for what there is to say about it."""

    key: str
    name: str
    start: datetime
    end: datetime
    plain: str = ""


def window_faults(conference: Mapping[str, Any] | None) -> list[Fault]:
    """Return what is wrong with the windows (R2) and their highlights; without a zone, as if it were UTC."""
    faults: list[Fault] = []
    windows: list[_Span] = []
    conference = conference or {}
    zone = ZoneInfo(conference.get("timezone") or "UTC")
    for index, table in enumerate(conference.get("windows") or ()):
        key = f"conference.windows[{index}]"
        window = _span(table, key, zone, faults)
        highlights = [
            _span(inner, f"{key}.highlights[{number}]", zone, faults)
            for number, inner in enumerate((table or {}).get("highlights") or ())
        ]
        known = [highlight for highlight in highlights if highlight]
        faults += _overlaps(known)
        if window:
            windows.append(window)
            faults += _outside(known, window, zone) + _too_long(window, zone)
    return faults + _overlaps(windows)


def _too_long(window: _Span, zone: tzinfo) -> list[Fault]:
    """Return a fault where a window lasts longer than R2 allows: most likely a slip in the year."""
    latest = window.start + LONGEST_WINDOW
    if window.end <= latest:
        return []
    end = _wall(window.end.astimezone(zone))
    problem = f"{window.name} lasts until {end}, more than {LONGEST_WINDOW.days} days"
    allowed = f"a time up to {_wall(latest.astimezone(zone))}: write one window for each day"
    fields = {"name": window.plain, "days": LONGEST_WINDOW.days}
    return [Fault(f"{window.key}.closes", problem, allowed, "window-long", fields)]


def _span(table: Mapping[str, Any] | None, key: str, zone: tzinfo, faults: list[Fault]) -> _Span | None:
    """Return the span, or None where its ends are not known or wrong; what is wrong goes to `faults`."""
    ends: dict[str, datetime] = {}
    for side in ("opens", "closes"):
        if table and table.get(side) is not None:
            moment = local_time(table[side])
            fault = _clock_fault(f"{key}.{side}", moment, zone)
            if fault:
                faults.append(fault)
            else:
                ends[side] = moment
    if not table or len(ends) != 2:
        return None
    name = shown(table["name"]) if table.get("name") else key
    plain = table.get("name") or key
    span = _Span(key, name, instant(ends["opens"], zone), instant(ends["closes"], zone), plain)
    if span.start < span.end:
        return span
    problem = f"{name} closes at {_wall(ends['closes'])}, not after it opens"
    fields = {"name": plain, "opens": ends["opens"], "closes": ends["closes"]}
    allowed = f"a time after {_wall(ends['opens'])}"
    faults.append(Fault(f"{key}.closes", problem, allowed, "closes-first", fields))
    return None


def _clock_fault(key: str, moment: datetime, zone: tzinfo) -> Fault | None:
    """Return a fault where the clocks skip the time or show it twice: which instant was meant? (R1)."""
    if not _unclear(moment, zone):
        return None
    twice = datetime_exists(moment, zone)
    what = "exists twice" if twice else "does not exist"
    hour = moment.replace(minute=0, second=0)
    later = (hour + _QUARTER * quarters for quarters in count(1))
    good = next(time for time in later if time > moment and not _unclear(time, zone))
    problem = f"{_wall(moment)} {what} in {zone}, because the clocks change"
    code, fields = "clock-twice" if twice else "clock-skips", {"time": moment, "other": good}
    return Fault(key, problem, f"another time, such as {_wall(good)}", code, fields)


def _unclear(moment: datetime, zone: tzinfo) -> bool:
    return not datetime_exists(moment, zone) or datetime_ambiguous(moment, zone)


def _overlaps(spans: list[_Span]) -> list[Fault]:
    """Return a fault for each span that begins before those that began earlier are over (R2)."""
    faults = []
    last: _Span | None = None
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if last and span.start < last.end:
            problem = f"{span.name} overlaps {last.name} ({last.key})"
            allowed = "one may begin when the other ends, not before"
            fields = {"name": span.plain, "other": last.plain, "start": last.start, "end": last.end}
            faults.append(Fault(span.key, problem, allowed, "overlap", fields))
        if not last or span.end > last.end:
            last = span
    return faults


def _outside(highlights: list[_Span], window: _Span, zone: tzinfo) -> list[Fault]:
    start, end = (_wall(edge.astimezone(zone)) for edge in (window.start, window.end))
    return [
        Fault(
            span.key,
            f"{span.name} is not inside {window.name}",
            f"times from {start} to {end}",
            "outside",
            {"name": span.plain, "other": window.plain, "start": window.start, "end": window.end},
        )
        for span in highlights
        if span.start < window.start or span.end > window.end
    ]


def instant(local: datetime, zone: tzinfo) -> datetime:
    """Return the UTC instant at which the clocks of the zone show this (R1)."""
    return local.replace(tzinfo=zone).astimezone(UTC)


def _wall(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat()


def _fault(model: type[BaseModel], error: ErrorDetails) -> Fault:
    loc, value, context = error["loc"], error["input"], error.get("ctx", {})
    holder, field = _find(model, loc)
    if error["type"] == "extra_forbidden":
        kind = "section" if len(loc) == 1 and isinstance(value, dict) else "setting"
        return Fault(dotted(loc), f"is not a known {kind}", _instead(model, holder, str(loc[-1])), "unknown")
    problems = {
        "missing": ("missing", "is missing"),
        "greater_than_equal": ("too-small", f"{shown(value)} is too small"),
        "less_than_equal": ("too-large", f"{shown(value)} is too large"),
        "string_too_long": ("too-long", f"{shown(value)} is too long"),
        "too_long": ("too-many", f"{shown(value)} is not allowed"),
        "refused": (context.get("code", ""), context.get("problem", "")),
    }
    code, problem = problems.get(error["type"], ("not-allowed", f"{shown(value)} is not allowed"))
    described = field.description if field else None
    allowed = context.get("allowed") or described or f"a table with {_names(holder)}"
    fields = {"value": shown(value), **context.get("fields", {})}
    return Fault(dotted(loc), problem, allowed, code, fields)


def _find(model: type[BaseModel], loc: Loc) -> tuple[type[BaseModel], FieldInfo | None]:
    """Return the innermost known table on the way to the key, and the key's own field where it has one."""
    field = None
    for part in loc:
        field = model.model_fields.get(part) if isinstance(part, str) else None
        model = (field and _table(field)) or model
    return model, field


def _table(field: FieldInfo) -> type[BaseModel] | None:
    """Return the model of the field's table, or of its tables where it is a list."""
    kinds = (*get_args(field.annotation), field.annotation)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _instead(model: type[BaseModel], holder: type[BaseModel], key: str) -> str:
    """Return what an unknown key should have been: its neighbour, else one from another section."""
    own = nearest(key, holder.model_fields)
    if own:
        return f"did you mean `{own}`?"
    elsewhere = {
        name: f"{section}.{name}"
        for section, field in model.model_fields.items()
        for name in getattr(_table(field), "model_fields", ())
    }
    other = nearest(key, elsewhere)
    return f"did you mean `{elsewhere[other]}`?" if other else f"one of {_names(holder)}"


def _names(model: type[BaseModel]) -> str:
    return ", ".join(model.model_fields)
