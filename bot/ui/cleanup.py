"""What organizers see before, while and after all that the bot made in their server is removed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence

import discord

from bot.domain.names import clean_line, escaped, fold
from bot.domain.records import CATEGORIES, MESSAGES, Kind, Record
from bot.domain.refusal import Refusal
from bot.service.cleanup import Made, has_words
from bot.ui.choices import every_language
from bot.ui.desk_messages import problem
from bot.ui.exchange import Attachment
from bot.ui.forms import components, form, text_input
from bot.ui.guests import in_a_row
from bot.ui.presses import Press
from bot.ui.words import Words

PAGE = 15
"""Things on a page."""
NAME_LENGTH = 100
"""Code points of what is typed to be sure, and of a name that is shown."""
CLEANUP_FORM = "openspace-cleanup"
SORTS = ("category", "channel", "words", "message", "case", "event")
"""What things are counted by."""
KEEP, ALL = 0, 1
"""The form's number: whether people's words stay or go."""
PROBLEMS = 3
"""Problems that are told at most."""
ZIPPED = 8 * 2**20
"""Bytes of text in one archive: Discord takes 10 MiB a file."""
FILES = 3
"""Archives of one answer: Discord takes 25 MiB a request."""


def there(guild: discord.Guild, made: Made) -> list[Record]:
    """Return what of the recorded things is there as the cache shows it; a message where its channel is."""

    def shows(record: Record) -> bool:
        if record.kind in MESSAGES:
            return guild.get_channel(record.parent_id) is not None
        number = record.discord_id or 0
        found = guild.get_scheduled_event if record.kind is Kind.EVENT else guild.get_channel
        return found(number) is not None

    return [record for record in made.things if shows(record)]


def cases_there(guild: discord.Guild, made: Made) -> int:
    """Return how many of the messages that only organizers see are there as the cache shows it."""
    return sum(guild.get_channel(number) is not None for number in made.cases)


def counted(words: Words, things: Iterable[Record], cases: int = 0) -> str:
    """Return how many things of which sort there are, and messages about cases; nothing for none."""
    sorts = [_sort(record) for record in things] + ["case"] * cases
    some = (words.count(f"made-some-{sort}", sorts.count(sort)) for sort in SORTS if sort in sorts)
    return in_a_row(words, some)


def _sort(record: Record) -> str:
    if record.kind in CATEGORIES:
        return "category"
    if record.kind in MESSAGES:
        return "message"
    if record.kind is Kind.EVENT:
        return "event"
    return "words" if has_words(record) else "channel"


def layout(words: Words, guild: discord.Guild, made: Made, number: int) -> discord.ui.LayoutView:
    """Return a page of what there is, what removing it means, and the buttons for that."""
    things, cases, view = there(guild, made), cases_there(guild, made), discord.ui.LayoutView(timeout=None)
    pages = max(1, -(-len(things) // PAGE))
    number = max(0, min(number, pages - 1))
    shown = things[number * PAGE : (number + 1) * PAGE]
    heading = words("cleanup-heading") + "\n" + (counted(words, things, cases) or words("cleanup-nothing"))
    texts = [heading, "\n".join(_line(words, guild, record) for record in shown)]
    some = bool(things or cases)
    texts.append(words("cleanup-what") if some else words("cleanup-closed") if made.rules.closed else "")
    if some and made.active:
        texts.append(words.count("cleanup-active", made.active))
    elif some and made.to_come:
        texts.append(words("cleanup-to-come"))
    for text in filter(None, texts):
        view.add_item(discord.ui.TextDisplay(text))
    if pages > 1:
        view.add_item(discord.ui.ActionRow(*_pages(words, number, pages)))
    if some:
        view.add_item(discord.ui.ActionRow(*_ways(words, things, blocked=made.active > 0)))
    return view


def _pages(words: Words, number: int, pages: int) -> tuple[Press, Press]:
    back = Press("cleanup", number - 1, label=words("button-back"), disabled=number == 0)
    return back, Press("cleanup", number + 1, label=words("button-more"), disabled=number == pages - 1)


def _ways(words: Words, things: Sequence[Record], *, blocked: bool) -> list[Press]:
    def press(how: int, label: str) -> Press:
        return Press("cleanask", how, label=label, style=discord.ButtonStyle.danger, disabled=blocked)

    if not any(map(has_words, things)):
        return [press(KEEP, words("button-cleanup"))]
    download = Press("keepsake", label=words("button-keepsake"))
    keep = press(KEEP, words("button-cleanup-keep"))
    return [download, keep, press(ALL, words("button-cleanup-all"))]


def _line(words: Words, guild: discord.Guild, record: Record) -> str:
    what = words("made-text-words") if has_words(record) else words(f"made-{_what(record)}")
    number = record.discord_id or 0
    if record.kind in MESSAGES:
        url = f"https://discord.com/channels/{guild.id}/{record.parent_id}/{number}"
        thing = words("made-link", url=url)
    elif record.kind is Kind.EVENT:
        event = guild.get_scheduled_event(number)
        thing = escaped(clean_line(event.name, NAME_LENGTH), NAME_LENGTH) if event else "…"
    elif record.kind in CATEGORIES:
        category = guild.get_channel(number)
        thing = escaped(clean_line(category.name, NAME_LENGTH), NAME_LENGTH) if category else "…"
    else:
        thing = f"<#{number}>"
    return words("made-line", what=what, thing=thing)


def _what(record: Record) -> str:
    return "event-thing" if record.kind is Kind.EVENT else str(record.kind)


def cleanup_form(words: Words, how: int) -> discord.ui.Modal:
    """Return the form in which a name is typed to be sure, and where people's words go, a sentence."""
    fields = {"server": text_input("server", words, "", NAME_LENGTH, required=True)}
    if how == ALL:
        fields["lost"] = text_input("lost", words, "", NAME_LENGTH, required=True)
    return form(words, words("form-cleanup-title"), f"{CLEANUP_FORM}:{how}", fields)


