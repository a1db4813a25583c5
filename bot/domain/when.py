"""R1: reads the time a person types. What was not said is never filled in, but refused with an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dateutil.parser import isoparse, parserinfo
from dateutil.relativedelta import relativedelta
from dateutil.tz import datetime_ambiguous, datetime_exists

from bot.domain.models import Window
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.domain.when_words import DAYS, NOW, PERIODS, plain

_LONGEST = 100
"""Code points in a text that can still be a time; a longer one is not read at all."""
_SHOWN = 60
"""Code points of the person's text that a refusal repeats."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)
_FARTHEST_OFFSET = timedelta(hours=14)
_FARTHEST = timedelta(days=3660)
"""What is further ahead is a slip of the pen, and near the year 9999 no end could be reckoned from it."""
_NAMES = parserinfo()

_PERIOD = "|".join(PERIODS)
_MINUTES = r"(?:m|mins?|minutes?)"
_OFFSET = r"\d{1,2}(?::?\d\d)?"
# A minus needs UTC or GMT before it, since 14:30-15:20 is a range; _ISO takes those that no person types.
_ZONE = rf"z|(?:utc|gmt)(?: ?[+-]{_OFFSET})?|\+{_OFFSET}|[a-z_]+(?:/[a-z0-9_+-]+)+"
_ALONE = r"(?<![\d/:.+-])"
_AFTER = rf"(?: ?(?P<zone>{_ZONE}))?(?![\w:/.])"

_STAMP = re.compile(r"<t:(-?\d{1,12})(?::[a-z])?>", re.ASCII)
_ISO = re.compile(
    r"\d{4}-\d\d-\d\d(?:t(?!24)\d\d:\d\d| \d\d:\d\d(?=:))(?::\d\d(?:\.\d+)?)?"
    r"(?:z|[+-](?:0\d|1[0-4])(?::?\d\d)?)",
    re.ASCII,
)
_WAIT = re.compile(
    r"in (?:(?P<hours>\d+(?:\.\d+)?) ?(?:h|hrs?|hours?)"
    rf"(?: ?(?:and )?(?P<minutes>\d+) ?{_MINUTES}?)?|(?P<only>\d+) ?{_MINUTES})",
    re.ASCII,
)
_CLOCK = re.compile(
    rf"(?:(?P<period>{_PERIOD}) ?|{_ALONE}(?=\d+:|\d+ ?[ap]m\b))"
    r"(?P<hour>\d{1,2})(?::(?P<minute>\d\d)(?::(?P<second>\d\d))?)?"
    rf"(?: ?(?P<half>[ap]m)(?![a-z]))?{_AFTER}",
    re.ASCII,
)
_FOUR_DIGITS = re.compile(rf"{_ALONE}(?P<hour>\d\d)(?P<minute>\d\d){_AFTER}(?!-)", re.ASCII)
_DAY = re.compile(r"d(?:ay)? ?#?(\d+)", re.ASCII)
_NUMBERS = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})", re.ASCII)
_MONTH_DAY = re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})", re.ASCII)
_NAME_DAY = re.compile(
    r"(?P<name>[a-z]+)\.? ?(?P<day>\d{1,2})(?:st|nd|rd|th)?(?: (?P<year>\d{4}))?", re.ASCII
)
_DAY_NAME = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)? ?(?P<name>[a-z]+)\.?(?: (?P<year>\d{4}))?", re.ASCII
)


def read_when(text: str | None, now: datetime, programme: Programme) -> datetime:
    """Return the instant that a person means, in UTC and whole seconds (R1); nothing typed means `now`.

    A time without a zone is in the conference's; a clock time without a date is the next one inside a window.
    A date and time outside the windows is returned as it is: that is for R2 to refuse. Raises `Refusal` and
    nothing else, always with `text`, what was typed, and `example`, a text that would be understood now.
    """
    now = now.astimezone(UTC).replace(microsecond=0)
    typed = " ".join((text or "").split())
    if not typed:
        return now
    try:
        if len(typed) > _LONGEST:
            raise Refusal("when-unclear")
        return _read(plain(typed), now, programme)
    except Refusal as answer:
        refusal = answer
    except (ValueError, OverflowError):  # 30 February, 25:00, the year 10000
        refusal = Refusal("when-unclear")
    refusal.fields.update(text=typed[:_SHOWN], example=_example(now, programme))
    raise refusal


def _read(text: str, now: datetime, programme: Programme) -> datetime:
    if text in NOW:
        return now
    if wait := _WAIT.fullmatch(text):
        return _ahead(now + _length(wait), now)
    if stamp := _STAMP.fullmatch(text):
        return _ahead(_EPOCH + timedelta(seconds=int(stamp[1])), now)
    if _ISO.fullmatch(text):
        return _ahead(isoparse(text.upper()).astimezone(UTC).replace(microsecond=0), now)
    clock, zone, words = _split(text, programme.zone)
    if clock and not words:
        return _next_in_window(clock, zone, now, programme)
    day = _date(words, now.astimezone(zone).date(), programme)
    if not clock:
        raise Refusal("when-no-time")
    return _ahead(_instant(datetime.combine(day, clock, zone)), now)


def _length(wait: re.Match[str]) -> timedelta:
    minutes = int(wait["only"] or wait["minutes"] or 0)
    return timedelta(minutes=round(float(wait["hours"] or 0) * 60) + minutes)


def _split(text: str, zone: ZoneInfo) -> tuple[time | None, tzinfo, str]:
    """Return the clock time, the zone it is in, and the words left over, which must be a date."""
    text = re.sub(r"(?<=\d)t(?=\d)", " ", text)
    found = _CLOCK.search(text) or _four_digits(text)
    if not found:
        return None, zone, text
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    if before and after:  # Oct 3 pm 2: the pm may belong to either number
        raise Refusal("when-unclear")
    return _clock(found.groupdict()), _zone(found["zone"], zone), before or after


