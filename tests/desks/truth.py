"""What must be so once things have calmed down: Discord held against the rows of the database, by brute force."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.domain.models import Session, State
from bot.store.channels import Kind
from bot.ui import board, card
from tests.desks.conftest import rows
from tests.desks.player import Player

KINDS = {0: "text", 2: "voice", 4: "category"}


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
    found += _limit(player)
    found += await _shown(player)
    found += _notices(player)
    found += [f"{i} of somebody's is gone" for i in player.theirs if i not in world.env.backend.channels]
    return found


def _ours(player: Player) -> list[tuple[int | None, str, int]]:
    sql = "SELECT session_id, kind, channel_id FROM channel WHERE gone_at IS NULL AND archived_at IS NULL"
    return [(s, k, c) for s, k, c in rows(player.world, sql)]


def _channels(player: Player, sessions: list[Session]) -> list[str]:
    """R14: one voice and one text channel a desk that should have them, none for others; nothing unknown."""
    world, now = player.world, player.world.env.now()
    limits = world.bot.service.programme(world.guild.id).limits
    backend, found = world.env.backend, []
    ours = _ours(player)
    recorded = {c for (c,) in rows(world, "SELECT channel_id FROM channel WHERE gone_at IS NULL")}
    for channel_id in recorded:
        if channel_id not in backend.channels:
            found.append(f"recorded {channel_id} does not exist")
    for channel in backend.channels.values():
        marked = any(o.target_id == backend.bot_user.id for o in channel.overwrites)
        if marked and channel.id not in recorded and channel.guild_id == world.guild.id:
            found.append(f"{channel.name} is the bot's and not recorded")
    for session in sessions:
        for kind in (Kind.VOICE, Kind.TEXT):
            count = sum((s, k) == (session.id, kind) for s, k, _ in ours)
            lead = session.start - timedelta(minutes=limits.lead_minutes)
            if session.state is State.OPEN or (session.state is State.BOOKED and lead <= now):
                if count != 1:
                    found.append(f"{session.id} ({session.state}) has {count} {kind} channels")
            elif session.state is State.BOOKED and count:
                found.append(f"{session.id} has {count} {kind} channels too early")
            elif not session.active and session.closed:
                over = session.closed + timedelta(minutes=limits.grace_minutes)
                if kind is Kind.TEXT and count and over < now:
                    found.append(f"{session.id} keeps its text channel")
                longest = timedelta(minutes=max(limits.grace_minutes, limits.max_overrun_minutes))
                if kind is Kind.VOICE and count and session.closed + longest < now:
                    found.append(f"{session.id} keeps its voice channel")
    for kind in ("area", "board", "news"):
        count = sum(k == kind for _, k, _ in ours)
        if count != 1:
            found.append(f"{count} {kind} channels")
    return found


def _limit(player: Player) -> list[str]:
    """R3: what is booked and open never overlaps more often than the limit; no desk twice."""
    world = player.world
    limit = world.bot.service.programme(world.guild.id).limits.parallel_limit
    sql = "SELECT starts_at, ifnull(closed_at, ends_at), desk, state FROM session WHERE state <> 'cancelled'"
    spans = rows(world, sql)
    most = max((sum(s <= at < e for s, e, _, _ in spans) for at, *_ in spans), default=0)
    return [f"{most} sessions at once, of {limit}"] if most > limit else []


async def _shown(player: Player) -> list[str]:
    """One board and one card a desk, each showing just what is in the database."""
    world, found = player.world, []
    bot, now = world.bot, world.env.now().replace(microsecond=0)
    programme = bot.service.programme(world.guild.id)
    book = await bot.book.read(world.guild.id)
    active = [s for s in book.showings if s.session.active]
    boards = {"board": board.layout(bot.words, active, programme, now, book.ideas)}
    if bot.config.channels.tomorrow and (view := board.tomorrow(bot.words, active, programme, now)):
        boards["tomorrow"] = view
    places = {(s, k): c for s, k, c in _ours(player)}
    wanted: list[tuple[str, int | None, Any]] = [
        (name, places.get((None, "board")), view) for name, view in boards.items()
    ]
    for showing in book.showings:
        channel_id = places.get((showing.session.id, "text"))
        if showing.session.state is State.OPEN:
            wanted.append(("card", channel_id, card.layout(bot.words, showing, programme, now)))
    in_channels: dict[int | None, list[Any]] = {}
    for name, channel_id, view in wanted:
        in_channels.setdefault(channel_id, []).append((name, view))
    for channel_id, views in in_channels.items():
        stored = world.env.backend.messages.get(channel_id or 0, {}).values()
        messages = [m for m in stored if m.author_id == world.env.backend.bot_user.id and m.flags & 1 << 15]
        shown = [_plain(m.components) for m in messages]
        expected = [_plain(view.to_components()) for _, view in views]
        names = [name for name, _ in views]
        if len(shown) != len(expected):
            found.append(f"{len(shown)} messages for {names}")
        found += [f"{name} shows something else" for name, e in zip(names, expected, strict=True) if e not in shown]
        if names == ["card"] and not all(m.pinned for m in messages):
            found.append("a card is not pinned")
    return found


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


def clock(instant: datetime) -> int:
    return int(instant.timestamp())
