"""The page of ideas: people's own, the organizers' topics, and those that the bot knows."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from bot.domain.names import clean_line, fold
from bot.service import Draft, IdeaShown
from bot.ui.forms import host_form
from bot.ui.ideas import PAGE, Starter, idea_form, ideas_layout, known_topics, read_idea, starters
from bot.ui.presses import Press
from bot.ui.words import Words
from tests.ui.samples import (
    BOTH,
    CHINESE,
    ENGLISH,
    HOST,
    NOON,
    TOPIC,
    both,
    ids,
    labels,
    no_starts,
    parts,
    programme,
    texts,
)
from tests.ui.scan import ROOT

PROMISED = (
    *("raspberry pi", "iot", "home automation", "robots", "drones", "hacker space", "hacking", "networking"),
    *("devops", "data visualisation", "data science", "natural language", "chatbots", "quantified self"),
    *("diversity", "feminist", "conferences", "workshop", "django girls", "pyladies", "django", "flask"),
    *("open source", "mentoring", "git:", "burnout", "recruitment", "manicure", "acroyoga", "board games"),
)
TOPICS = [Starter(f"topic-{n}", f"Topic {n}") for n in range(20)]


def idea(number: int = 1, *, supporters: int = 1, mine: bool = False, me_too: bool = False) -> IdeaShown:
    return IdeaShown(number, f"Idea {number}", "ana", supporters, mine, me_too)


# The topics that the bot knows


def test_known_topics_are_there_in_both_languages_and_fit() -> None:
    known = known_topics()
    assert 20 <= len(known) <= 40
    for key, topic in known.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", key), key
        assert not key.startswith("own-"), key
        assert topic.keys() == {"en", "zh-TW"}, key
        for language, text in topic.items():
            assert text == clean_line(text, 100), (key, language)  # R16: to be hosted as it stands
            assert len(text) <= 60, (key, language)


@pytest.mark.parametrize("language", ["en", "zh-TW"])
def test_no_known_topic_is_there_twice(language: str) -> None:
    assert len({fold(topic[language]) for topic in known_topics().values()}) == len(known_topics())


def test_known_topics_are_chinese_as_taiwan_writes_it() -> None:
    simplified = re.compile("[们这为开关时间话现场会议说设频发点还过进创别网络数据贡献机艺访读帮]")
    for key, topic in known_topics().items():
        assert not simplified.search(topic["zh-TW"]), key


def test_known_topics_hold_what_the_page_of_the_conference_had() -> None:
    english = " ".join(topic["en"] for topic in known_topics().values()).casefold()
    for word in PROMISED:
        assert word in english


def test_known_topics_ship_with_the_package() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"]["data/ideas.toml"] == "bot/_data/ideas.toml"
    assert "data/ideas.toml" in build["targets"]["sdist"]["include"]


def test_the_organizers_topics_come_first_and_keep_their_keys() -> None:
    both_ways = [starters(ENGLISH, topics) for topics in (["Vim", "Emacs"], ["Emacs", "Vim"])]
    assert [[s.topic for s in way[:2]] for way in both_ways] == [["Vim", "Emacs"], ["Emacs", "Vim"]]
    assert {s.topic: s.key for s in both_ways[0]} == {s.topic: s.key for s in both_ways[1]}
    assert starters(CHINESE, [])[0].topic == "如何避免過勞"
    keys = [s.key for s in starters(ENGLISH, ["Vim", "大家的鍵盤"])]
    assert len(set(keys)) == len(keys)
    for key in keys:
        assert not key.isdecimal()  # that would be an idea's
        assert Press.__discord_ui_compiled_template__.fullmatch(f"openspace:hostidea:{key}")


# The page


async def test_peoples_ideas_come_first_then_topics_to_start_from() -> None:
    view = ideas_layout(ENGLISH, [idea(3, supporters=4, me_too=True), idea(5)], TOPICS)
    assert texts(view)[1:7] == [
        "### 🙋 Wanted topics",
        "**Idea 3**\n-# from ana · 4 would come · you too",
        "**Idea 5**\n-# from ana · 1 would come",
        "### 🌱 Topics to start from",
        "Topic 0",
        "Topic 1",
    ]
    assert ids(view) == [
        "openspace:hostidea:3",
        "openspace:notme:3",
        "openspace:hostidea:5",
        "openspace:metoo:5",
        *(f"openspace:hostidea:topic-{n}" for n in range(4)),
        "openspace:newidea",
        "openspace:ideaspage:-1",
        "openspace:ideaspage:1",
    ]


async def test_ones_own_idea_can_be_taken_back() -> None:
    view = ideas_layout(ENGLISH, [idea(3, mine=True, me_too=True)], [])
    assert texts(view)[2] == "**Idea 3**\n-# your idea · 1 would come"
    assert labels(view) == ["Host this", "Take back", "Suggest a topic"]


async def test_organizers_can_take_down_everyones() -> None:
    shown = [idea(3), idea(4, mine=True, me_too=True)]
    view = ideas_layout(ENGLISH, shown, [], organizer=True)
    assert labels(view)[:5] == ["Host this", "Me too", "Take down", "Host this", "Take back"]
    assert "openspace:dropidea:3" in ids(view)


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_without_ideas_of_people_there_are_topics_and_the_way_to_put_one_up(words: Words) -> None:
    view = ideas_layout(words, [], TOPICS[:2])
    assert texts(view) == [words("ideas-title"), words("ideas-start"), "Topic 0", "Topic 1"]
    assert labels(view)[-1] == words("button-newidea")


async def test_what_was_just_done_is_said() -> None:
    view = ideas_layout(ENGLISH, [], TOPICS, said="Done.")
    assert texts(view)[0] == ENGLISH("ideas-title") + "\nDone."


@pytest.mark.parametrize(
    ("ideas", "page", "first", "count", "turns"),
    [
        (0, 0, "topic-0", 6, [True, False]),
        (0, 3, "topic-18", 2, [False, True]),
        (0, 99, "topic-18", 2, [False, True]),
        (0, -5, "topic-0", 6, [True, False]),
        (8, 1, "7", 6, [False, False]),
        (4, 1, "topic-2", 6, [False, False]),
    ],
)
async def test_pages(ideas: int, page: int, first: str, count: int, turns: list[bool]) -> None:
    view = ideas_layout(ENGLISH, [idea(n) for n in range(1, ideas + 1)], TOPICS, page)
    hosting = [i for i in ids(view) if i.startswith("openspace:hostidea:")]
    assert (hosting[0], len(hosting)) == (f"openspace:hostidea:{first}", count)
    turning = [p for p in parts(view) if p.get("custom_id", "").startswith("openspace:ideaspage:")]
    assert [p["disabled"] for p in turning] == turns


async def test_one_page_has_nothing_to_turn() -> None:
    assert labels(ideas_layout(ENGLISH, [], TOPICS[:PAGE]))[-1] == "Suggest a topic"


async def test_r16_words_of_strangers_stay_words() -> None:
    nasty = IdeaShown(1, "# *b* <@1> @everyone", "_ana_", 1, mine=False, me_too=False)
    view = ideas_layout(ENGLISH, [nasty], [Starter("own-1", "> `x` [a](b)")])
    assert texts(view)[2] == "**\\# \\*b\\* \\<@\u200b1> @\u200beveryone**\n-# from \\_ana\\_ · 1 would come"
    assert texts(view)[4] == r"\> \`x\` \[a\]\(b\)"


@pytest.mark.parametrize("words", BOTH, ids=both)
@pytest.mark.parametrize("ideas", range(PAGE + 1))
async def test_r16_the_fullest_page_fits(words: Words, ideas: int) -> None:
    shown = [IdeaShown(2**63 - 1, TOPIC, HOST, 10**6, mine=False, me_too=True)] * ideas
    said = words("idea-metoo", topic="\\*" * 100)
    wide = [Starter("own-ffffffff", TOPIC)] * 20
    for page in (0, 1):
        view = ideas_layout(words, [*shown, *shown], wide, page, organizer=True, said=said)
        assert sum(map(len, texts(view))) <= 4000
        assert len(parts(view)) <= 40
        assert max(map(len, labels(view))) <= 80
        assert max(map(len, ids(view))) <= 100
        assert all(len(row["components"]) <= 5 for row in parts(view) if row["type"] == 1)


# The forms


@pytest.mark.parametrize("words", BOTH, ids=both)
async def test_the_form_for_an_idea_fits(words: Words) -> None:
    form = idea_form(words)
    sent: Any = form.to_dict()
    assert 1 <= len(sent["title"]) <= 45
    [label] = sent["components"]
    assert 1 <= len(label["label"]) <= 45
    assert 1 <= len(label["description"]) <= 100
    field = label["component"]
    assert (field["custom_id"], field["max_length"], field["required"]) == ("topic", 100, True)
    assert 1 <= len(field["placeholder"]) <= 100
    assert form.is_finished()  # discord.py keeps no form open


def test_the_form_for_an_idea_is_read() -> None:
    assert read_idea({"components": [{"type": 18, "component": {"custom_id": "topic", "value": "x"}}]}) == "x"


@pytest.mark.parametrize(
    ("number", "custom_id"), [(None, "openspace-form"), (2**63 - 1, "openspace-form:9223372036854775807")]
)
async def test_the_form_for_a_session_keeps_the_idea(number: int | None, custom_id: str) -> None:
    form = host_form(ENGLISH, no_starts(), programme(), Draft(7, "Rust", "", "", None, number), NOON)
    assert form.custom_id == custom_id
