"""The files that organizers take along: tables as CSV and JSON, sessions as a calendar (ICS)."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from bot.domain.life import as_of
from bot.domain.models import Session, State
from bot.domain.names import fold
from bot.domain.notes import notes_link
from bot.domain.programme import Programme
from bot.domain.refusal import Refusal
from bot.service.exports import Presence, Records
from bot.ui.choices import every_language
from bot.ui.exchange import Attachment
from bot.ui.ics import calendar
from bot.ui.words import Words


class What(StrEnum):
    """What is export along."""

    ALL = "all"
    SESSIONS = "sessions"
    JOINS = "joins"
    VISITS = "visits"
    TAKEAWAYS = "takeaways"
    CALENDAR = "calendar"


TABLES = (What.SESSIONS, What.JOINS, What.VISITS, What.TAKEAWAYS)


class Form(StrEnum):
    """As which kind of file."""

    CSV = "csv"
    JSON = "json"
    ICS = "ics"


def read_what(typed: str) -> What:
    """Return what is taken along, by its value or by the name that a reader of any language sees."""
    names = {fold(words(f"export-{what}")): what for words in every_language() for what in What}
    return names.get(fold(typed)) or What(typed)


def read_form(typed: str) -> Form:
    """Return the kind of file, likewise."""
    names = {fold(words(f"format-{form}")): form for words in every_language() for form in Form}
    return names.get(fold(typed)) or Form(typed)


BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""With one of these a cell begins that a spreadsheet may calculate
(https://owasp.org/www-community/attacks/CSV_Injection)."""
Value = str | int | datetime | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Export:
    """What is written into files, as time has made it by `now`: of one day, or of all (None)."""

    records: Records
    programme: Programme
    now: datetime
    day: date | None = None

    @property
    def sessions(self) -> list[Session]:
        """The sessions of the day, in order of their start."""
        day_of = self.programme.day_of
        known = (as_of(session, self.now) for session in self.records.sessions)
        return [s for s in known if self.day is None or day_of(s.start) == self.day]


def files(words: Words, export: Export, what: What, form: Form | None) -> list[Attachment]:
    """Return what was asked for; where no form was, tables are CSV files and the calendar goes with all.

    A calendar is a calendar, whatever form was asked for; as ICS nothing else is to be had.
    """
    if form is Form.ICS or what is What.CALENDAR:
        programme = export.programme
        dated = calendar(
            words, export.records, programme, export.sessions, lambda session: notes_link(programme, session)
        )
        return [Attachment(_name(export, What.CALENDAR, Form.ICS), dated)]
    tables = TABLES if what is What.ALL else (what,)
    if form is Form.JSON:
        return [Attachment(_name(export, what, form), as_json(export, tables))]
    made = [Attachment(_name(export, each, Form.CSV), as_csv(export, each)) for each in tables]
    return made if what is not What.ALL or form else [*made, *files(words, export, What.CALENDAR, None)]


def _name(export: Export, what: What, form: Form) -> str:
    day = f"-{export.day}" if export.day else ""
    return f"openspace-{what}{day}.{form}"


def fitting(made: Sequence[Attachment], each: int, together: int) -> list[Attachment]:
    """Return files that a message can carry, packed into one archive where they are too large.

    Raises `Refusal` where that is too large as well.
    """
    if all(len(file.data) <= each for file in made) and sum(len(file.data) for file in made) <= together:
        return list(made)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in made:
            archive.writestr(file.name, file.data)
    if packed.tell() > each:
        raise Refusal("export-too-large", most=each // 2**20)
    return [Attachment("openspace-export.zip", packed.getvalue())]


# ------------------------------------------------------------------------------------------------- tables

COLUMNS: Mapping[What, tuple[str, ...]] = {
    What.SESSIONS: (
        *("session_id", "day", "start", "end", "closed", "state", "desk", "topic", "description"),
        *("host", "host_id", "cohosts", "seats", "joined", "visited", "reason", "takeaway", "notes"),
        "booked",
    ),
    What.JOINS: ("session_id", "topic", "person", "person_id", "joined"),
    What.VISITS: ("session_id", "topic", "person", "person_id", "came"),
    What.TAKEAWAYS: ("session_id", "day", "topic", "host", "takeaway"),
}
"""Named for programs, so the same in every language."""


def rows(export: Export, what: What) -> list[Row]:
    """Return the rows of a table, a value for each of its `COLUMNS`."""
    match what:
        case What.JOINS:
            return _people(export, export.records.joins)
        case What.VISITS:
            return _people(export, export.records.visits)
        case What.TAKEAWAYS:
            over = [session for session in export.sessions if session.state is State.ENDED]
            return [(s.id, _day(export, s), s.topic, s.host_name, s.takeaway) for s in over]
    return _sessions(export)


def _sessions(export: Export) -> list[Row]:
    records = export.records
    joined, visited = (Counter(each.session_id for each in some) for some in (records.joins, records.visits))
    return [
        (
            *(s.id, _day(export, s), s.start, s.end, s.closed, str(s.state), s.desk, s.topic, s.description),
            *(s.host_name, _id(s.host_id)),
            ", ".join(name for _, name in records.cohosts.get(s.id, ()) if name),
            *(s.seats, joined[s.id], visited[s.id], s.why, s.takeaway, notes_link(export.programme, s)),
            records.created.get(s.id),
        )
        for s in export.sessions
    ]


def _people(export: Export, found: Iterable[Presence]) -> list[Row]:
    topics = {session.id: session.topic for session in export.sessions}
    return [
        (each.session_id, topics[each.session_id], each.name, _id(each.user_id), each.at)
        for each in found
        if each.session_id in topics
    ]


def _day(export: Export, session: Session) -> str:
    return str(export.programme.day_of(session.start))


def _id(user_id: int) -> str:
    """Return a person's id as text: as a number programs would round it. The forgotten have none."""
    return str(user_id) if user_id else ""


def as_csv(export: Export, what: What) -> bytes:
    """Return a table for spreadsheets: times by the conference's clocks, no cell that is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS[what])
    writer.writerows([_cell(export, value) for value in row] for row in rows(export, what))
    return (BOM + text.getvalue()).encode()


def _cell(export: Export, value: Value) -> str | int:
    if isinstance(value, datetime):
        return f"{export.programme.local(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return "" if value is None else value


def as_json(export: Export, tables: Iterable[What]) -> bytes:
    """Return tables for programs: times with their offset from UTC, an object for each row."""
    programme = export.programme
    whole: dict[str, object] = {
        "conference": programme.name,
        "timezone": programme.zone.key,
        "server_id": str(export.records.guild_id),
        "exported": programme.local(export.now).isoformat(timespec="seconds"),
    }
    for what in tables:
        whole[what] = [dict(zip(COLUMNS[what], row, strict=True)) for row in rows(export, what)]

    def told(value: object) -> str:
        assert isinstance(value, datetime)  # noqa: S101 - json knows all else that is in a row
        return programme.local(value).isoformat(timespec="seconds")

    return json.dumps(whole, ensure_ascii=False, indent=2, default=told).encode()