def _four_digits(text: str) -> re.Match[str] | None:
    for found in _FOUR_DIGITS.finditer(text):
        others = text[: found.start()] + text[found.end() :]
        if found["hour"] != "20" or not re.search(r"\d", others):  # Oct 3 2021: a year, not 20:21
            return found
    return None


def _clock(said: dict[str, str | None]) -> time:
    hour = int(said["hour"] or 0)
    half, period = said.get("half"), said.get("period")
    part = half or period
    if part:
        first, end = PERIODS[part]
        meant = [h for h in ((hour,) if hour > 12 else (hour, (hour + 12) % 24)) if first <= h < end]
        if not meant or (half and period) or (part in ("am", "pm") and not 1 <= hour <= 12):
            raise Refusal("when-unclear")
        hour = meant[0]
    return time(hour, int(said["minute"] or 0), int(said.get("second") or 0))


@cache
def _zone_names() -> dict[str, str]:
    # Without a slash there are EST, CST6CDT and the like, which mean different things to different people.
    return {name.casefold(): name for name in available_timezones() if "/" in name}


def _zone(name: str | None, default: ZoneInfo) -> tzinfo:
    if name is None:
        return default
    if "/" in name:
        if name not in _zone_names():
            raise Refusal("when-unclear")
        return ZoneInfo(_zone_names()[name])
    found = re.search(r"([+-])(\d{1,2}):?(\d\d)?$", name, re.ASCII)
    if not found:
        return UTC
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    if offset > _FARTHEST_OFFSET or int(found[3] or 0) > 59:
        raise Refusal("when-unclear")
    return timezone(-offset if found[1] == "-" else offset)


def _date(words: str, today: date, programme: Programme) -> date:
    weekdays, rest = [], []
    for word in words.split():
        weekday = _NAMES.weekday(word.rstrip("."))
        if weekday is None:
            rest.append(word)
        else:
            weekdays.append(weekday)
    if rest:
        day = _named_date(" ".join(rest), today, programme)
    elif weekdays:
        day = _next_weekday(weekdays[0], today, programme)
    else:
        raise Refusal("when-unclear")
    if any(day.weekday() != weekday for weekday in weekdays):
        raise Refusal("when-unclear")
    return day


def _next_weekday(weekday: int, today: date, programme: Programme) -> date:
    days = (day for day in programme.days() if day >= today and day.weekday() == weekday)
    return next(days, today + relativedelta(weekday=weekday))


def _named_date(words: str, today: date, programme: Programme) -> date:
    if words in DAYS:
        return today + timedelta(days=DAYS[words])
    if found := _DAY.fullmatch(words):
        number, days = int(found[1]), programme.days()
        if not 1 <= number <= len(days):
            raise Refusal("when-no-day", day=number, days=len(days))
        return days[number - 1]
    for pattern in (_NUMBERS, _MONTH_DAY, _NAME_DAY, _DAY_NAME):
        if found := pattern.fullmatch(words):
            said = found.groupdict()
            month = _NAMES.month(said["name"]) if "name" in said else int(said["month"])
            if month:
                return _calendar(said.get("year"), month, int(said["day"]), today, programme)
    raise Refusal("when-unclear")


def _calendar(year: str | None, month: int, day: int, today: date, programme: Programme) -> date:
    if year:
        return date(int(year), month, day)
    anchor = date(2000, month, day)  # a leap year, so that 29 February passes and 30 February does not
    for conference_day in programme.days():
        if (conference_day.month, conference_day.day) == (month, day):
            return conference_day
    years = (anchor + relativedelta(year=today.year + ahead) for ahead in range(9))
    return next(that for that in years if that >= today and that.day == day)


def _instant(local: datetime) -> datetime:
    if not datetime_exists(local):
        raise Refusal("when-skipped")
    if datetime_ambiguous(local):
        raise Refusal("when-twice")
    return local.astimezone(UTC)


def _ahead(instant: datetime, now: datetime) -> datetime:
    """Return the instant, or now if it has passed but lies in the current minute."""
    if instant < now.replace(second=0):
        raise Refusal("when-past")
    if instant - now > _FARTHEST:
        raise Refusal("when-unclear")
    return max(instant, now)


def _next_in_window(clock: time, zone: tzinfo, now: datetime, programme: Programme) -> datetime:
    minute = now.replace(second=0)
    for window in programme.windows:
        for day in _dates(window, zone):
            local = datetime.combine(day, clock, zone)
            both = [local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
            if any(minute <= i and window.start <= max(i, now) < window.end for i in both):
                return max(_instant(local), now)
    raise Refusal("when-no-window")


def _dates(window: Window, zone: tzinfo) -> Iterator[date]:
    first, last = (instant.astimezone(zone).date() for instant in (window.start, window.end))
    return (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))


def _example(now: datetime, programme: Programme) -> str:
    """Return the next start in a window: `14:30` today, `2021-10-03 10:30` later. None left: tomorrow."""
    local = next(i for i in map(programme.local, _starts(now, programme)) if not datetime_ambiguous(i))
    today = local.date() == programme.local(now).date()
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


def _starts(now: datetime, programme: Programme) -> Iterator[datetime]:
    for window in programme.windows:
        start = _ceil(now, _QUARTER) if window.start <= now else _ceil(window.start, _MINUTE)
        while start < window.end:
            yield start
            start += _QUARTER
    for ahead in (1, 2):  # two nights in a row never both turn the clock back
        yield _ceil(now, _QUARTER) + timedelta(days=ahead)


def _ceil(instant: datetime, step: timedelta) -> datetime:
    return instant + (_EPOCH - instant) % step
