"""Lines of the audit trail in people's words: by page, and for the log channel."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import discord

from bot.domain.names import clean_line, escape, escaped, fold
from bot.domain.notices import NoticeKind
from bot.domain.records import CATEGORIES, CHANNELS, Kind
from bot.domain.trail import ACTIONS, About
from bot.service.trail import Entry, Lines, TrailPage
from bot.ui.choices import every_language
from bot.ui.desk_messages import MESSAGE_LENGTH
from bot.ui.faults import setting_name
from bot.ui.guests import in_a_row, mention
from bot.ui.menus import Menu
from bot.ui.presses import Press
from bot.ui.words import Words, moment

PAGE = 8
"""Lines of a page: in the longest words they stay within 4000 code points."""
TOPIC_LENGTH, REASON_LENGTH, VALUE_LENGTH, CODE_LENGTH = 60, 80, 24, 60
"""Code points of an escaped topic, of a reason, of a setting's value, and of what stands as code."""
LINE_LENGTH = 480
"""Code points of a line: without its reason each sentence stays within that."""
LOGGED = 60
"""Lines that are read for one message of the log channel: more than it holds."""
MOST_NAMED = 3
"""People, settings and changes that one line names at most."""
_OWN_WORDS = frozenset({"time", "host", "edit"})
"""Reasons of the bot's own that say nothing to people."""
_WHY = {"no-show": "audit-why-no-show", "idle": "audit-why-idle"}
_NO_ACTOR = frozenset({"came", "wrote", "quiet"})
"""Lines that are about people, though the bot wrote them by itself."""
CHANGES = ("topic", "description", "start", "end", "seats", "host_id")


def layout(words: Words, page: TrailPage, lines: Lines) -> discord.ui.LayoutView:
    """Return one page of the trail, with a menu of kinds and buttons for the newer and the older lines."""
    view = discord.ui.LayoutView(timeout=None)
    about = words(f"trail-about-{lines.about}") if lines.about else words("trail-about-all")
    heading = words("trail-heading", about=about)
    if lines.member is not None:
        heading += " · " + words("trail-of", who=f"<@{lines.member}>")
    if lines.session is not None:
        heading += " · " + words("trail-session", number=lines.session)
    view.add_item(discord.ui.TextDisplay(heading))
    told = [line(words, entry) for entry in page.lines]
    view.add_item(discord.ui.TextDisplay("\n".join(told) or words("trail-empty")))
    view.add_item(discord.ui.ActionRow(Menu("trailabout", _kinds(words, lines), placeholder=about)))
    if page.newer or page.older:
        first, last = page.lines[0].id, page.lines[-1].id
        view.add_item(
            discord.ui.ActionRow(
                _turn(lines, "after", first, label=words("button-newer"), disabled=not page.newer),
                _turn(lines, "before", last, label=words("button-older"), disabled=not page.older),
            )
        )
    return view


def _turn(lines: Lines, way: str, number: int, *, label: str, disabled: bool) -> Press:
    return Press("trail", way, number, _wanted(lines), label=label, disabled=disabled)


def _kinds(words: Words, lines: Lines) -> list[discord.SelectOption]:
    """Return what lines may be about, as a menu; the values carry the rest of what was asked for."""
    return [
        discord.SelectOption(
            label=words(f"trail-about-{about}") if about else words("trail-about-all"),
            value=_wanted(replace(lines, about=about)),
            default=about == lines.about,
        )
        for about in (None, *About)
    ]


def read_kind(text: str | None) -> About | None:
    """Return what a choice of the command asks for, by its value or its shown name."""
    named = {fold(words(f"trail-about-{about}")): about for words in every_language() for about in About}
    return About(text) if text in set(About) else named.get(fold(text or ""))


def _wanted(lines: Lines) -> str:
    return f"{lines.session or ''}_{lines.member or ''}_{lines.about or ''}"


def asked(text: str) -> Lines:
    """Return which lines a button or a menu asks for."""
    session, member, about = text.split("_")
    return Lines(int(session) if session else None, int(member) if member else None, read_kind(about))


