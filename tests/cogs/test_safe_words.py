"""R16: words from strangers, whatever they are, neither ping nor break anything."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import discord
import pytest

from bot.domain.names import clean_line, escape
from tests.cogs.conftest import read, slash, submit
from tests.conftest import World

NASTY = {
    "emoji": "🎉👩‍🚀🇹🇼1️⃣",
    "chinese": "大家怎麼測試非同步程式？",
    "arabic": "مرحبا بالعالم",
    "combining": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034fA\u0334\u0335\u031c\u0330L\u0320G\u0334",
    "zero width": "a\u200bb\u200d\u2060c\ufeff",
    "control": "a\x00b\x1b[31mc\r\nd\u202eevil\u2028e",
    "surrogate": "a\ud800b",
    "100": "x" * 100,
    "4000": "長" * 4000,
    "everyone": "@everyone @here",
    "mentions": "<@&1> <@1> <@!1> <#1> </openspace host:1> <:a:1> <t:1>",
    "markdown": "# **bold** _it_ ~~no~~ ||spoiler|| > q [t](http://x.example) :smile:",
    "line marks": "- a\n> b\n# c\n1. d\n-# e",
    "fence": "```py\nprint('hi')\n```",
    "sql": "'); DROP TABLE session; --",
    "path": "../../etc/passwd C:\\windows\\system32 /dev/null",
    "backslashes": "\\*\\`\\\\",
    "template": "{topic} {0} %s %(x)s ${y}",
}
HOST_BUTTONS, GUEST_BUTTONS = 2, 1
"""Their labels stand under an answer, a line each."""
FENCE = re.compile(r"(?<!\\)`{3}")


def check_answer(text: str, lines: int) -> None:
    assert len(text) <= 2000
    assert len(text.splitlines()) == lines
    assert not FENCE.search(text)
    assert "@everyone" not in text
    assert "<@&1>" not in text


def check_desks(world: World) -> None:
    """What the desks' channels are named and say; nobody but hosts and guests may have been pinged."""
    cached = world.bot.get_guild(world.guild.id)
    assert cached
    known = {person.id for person in world.people.values()}
    for channel in cached.channels:
        assert 1 <= len(channel.name) <= 100
        if isinstance(channel, discord.TextChannel):
            assert len(channel.topic or "") <= 1024
    for name, handle in world.guild.channels.items():
        for message in handle.history() if name in world.names("text") else ():
            assert len(message.content) <= 2000
            assert not message.mention_everyone
            assert message.role_mentions == []
            assert {user.id for user in message.mentions} <= known
            assert not FENCE.search(message.content)


@pytest.mark.parametrize("words", NASTY.values(), ids=list(NASTY))
async def test_words_from_strangers_neither_ping_nor_break_anything(world: World, words: str) -> None:
    await as_a_topic(world, words)
    await as_a_description(world, words)
    await as_a_name(world, words)
    await in_the_form(world, words)
    await in_an_edit(world, words)
    await where_something_else_is_asked_for(world, words)
    assert len(world.names("voice")) == 4
    check_desks(world)


async def as_a_topic(world: World, words: str) -> None:
    text = await world.host("ana", words)
    assert escape(clean_line(words, 100)) in text
    check_answer(text, (3 if len(words) > 100 else 2) + HOST_BUTTONS)
    for show in ("now", "mine"):
        listed = await slash(world, "ana", "list", show=show)
        assert escape(clean_line(words, 100)) in listed
        check_answer(listed, len(listed.splitlines()))


async def as_a_description(world: World, words: str) -> None:
    check_answer(
        await world.host("bo", "Git", description=words * 3),
        3 + HOST_BUTTONS if len(words) > 1000 else 2 + HOST_BUTTONS,
    )
    assert len(world.said("git")) == 1


async def as_a_name(world: World, words: str) -> None:
    user = world.env.create_user("evil", global_name=words[:32])
    world.people["evil"] = world.guild.add_member(user)
    await world.host("evil", "Rust")
    check_answer(await world.join("bo", "Rust"), 3 + GUEST_BUTTONS)  # they host at the same time
    assert len(world.said("rust")) == 2


async def in_the_form(world: World, words: str) -> None:
    shown = await world.person("cy").slash(world.lobby, "openspace host")
    result = await submit(world, "cy", shown, topic=words[:100], description=words[:1000])
    check_answer(read(result), 2 + HOST_BUTTONS)


async def in_an_edit(world: World, words: str) -> None:
    said = await slash(world, "bo", "edit", topic=f"x {words}", description=words, seats=5)
    check_answer(said, len(said.splitlines()))
    assert escape(clean_line(f"x {words}", 100)) in said
    said = await slash(world, "bo", "end", reason=words)
    assert said.startswith(f"🏁 **{escape(clean_line(f'x {words}', 100))}** is over.")
    check_answer(said, len(said.splitlines()))


async def where_something_else_is_asked_for(world: World, words: str) -> None:
    refused = await world.host("dee", "Go", words)
    check_answer(refused, 6)
    assert refused.splitlines()[1::4] == ["These fit (Taipei time):", "Change…"]
    check_answer(await slash(world, "dee", "list", day=words), 1)
    stray = f"Nothing like {words[:3000]}"
    check_answer(await world.join("dee", stray), 1)
    dee = world.person("dee")
    for command, option in (("host", "when"), ("list", "day"), ("join", "session")):
        assert await dee.autocomplete(world.lobby, f"openspace {command}", option, stray) == []


async def test_nothing_visible_is_no_topic(world: World, subtests: pytest.Subtests) -> None:
    for blank in (" ", " \u3000\t ", "\u200b\u2060\ufeff", "\u202e", "\x00", "\u2800", "\u3164"):
        with subtests.test(blank=ascii(blank)):
            text = await world.host("ana", blank)
            assert text.startswith("A session needs a topic with at least one visible character.")
            shown = await world.person("ana").slash(world.lobby, "openspace host")
            assert "at least one visible" in read(await submit(world, "ana", shown, topic=blank))
    assert world.names("voice") == []


async def test_sql_stays_words(world: World) -> None:
    await world.host("ana", NASTY["sql"], description=NASTY["sql"])
    with closing(sqlite3.connect(world.folder / "openspace.sqlite3")) as database:
        held = database.execute("SELECT topic, description FROM session").fetchall()
    assert held == [(NASTY["sql"], NASTY["sql"])]


async def test_a_refusal_that_repeats_what_was_typed_keeps_it_harmless(world: World) -> None:
    text = await world.host("ana", "Git", "\u202e@everyone *now* \x00")
    assert text.startswith("I can't read “@\u200beveryone \\*now\\*” as a time.")