def check_typed(words: Words, data: object, how: int, names: Sequence[str]) -> None:
    """Raise `Refusal` where what was typed is not what was asked for."""
    typed = {name: field["value"] for name, field in components(data).items()}
    if fold(typed["server"]) not in set(map(fold, filter(None, names))):
        raise Refusal("cleanup-name", typed=typed["server"], name=names[0])
    phrases = {fold(each("cleanup-phrase")) for each in every_language()}
    if how == ALL and fold(typed.get("lost", "").replace("’", "'")) not in phrases:
        raise Refusal("cleanup-words", phrase=words("cleanup-phrase"))


def progress(words: Words, guild: discord.Guild, made: Made) -> str:
    """Return how far removing is, or that it is done and what stays; what has to be mended first."""
    left = there(guild, made)
    if made.rules.closing != "all":
        kept = {record.discord_id for record in left if has_words(record)}
        left = [r for r in left if r.kind not in CATEGORIES and not {r.discord_id, r.parent_id} & kept]
    cases = cases_there(guild, made)
    lines = [words("cleanup-removing", gone=made.gone, left=len(left) + cases)]
    if not made.rules.closing:
        lines = [words("cleanup-done", gone=made.gone)]
        stays = counted(words, there(guild, made), cases)
        return "\n".join(lines + ([words("cleanup-kept", made=stays)] if stays else []))
    if made.problems:
        lines.append(words("cleanup-stuck"))
        lines += [problem(words, guild, each.code, each.detail) for each in made.problems[:PROBLEMS]]
    return "\n".join(lines)


def zipped(texts: Mapping[str, str]) -> tuple[list[Attachment], list[str]]:
    """Return texts by name as archives of one answer, and the names of those for which there is no room.

    It takes a while: for a thread of its own.
    """
    groups: list[dict[str, bytes]] = [{}]
    left: list[str] = []
    for name, text in texts.items():
        data = text.encode()
        if groups[-1] and sum(map(len, groups[-1].values())) + len(data) > ZIPPED:
            groups.append({})
        if len(groups) > FILES or len(data) > ZIPPED:
            left.append(name)
        else:
            groups[-1][name] = data
    return [_archive(n, group) for n, group in enumerate(groups[:FILES], start=1) if group], left


def _archive(number: int, files: Mapping[str, bytes]) -> Attachment:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return Attachment(f"open-space-words-{number}.zip", made.getvalue())


def later(words: Words, text: str) -> str:
    """Return how far removing is, where this message cannot follow it any longer."""
    return text + "\n" + words("cleanup-later")
