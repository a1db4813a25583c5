"""The guided set-up: one panel with all steps and what is missing, and the preview of the board."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import discord

from bot import permissions
from bot.domain.names import escape, escaped
from bot.service import Stand, Step
from bot.ui import board
from bot.ui.hours import openings_text
from bot.ui.menus import Menu
from bot.ui.presses import Press
from bot.ui.words import Words
from bot.ui.zones import zone_label

TEXT_LENGTH = 4000
"""Code points of all texts of a message: https://docs.discord.com/developers/components/reference."""
NOTICE_LENGTH = 1400
NAMES = 10
"""Roles that are named at most."""
ROOM = (6, 3, 1, 0)
"""How many windows are shown, from roomy to tight; the first with which everything fits is taken."""
GREEN, BLUE = 0x23A55A, 0x5865F2


@dataclass(frozen=True, slots=True)
class Aside:
    """What the panel says besides: what happened, zones to choose from, what was typed by step."""

    notice: str = ""
    zones: Sequence[str] = ()
    typed: Mapping[Step, int] = field(default_factory=dict)
    board: int | None = None


def panel(
    words: Words, guild: discord.Guild, stand: Stand, now: datetime, aside: Aside = Aside()
) -> discord.ui.LayoutView:
    """Return the panel: every step with its value, what the bot lacks, and how to go on."""
    drawing = _Panel(words, guild, stand, now, aside)
    drawings = (drawing.drawn(windows) for windows in ROOM)
    view = next(drawings)
    for tighter in drawings:
        if _length(view) <= TEXT_LENGTH:
            break
        view = tighter
    return view


def _length(view: discord.ui.LayoutView) -> int:
    return sum(len(item.content) for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay))


