"""What must be so once things have calmed down: Discord held against the database's rows, by brute force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import discord

from bot.domain.models import Session, State
from bot.domain.records import Kind
from bot.service.people import Showing
from bot.ui import board, card
from bot.ui.tidings import Tidings
from tests.desks.conftest import rows
from tests.desks.player import Player
from tests.desks.replay import Trail
from tests.desks.strict import made_by_bot

LAYOUT, EPHEMERAL = 1 << 15, 1 << 6
"""Flags of messages: https://docs.discord.com/developers/resources/message"""


async def all_is_true(player: Player) -> None:
    """Compare; a change of the last seconds may still be on its way, for as long as an edit may wait."""
    for _ in range(3):
        found = await untrue(player)
        if not found:
            return
        await player.world.env.advance_time(11)
    raise AssertionError(f"not so: {found}")


async def untrue(player: Player) -> list[str]:
    """Everything that is not as the database says."""
    world = player.world
    book = await world.bot.book.read(world.guild.id)
    found = []
    found += _channels(player, book.sessions)
    found += _trail(player) + _once(player) + _kept_out(player)
    found += await _shown(player)
    found += _notices(player)
    found += _events(player, book.sessions)
    found += _permissions(player)
    found += [f"{i} of somebody's is gone" for i in player.theirs if i not in world.env.backend.channels]
    return found


def _ours(player: Player) -> list[tuple[int | None, str, int]]:
    sql = (
        "SELECT session_id, kind, discord_id FROM record WHERE gone_at IS NULL AND archived_at IS NULL"
        " AND NOT (surplus AND wrote) AND kind IN ('area', 'archive', 'board', 'news', 'voice', 'text')"
    )
    return [(s, k, c) for s, k, c in rows(player.world, sql)]


def _channels(player: Player, sessions: Sequence[Session]) -> list[str]:
    """R14: one voice and one text channel a desk that should have them, none for others; nothing unknown."""
    backend, guild_id = player.world.env.backend, player.world.guild.id
    sql = (
        "SELECT discord_id, archived_at FROM record WHERE gone_at IS NULL AND discord_id IS NOT NULL"
        " AND kind IN ('area', 'archive', 'board', 'news', 'voice', 'text')"
    )
    there = rows(player.world, sql)
    recorded, cared_for = {c for c, _ in there}, {c for c, archived in there if archived is None}
    made = made_by_bot(backend, guild_id)
    ours = _ours(player)
    found = [f"channel {i} is recorded and does not exist" for i in cared_for - set(backend.channels)]
    found += [f"channel {i} is the bot's and not recorded" for i in made - recorded]
    found += [f"channel {i} is recorded and not the bot's" for i in cared_for - made - player.clones]
    places = Counter(kind for _, kind, _ in ours)
    found += [f"{places[p]} {p} channels" for p in ("area", "board", "news") if places[p] != 1]
    desks = Counter((session_id, kind) for session_id, kind, _ in ours)
    for session in sessions:
        for kind in (Kind.VOICE, Kind.TEXT):
            least, most = _bounds(player, session, kind)
            if not least <= desks[session.id, kind] <= most:
                found.append(f"{session.id} ({session.state}) has {desks[session.id, kind]} {kind} channels")
    return found


def _bounds(player: Player, session: Session, kind: Kind) -> tuple[int, int]:
    """R8, R9: how many channels of a kind a session has, at least and at most."""
    limits = player.world.bot.service.programme(player.world.guild.id).limits
    now = player.world.env.now()
    if session.state is State.BOOKED:  # one that was moved later keeps what it has
        return session.start - timedelta(minutes=limits.lead_minutes) <= now, 1
    if session.closed is None:
        return 1, 1
    longest = max(limits.grace_minutes, limits.max_overrun_minutes if kind is Kind.VOICE else 0)
    return 0, session.closed + timedelta(minutes=longest) >= now


def _trail(player: Player) -> list[str]:
    """R2 to R5, R7, R12 as each thing was done; and announcements once at each desk that was open."""
    trail = Trail(player)
    found = trail.play()
    told: dict[int, list[int]] = {number: [] for number in trail.told}
    for number, session_id in rows(
        player.world, "SELECT about, session_id FROM notice WHERE kind = 'announcement' ORDER BY session_id"
    ):
        told[number].append(session_id)
    for number, desks in trail.told.items():
        left_out = set() if number in trail.taken_down else desks - set(told[number])
        if left_out or set(told[number]) - desks or len(told[number]) > len(set(told[number])):
            found.append(f"announcement {number} is for {desks}, and goes to {told[number]}")
    return found