def batch(words: Words, entries: Sequence[Entry]) -> tuple[str, int]:
    """Return as many lines as one message of the log channel holds, and the number of the last of them.

    What is confidential shows its number only.
    """
    text, until = "", 0
    for entry in entries:
        is_open = ACTIONS.get(entry.action) is not About.REPORTS
        told = line(words, entry) if is_open else words("log-confidential", number=entry.id)
        if text and len(text) + 1 + len(told) > MESSAGE_LENGTH:
            break
        text, until = f"{text}\n{told}" if text else told, entry.id
    return text, until


def many(words: Words, number: int) -> str:
    """Return what the log channel shows in place of so many lines."""
    return words.count("log-many", number)


def log_begins(words: Words) -> str:
    """Return the first message in a log channel."""
    return words("log-begins")


def line(words: Words, entry: Entry) -> str:
    """Return one line: when, who, what, why. It mentions people; whoever sends it lets nobody be pinged."""
    when = f"{discord.utils.format_dt(entry.at, 'd')} {discord.utils.format_dt(entry.at, 't')}"
    text = words("audit-line", when=when, who=_who(words, entry), what=_what(words, entry))
    text = " ".join(text.split())
    why = _why(words, entry)
    return text + why if len(text + why) <= LINE_LENGTH else text


def _who(words: Words, entry: Entry) -> str:
    if entry.action in _NO_ACTOR:
        return "" if entry.action == "quiet" else _people(words, entry.detail.get("people"))
    if entry.actor_id is None:
        return words("audit-bot")
    return _person(words, entry.actor_id)


def _person(words: Words, user_id: object) -> str:
    return mention(words, user_id if isinstance(user_id, int) else None)


def _people(words: Words, ids: object) -> str:
    """Return the first of these people and how many more there are."""
    people = list(ids) if isinstance(ids, list) else []
    text = in_a_row(words, (_person(words, each) for each in people[:MOST_NAMED]))
    more = len(people) - MOST_NAMED
    if more > 0:
        return words("guests-more", names=text, n=more, total=len(people))
    return text or words("audit-somebody")


def _why(words: Words, entry: Entry) -> str:
    reason = entry.reason
    if not reason or reason in _OWN_WORDS or (entry.actor_id is None and reason in _WHY):
        return words(_WHY[reason]) if reason in _WHY else ""
    return words("audit-why", reason=escaped(reason, REASON_LENGTH))


def _what(words: Words, entry: Entry) -> str:
    """Return what was done, in a sentence of its own; what is technical in a few words that fit all of it."""
    topic = (
        entry.topic or _text(entry.detail, "topic") or (f"#{entry.session_id}" if entry.session_id else "")
    )
    fields: dict[str, object] = {"topic": escaped(topic, TOPIC_LENGTH) or "…", **_fields(words, entry)}
    if entry.action in ACTIONS:
        return words(f"audit-{_variant(entry)}", **fields)
    thing, _, did = entry.action.partition("-")
    if thing == "notice":
        if did == "dropped":
            return words("audit-notice-given-up", **fields)
        kind = words(f"audit-notice-{did}") if did in set(NoticeKind) else _code(did)
        return words("audit-notice", kind=kind, **fields)
    if thing in THINGS and did in DONE:
        return words(f"audit-did-{did}", thing=_thing(words, entry), **fields)
    if entry.action in TECHNICAL:
        return words(f"audit-{entry.action}", **fields)
    return words("audit-other", action=_code(entry.action))


THINGS = ("channel", "message", "event")
DONE = ("made", "adopted", "surplus", "changed", "missing", "deleted", "ended")
TECHNICAL = ("problem", "problem-solved", "words-refused", "setup-offered", "setup-not-offered")
_ONE = ("member", "user", "host")
"""Where a line's detail has the one person whom it is about."""


