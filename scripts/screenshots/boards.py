"""The board in all its states, and the card of a desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import discord

from bot.domain.models import Session, State
from bot.domain.records import Kind
from bot.service import Person, Showing
from bot.ui import board, card
from bot.ui.words import words_for
from scripts.screenshots.cast import MORE_TOPICS, PEOPLE, TOPICS
from scripts.screenshots.stage import DAY_ONE, Stage


async def draw_boards(scene: Stage) -> None:
    """Draw the board and the desk's card, as their layouts, sent by the bot."""
    words, programme = words_for(scene.language), scene.programme
    noon, quiet = DAY_ONE, DAY_ONE - timedelta(hours=3)
    peace = datetime(2021, 10, 3, 6, 37, tzinfo=UTC)
    busy, full = showings(scene, 5, 5, noon), showings(scene, 10, 20, noon)
    limits = replace(programme.limits, parallel_limit=25)
    large = replace(programme, limits=limits)
    boards = {
        "board-empty": board.layout(words, [], programme, noon, 0),
        "board-busy": board.layout(words, busy, programme, noon, 3),
        "board-ten": board.layout(words, full, programme, noon, 3),
        "board-full": board.layout(words, showings(scene, 25, 40, noon), large, noon, 12),
        "board-closed": board.layout(words, showings(scene, 0, 3, peace), programme, quiet, 1),
        "board-highlight": board.layout(words, showings(scene, 3, 2, peace), programme, peace, 3),
        "board-over": board.layout(words, [], programme, peace + timedelta(days=1), 3),
        "board-tomorrow": board.tomorrow(words, showings(scene, 0, 5, peace), programme, noon),
    }
    on = busy[1]
    cohosts = (Person(scene.cast[5].id, PEOPLE[scene.language][5]),)
    over = replace(on, session=replace(on.session, state=State.ENDED, closed=on.session.end))
    cards = {
        "card": card.layout(words, replace(busy[0], guests=()), programme, noon),
        "card-seats": card.layout(words, replace(on, cohosts=cohosts), programme, noon),
        "card-over": card.layout(words, over, programme, noon),
    }
    for name, view in (boards | cards).items():
        handle = scene.guild.create_text_channel(name)
        channel = cast(discord.TextChannel, scene.bot.get_channel(handle.id))
        with scene.env.time_context():
            await channel.send(view=cast(discord.ui.LayoutView, view))
        await scene.shot(name, scene.reader, handle, handle.last_message, tall=True)


def showings(scene: Stage, on: int, coming: int, now: datetime) -> list[Showing]:
    """Return sessions on now, with voice channels of their own, and sessions to come every quarter."""
    names, people = PEOPLE[scene.language], scene.cast
    topics = [topic for _, topic, _, _ in TOPICS[scene.language]] + MORE_TOPICS[scene.language]
    made = []
    for n in range(on + coming):
        start = now - timedelta(minutes=7 + 5 * (n % 3)) if n < on else now + timedelta(minutes=23)
        start += timedelta(minutes=15 * ((n - on) // 3 if n >= on else 0))
        topic = topics[n % len(topics)]
        session = Session(
            id=n + 1,
            guild_id=scene.guild.id,
            host_id=people[n % len(people)].id,
            host_name=names[n % len(names)],
            topic=topic,
            description=TOPICS[scene.language][n % 5][3],
            start=start,
            end=start + timedelta(minutes=60 if n % 2 else 45),
            state=State.OPEN if n < on else State.BOOKED,
            desk=n + 1 if n < on else None,
            seats=8 if n % 4 == 1 else None,
        )
        others = [Person(each.id, name) for each, name in zip(people, names, strict=True)]
        guests = [others[(n + away) % len(others)] for away in range(1, len(others))][: 5 * n % 11]
        voice = {Kind.VOICE: scene.guild.create_voice_channel(topic).id} if n < on else {}
        made.append(Showing(session, tuple(guests), channels=voice))
    return made