def _once(player: Player) -> list[str]:
    """R14: of what is said in words, nothing stands twice, and nothing was ticked off that was never sent."""
    world, posted = player.world, player.wire.strict.posted
    standing = [
        name
        for name, channel_id, message_id in posted
        if message_id in world.env.backend.messages.get(channel_id, {})
    ]
    found = [f"{name} stands {n} times" for name, n in Counter(standing).items() if n > 1]
    sent = {name for name, _, _ in posted}
    sql = (
        "SELECT id, kind, session_id, words, ifnull(batch, id) FROM notice"
        " WHERE done_at IS NOT NULL AND NOT dropped"
        " AND (kind NOT IN ('offer', 'cohost') OR answer = '')"  # who has answered is not asked any more
    )
    ticked = [(*rest, f"os-{first}-1" in sent) for *rest, first in rows(world, sql)]
    cards = "SELECT session_id FROM record WHERE kind = 'card' AND told ->> 'called' != '' AND discord_id > 0"
    by_card = {session_id for (session_id,) in rows(world, cards)}
    openings = [(session_id, there) for _, kind, session_id, _, there in ticked if kind == "opening"]
    found += [
        f"{session_id} opens twice" for session_id, there in openings if there and session_id in by_card
    ]
    # Of two changes that were on their way at once, one message says where it stands for both.
    moved = {session_id for _, kind, session_id, _, there in ticked if kind == "changed" and there}
    # What was announced twice in the same words, while the first was on its way, is read once.
    read = {
        (session_id, words)
        for _, kind, session_id, words, there in ticked
        if kind == "announcement" and there
    }
    found += [
        f"{kind} {number} is said to be sent"
        for number, kind, session_id, words, there in ticked
        if not there
        and not (kind == "announcement" and (session_id, words) in read)
        and not (kind == "changed" and session_id in moved)
        and not (kind == "opening" and session_id in by_card)
    ]
    return found


def _kept_out(player: Player) -> list[str]:
    """Who was sent out of a session that is on is not at its desk."""
    sql = (
        "SELECT o.user_id, r.discord_id FROM sent_out o JOIN session s ON s.id = o.session_id"
        " JOIN record r ON r.session_id = s.id AND r.kind = 'voice' AND r.gone_at IS NULL AND NOT r.surplus"
        " WHERE o.undone_at IS NULL AND s.state = 'open' AND s.host_id <> o.user_id AND NOT EXISTS"
        " (SELECT 1 FROM cohost c WHERE c.session_id = s.id AND c.user_id = o.user_id)"
    )
    states = player.world.guild._guild.voice_states
    inside = {(user_id, state.channel_id) for user_id, state in states.items()}
    return [
        f"{user_id} is where they were sent out of" for user_id, _ in inside & set(rows(player.world, sql))
    ]


async def _shown(player: Player) -> list[str]:
    """One board and one card a desk, each showing just what is in the database."""
    world, found = player.world, []
    bot, now = world.bot, world.env.now().replace(microsecond=0)
    programme = bot.service.programme(world.guild.id)
    book = await bot.book.read(world.guild.id)
    showings = [_veiled(player, showing) for showing in book.showings.values()]
    active = [s for s in showings if s.session.active]
    [(ideas,)] = rows(world, "SELECT count(*) FROM idea WHERE gone_at IS NULL")  # none is old enough to fade
    words = bot.words_in(world.guild.id)
    tidings = _tidings(player, now)
    boards = {"board": board.layout(words, active, programme, now, ideas, tidings=tidings)}
    if bot.config.channels.tomorrow and (view := board.tomorrow(words, active, programme, now, tidings)):
        boards["tomorrow"] = view
    places = {(s, k): c for s, k, c in _ours(player)}
    wanted: list[tuple[str, int | None, list[Any]]] = [
        (name, places.get((None, "board")), [view]) for name, view in boards.items()
    ]
    for showing in showings:
        channel_id = places.get((showing.session.id, "text"))
        if showing.session.state is State.OPEN:
            how = words, showing, programme, now
            # The one that opened the desk names people by mentions until it changes.
            drawings = [card.layout(*how), card.calling(*how, ())[0]]
            wanted.append(("card", channel_id, drawings))
    in_channels: dict[int | None, list[Any]] = {}
    for name, channel_id, drawings in wanted:
        in_channels.setdefault(channel_id, []).append((name, drawings))
    for channel_id, views in in_channels.items():
        stored = world.env.backend.messages.get(channel_id or 0, {}).values()
        mine = (m for m in stored if m.author_id == world.env.backend.bot_user.id)
        messages = [m for m in mine if m.flags & LAYOUT and not m.flags & EPHEMERAL]
        shown = [_plain(m.components) for m in messages]
        expected = [[_plain(view.to_components()) for view in drawings] for _, drawings in views]
        names = [name for name, _ in views]
        if len(shown) != len(expected):
            found.append(f"{len(shown)} messages for {names}")
        found += [
            f"{name} shows {_differently(either[0], shown)}"
            for name, either in zip(names, expected, strict=True)
            if not any(each in shown for each in either)
        ]
        if names == ["card"] and not all(m.pinned for m in messages):
            found.append("a card is not pinned")
    return found


def _tidings(player: Player, now: datetime) -> Tidings:
    """What organizers tell everybody, without what Discord refuses."""
    world, refuses = player.world, player.wire.strict.refuses
    pause = world.bot.service.rules(world.guild.id).pause
    sql = "SELECT words, until_at FROM announcement WHERE until_at > ? ORDER BY id DESC LIMIT 1"
    told = rows(world, sql, int(now.timestamp()))
    words, until = told[0] if told and not refuses(told[0][0]) else ("", None)
    shown = None if until is None else datetime.fromtimestamp(until, UTC)
    return Tidings(words, shown, "" if pause and refuses(pause) else pause)