def _variant(entry: Entry) -> str:
    """Return the action, or another name for it where its detail makes it another thing to people."""
    if entry.action == "cohosts" and not entry.detail.get("after"):
        return "cohosts-none"
    return entry.action


def _fields(words: Words, entry: Entry) -> dict[str, object]:
    """Return all that a sentence may want of a line's detail; what is missing reads as an ellipsis."""
    detail = entry.detail
    return {
        "what": in_a_row(words, _changes(words, detail)) or "…",
        "people": _people(words, detail.get("after")),
        "member": _person(words, next((detail[key] for key in _ONE if detail.get(key)), 0)),
        "words": escaped(_text(detail, "words"), REASON_LENGTH) or "…",
        "case": detail.get("case", "…"),
        "line": escaped(str(_last(detail.get("takeaway")) or ""), REASON_LENGTH) or "…",
        "start": _instant(detail.get("start")),
        "until": _instant(detail.get("end")),
        "desk": detail.get("desk", "…"),
        "number": detail.get("number", "…"),
        "tried": _code(_text(detail, "tried")),
        "code": _code(_text(detail, "code")),
    }


def _changes(words: Words, detail: Mapping[str, object]) -> Iterator[str]:
    """Yield what a change of a session, or of settings, has changed."""
    changed = detail.get("changed")
    if isinstance(changed, Mapping):
        for key, pair in list(changed.items())[:MOST_NAMED]:
            before, after = pair if isinstance(pair, Sequence) and len(pair) == 2 else ("", pair)
            values = {"before": _setting(words, key, before), "after": _setting(words, key, after)}
            yield words("audit-setting", key=escape(setting_name(words, str(key))), **values)
        if len(changed) > MOST_NAMED:
            yield "…"
    for name in CHANGES:
        pair = detail.get(name)
        if isinstance(pair, list) and len(pair) == 2:
            yield words(f"audit-changed-{name}", after=_SHOWN.get(name, _none)(words, pair[1]))


def _none(words: Words, value: object) -> str:
    return ""


_SHOWN: Mapping[str, Callable[[Words, object], str]] = {
    "topic": lambda words, value: escaped(str(value), TOPIC_LENGTH),
    "start": lambda words, value: _instant(value),
    "end": lambda words, value: _instant(value),
    "seats": lambda words, value: str(value or words("audit-no-seats")),
    "host_id": _person,
}


def _setting(words: Words, key: object, value: object) -> str:
    """Return a setting's value as organizers know it; None where the server had no own one."""
    if value is None:
        return words("source-default")
    if isinstance(value, bool):
        return words("value-on" if value else "value-off")
    if key == "conference.windows" and isinstance(value, list):
        return words.count("value-windows", len(value))
    return _value(value)


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return escaped(clean_line(text, VALUE_LENGTH), VALUE_LENGTH) or "…"


def _instant(value: object) -> str:
    """Return an instant, or the later of two, as Discord's timestamp."""
    try:
        return moment(datetime.fromisoformat(str(_last(value))))
    except ValueError:
        return "…"


def _last(value: object) -> object:
    """Return a value, or the later of two."""
    return value[-1] if isinstance(value, list) and value else value


def _text(detail: Mapping[str, object], key: str) -> str:
    value = detail.get(key)
    return value if isinstance(value, str) else ""


def _code(text: str) -> str:
    """Return a text to stand between backticks."""
    return clean_line(text, CODE_LENGTH).replace("`", "'") or "…"


def _thing(words: Words, entry: Entry) -> str:
    """Return a thing on Discord in words, with a link to a channel and the topic of its session."""
    kind, discord_id = _text(entry.detail, "kind"), entry.detail.get("discord")
    if kind not in set(Kind):
        return _code(kind)
    text = words("made-event-thing") if kind == Kind.EVENT else words(f"made-{kind}")
    linked = discord_id and kind in CHANNELS - CATEGORIES
    topic = escaped(entry.topic, TOPIC_LENGTH)
    return text + (f" <#{discord_id}>" if linked else "") + (f" **{topic}**" if topic else "")