class _Panel:
    """One drawing of the panel."""

    def __init__(self, words: Words, guild: discord.Guild, stand: Stand, now: datetime, aside: Aside) -> None:
        self.words, self.guild, self.stand, self.now = words, guild, stand, now
        self.aside, self.windows = aside, ROOM[0]

    def drawn(self, windows: int) -> discord.ui.LayoutView:
        """Return the panel with so many windows at most."""
        self.windows = windows
        words, live = self.words, self.stand.rules.live
        view = discord.ui.LayoutView(timeout=None)
        head = words("setup-title") + "\n" + words("setup-live-now" if live else "setup-not-public")
        view.add_item(discord.ui.TextDisplay(head))
        if self.aside.notice:
            view.add_item(discord.ui.TextDisplay(_cut_lines(self.aside.notice)))
        if self.aside.zones:
            view.add_item(discord.ui.ActionRow(self._zones()))
        box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=GREEN if live else BLUE)
        for step in Step:
            box.add_item(discord.ui.Section(self._text(step), accessory=self._press(step)))
        view.add_item(box)
        view.add_item(discord.ui.TextDisplay("\n".join(self._foot())))
        if not live:
            view.add_item(discord.ui.ActionRow(*self._buttons()))
        return view

    def _zones(self) -> Menu:
        mark = self.stand.mark(Step.PLACE)
        options = [
            discord.SelectOption(label=zone_label(self.words, zone, self.now), value=f"{zone}|{mark}")
            for zone in self.aside.zones
        ]
        return Menu("setupzone", options, placeholder=self.words("setup-which-zone"))

    def _press(self, step: Step) -> Press:
        """Return the button of a step; where it was filled in and refused, it goes on from what was typed."""
        typed = self.aside.typed.get(step)
        done = step not in {Step.PLACE, Step.HOURS} or self._text_of(step) is not None
        key = "button-mend" if typed else "button-alter" if done else "button-fill"
        first = not self._done(Step.PLACE)
        todo = not done and (step is Step.PLACE or not first)
        style = discord.ButtonStyle.primary if typed or todo else discord.ButtonStyle.secondary
        args = (int(step), typed) if typed else (int(step),)
        waits = step is Step.HOURS and self.stand.value("conference.timezone") is None
        return Press("setupstep", *args, label=self.words(key), style=style, disabled=waits)

    def _done(self, step: Step) -> bool:
        return self._text_of(step) is not None

    def _text(self, step: Step) -> str:
        words = self.words
        title = words(f"setup-step-{step.name.lower()}", number=int(step))
        if self.stand.from_file(step):
            title += " " + words("setup-from-file")
        return title + "\n" + (self._text_of(step) or words("setup-not-yet"))

    def _text_of(self, step: Step) -> str | None:
        """Return what a step says; None where what it must have is missing."""
        match step:
            case Step.PLACE:
                return self._place()
            case Step.HOURS:
                zone = self.stand.value("conference.timezone")
                openings = self.stand.openings
                if not openings:
                    return None
                return openings_text(self.words, openings, ZoneInfo(str(zone or "UTC")), self.windows)
            case Step.DESKS:
                language = self.words(f"value-{self.stand.value('conference.language')}")
                limit = self.stand.value("conference.parallel_limit")
                return self.words("setup-desks", limit=limit, language=language)
            case Step.PEOPLE:
                return self._people()
            case Step.TURN_TO:
                return self._turn_to()

    def _place(self) -> str | None:
        words = self.words
        name, zone = (self.stand.value(f"conference.{key}") for key in ("name", "timezone"))
        if not name and not zone:
            return None
        shown = escaped(str(name), 200) if name else words("setup-no-name")
        label = escape(zone_label(words, str(zone), self.now)) if zone else ""
        place = words("setup-zone", zone=label) if zone else words("setup-no-zone")
        return words("setup-place", name=shown, zone=place)

    def _people(self) -> str:
        words = self.words
        roles = _ids(self.stand.value("organizers.roles"))
        lines = [words("setup-organizers-roles" if roles else "setup-organizers", roles=_roles(words, roles))]
        area = self._area()
        if area:
            seen = area.permissions_for(self.guild.default_role).view_channel
            allowed = [
                target.id
                for target, overwrite in area.overwrites.items()
                if isinstance(target, discord.Role) and overwrite.view_channel and not target.managed
            ]
            who = "setup-area-everyone" if seen else "setup-area-roles" if allowed else "setup-area-nobody"
            return "\n".join([*lines, words(who, area=escape(area.name), roles=_roles(words, allowed))])
        audience = _ids(self.stand.value("channels.audience"))
        key = "setup-audience" if audience else "setup-audience-everyone"
        return "\n".join([*lines, words(key, roles=_roles(words, audience))])

    def _area(self) -> discord.CategoryChannel | None:
        """Return the category of the board, from whose permissions on everything follows (R19)."""
        channel = self.guild.get_channel(self.aside.board or 0)
        return getattr(channel, "category", None)

    def _turn_to(self) -> str:
        words, stand = self.words, self.stand
        chosen = int(str(stand.value("channels.organizers_channel") or 0))
        told = next(permissions.organizers_channels(self.guild, chosen), None)
        lines = [words("setup-told", channel=f"<#{told.id}>") if told else words("setup-no-told")]
        if (shut := self.guild.get_channel(chosen)) and shut != told:
            lines.append(words("setup-told-shut", channel=f"<#{shut.id}>"))
        contact = str(stand.value("conference.conduct") or "")
        lines.append(
            words("setup-conduct", contact=escaped(contact, 200)) if contact else words("setup-no-conduct")
        )
        if "notes.link" in stand.settings:
            link = str(stand.value("notes.link") or "")
            lines.append(words("setup-notes", link=escaped(link, 200)) if link else words("setup-no-notes"))
        return "\n".join(lines)

    def _foot(self) -> list[str]:
        """What the bot lacks, what will appear, and once it is there what comes next."""
        words, server = self.words, self.stand.rules.server
        role = self.guild.self_role
        name = escaped(role.name if role else self.guild.me.display_name, 100)
        held = self.guild.me.guild_permissions.value
        lines = []
        if missing := permissions.missing(held):
            detail = ", ".join(f"**{words(f'permission-{bit}')}**" for bit in missing)
            lines.append(words("setup-lacks", detail=detail, role=name))
        lines += [words(f"setup-wants-{bit}", role=name) for bit in permissions.wanting(held)]
        if self.stand.rules.live:
            place = (
                f"<#{self.aside.board}>"
                if self.aside.board
                else f"**#{escaped(server.channels.board, 100)}**"
            )
            lines.append(words("setup-next", board=place))
        elif self.stand.ready:
            names = {key: escaped(getattr(server.channels, key), 100) for key in ("area", "board", "news")}
            lines.append(words("setup-appears", **names))
        else:
            lines.append(words("setup-missing"))
        return lines

    def _buttons(self) -> list[Press]:
        words, ready = self.words, self.stand.ready
        look = Press("setuppreview", label=words("button-preview"), disabled=not ready)
        style = discord.ButtonStyle.success
        live = Press(
            "setuplive", self.stand.mark(), label=words("button-live"), style=style, disabled=not ready
        )
        return [look, live]


def _ids(value: object) -> list[int]:
    return [int(each) for each in value] if isinstance(value, list | tuple) else []


def _roles(words: Words, roles: Collection[int]) -> str:
    shown = " ".join(f"<@&{role}>" for role in list(roles)[:NAMES])
    more = len(roles) - NAMES
    return words("setup-roles-more", roles=shown, n=more) if more > 0 else shown


def _cut_lines(text: str) -> str:
    """Return as many whole lines as there is room for."""
    kept = ""
    for line in text.splitlines():
        if len(kept) + len(line) + 1 > NOTICE_LENGTH:
            return kept + "…"
        kept += line + "\n"
    return kept.rstrip("\n")


def preview(words: Words, shared: Words, stand: Stand, now: datetime) -> discord.ui.LayoutView:
    """Return the board as everyone will see it now; `shared` are the words of the server's own language."""
    view = board.layout(shared, [], stand.rules.programme, now, 0)
    shown = discord.ui.LayoutView(timeout=None)
    shown.add_item(discord.ui.TextDisplay(words("setup-preview")))
    for item in list(view.children):
        view.remove_item(item)
        shown.add_item(item)
    for item in shown.walk_children():
        if isinstance(item, discord.ui.Button):
            item.disabled = True
        elif isinstance(item, Press):
            item.item.disabled = True
    return shown


def asked(words: Words) -> tuple[str, discord.ui.View]:
    """Return the message that shows organizers the way to the set-up, with its one button."""
    view = discord.ui.View(timeout=None)
    view.add_item(Press("setup", label=words("button-setup"), style=discord.ButtonStyle.primary))
    view.stop()
    return words("setup-asked"), view