def _differently(expected: Any, shown: list[Any]) -> str:
    """What the nearest message shows in place of what is expected."""
    wanted, there = _texts(expected), [_texts(each) for each in shown]
    best = min(there, key=lambda texts: len(set(texts) ^ set(wanted)), default=[])
    return f"{[t for t in best if t not in wanted]} in place of {[t for t in wanted if t not in best]}"


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [found for each in node for found in _texts(each)]
    if isinstance(node, dict):
        own = [str(node[key]) for key in ("content", "label", "custom_id") if node.get(key)]
        return own + [found for value in node.values() for found in _texts(value)]
    return []


def _veiled(player: Player, showing: Showing) -> Showing:
    """R16: a session without the words that Discord refuses, and no others."""
    words, session = player.world.bot.words_in(player.world.guild.id), showing.session
    if player.wire.strict.refuses(session.topic):
        session = replace(session, topic=words("hidden-topic"))
    if player.wire.strict.refuses(session.description):
        session = replace(session, description="")
    return replace(showing, session=session)


def _plain(node: Any) -> Any:
    """Components without what Discord adds."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if isinstance(node, dict):
        return {k: _plain(v) for k, v in node.items() if k != "id" and v not in (None, False, [])}
    return node


def _notices(player: Player) -> list[str]:
    """Nothing that is due waits."""
    now = int(player.world.env.now().timestamp())
    sql = (
        "SELECT n.kind, n.session_id, n.created_at, s.state, s.starts_at, s.ends_at FROM notice n"
        " JOIN session s ON s.id = n.session_id WHERE n.done_at IS NULL"
    )
    limits = player.world.bot.service.programme(player.world.guild.id).limits
    found = []
    for kind, session_id, _created, state, starts, ends in rows(player.world, sql):
        due = True
        if kind == "warning" and state == "open":
            due = now >= max(ends - limits.warn_minutes * 60, starts + (ends - starts) / 2)
        if kind == "reminder" and state == "booked":
            due = now >= starts - limits.remind_minutes * 60
        if due:
            found.append(f"{kind} of {session_id} waits")
    return found


def _topic(player: Player, session: Session) -> str:
    hidden: str = player.world.bot.words_in(player.world.guild.id)("hidden-topic")
    return hidden if player.wire.strict.refuses(session.topic) else session.topic


def _permissions(player: Player) -> list[str]:
    """R19: whoever may not see the area sees no channel of the bot's, and whoever may sees all."""
    backend, guild_id = player.world.env.backend, player.world.guild.id
    areas = [c for _, kind, c in _ours(player) if kind == "area"]
    everyone, me, found = guild_id, backend.bot_user.id, []
    hidden = any(_denies(backend.channels[i], everyone) for i in areas[:1])
    for _, kind, channel_id in _ours(player):
        channel = backend.channels.get(channel_id)
        if channel is None:
            continue
        if _denies(channel, everyone) is not hidden and channel.parent_id not in player.theirs:
            found.append(f"{kind} {channel_id} is {'public' if hidden else 'hidden'}")
        mine = kind in {"area", "archive", "board", "news"}
        ids = {o.target_id for o in channel.overwrites if o.allow or o.deny}
        if extra := ids - {everyone, me}:
            found.append(f"{kind} {channel_id} has overwrites for {extra}")
        if mine and me not in ids:
            found.append(f"{kind} {channel_id} has none for the bot")
    return found


def _denies(channel: Any, target_id: int) -> bool:
    view = discord.Permissions.view_channel.flag
    return any(o.target_id == target_id and o.deny & view for o in channel.overwrites)


def _events(player: Player, sessions: Sequence[Session]) -> list[str]:
    """Each session that is booked ahead has one event that shows it; one that is open at most one."""
    world, by_id = player.world, {session.id: session for session in sessions if session.active}
    alive = [e for e in world.guild._guild.scheduled_events.values() if e.status in {1, 2}]
    marks = [(event.description or "").rpartition("#")[2] for event in alive]
    counts, found = Counter(marks), []
    for session in by_id.values():
        ahead = session.state is State.BOOKED and session.start - world.env.now() > timedelta(minutes=2)
        count, enabled = counts[str(session.id)], world.bot.config.events.enabled
        if count > enabled or (ahead and count < enabled):
            found.append(f"{session.id} ({session.state}) has {count} events")
    for event, mark in zip(alive, marks, strict=True):
        shown = by_id.get(int(mark) if mark.isdecimal() else 0)
        if shown is None:
            found.append(f"an event of nothing: {event.name}")
            continue
        # One that has begun cannot be told another start, nor an end before that.
        start, end = map(datetime.fromisoformat, (event.scheduled_start_time, event.scheduled_end_time or ""))
        ends = max(shown.end, start + timedelta(minutes=1)) if event.status == 2 else shown.end
        if (event.name, end) != (_topic(player, shown), ends):
            found.append(f"the event of {shown.id} shows something else")
    return found
