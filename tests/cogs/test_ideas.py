"""`/openspace ideas`: something to host, and what people wish someone would host."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from simcord.components import walk_components
from simcord.results import InteractionResult, ResponseMessage

from bot.service import Person
from bot.ui.ideas import known_topics
from tests.cogs.conftest import Speak, click, fields, press, read, submit, told
from tests.conftest import MakeWorld, World, all_text, buttons, write_config

HOUR = 3600


async def opened(world: World, name: str) -> ResponseMessage:
    """The page of ideas that this person opens."""
    return told(await world.person(name).slash(world.lobby, "openspace ideas"))


async def pressed(world: World, name: str, message: ResponseMessage, what: str) -> InteractionResult:
    """A click on `openspace:<what>` of a page."""
    result = await world.person(name).click(message, custom_id=f"openspace:{what}")
    assert result.acknowledged
    return result


async def put_up(world: World, name: str, topic: str, page: ResponseMessage | None = None) -> ResponseMessage:
    """The page on which this person reads that their idea is up."""
    page = page or await opened(world, name)
    shown = await pressed(world, name, page, "newidea")
    return told(await world.person(name).submit_modal(shown, {"topic": topic}))


async def host_from(world: World, name: str, number: int, **values: Any) -> InteractionResult:
    """An idea hosted from its button, as it stands."""
    shown = await pressed(world, name, await opened(world, name), f"hostidea:{number}")
    return await submit(world, name, shown, topic=fields(shown)["topic"]["value"], **values)


async def joined(world: World, session: int) -> set[str]:
    ids = await world.bot.service.guests.joined(session)
    return {name for name, someone in world.people.items() if someone.id in ids}


def up(message: Any) -> list[str]:
    """The ideas of people on a page, with what is said of each."""
    lines = all_text(message).splitlines()
    return [f"{line} {after}" for line, after in pairwise(lines) if line.startswith("**")]


# Topics to start from


@pytest.mark.parametrize("language", ["en-US", "zh-TW"])
async def test_known_topics_are_shown_in_the_readers_language_and_hosted_in_two_steps(
    world: World, speak: Speak, language: str
) -> None:
    speak(language)
    page = await opened(world, "ana")
    topic = known_topics()["burnout"]["zh-TW" if language == "zh-TW" else "en"]
    assert topic in all_text(page)
    shown = await pressed(world, "ana", page, "hostidea:burnout")
    assert fields(shown)["topic"]["value"] == topic
    assert topic in read(await submit(world, "ana", shown, topic=topic))
    assert topic in "".join(world.names("voice"))
    assert await joined(world, 1) == set()


async def test_the_organizers_topics_come_first(make_world: MakeWorld) -> None:
    world = await make_world(ideas={"topics": ["*Vim* or Emacs?"]})
    page = await opened(world, "ana")
    assert all_text(page).splitlines()[4] == "\\*Vim\\* or Emacs?"
    shown = await pressed(world, "ana", page, actions(page)[0])
    assert fields(shown)["topic"]["value"] == "*Vim* or Emacs?"


def actions(message: Any) -> list[str]:
    """What the buttons of a page do that can be pressed, in their order."""
    found = [c for c in walk_components(message.components) if c.get("custom_id") and not c.get("disabled")]
    return [c["custom_id"].removeprefix("openspace:") for c in found]


async def test_pages_turn_in_place_through_every_topic(world: World) -> None:
    page = await opened(world, "ana")
    seen: list[str] = []
    for number in range(1, 6):
        seen += [what.removeprefix("hostidea:") for what in actions(page) if what.startswith("hostidea:")]
        if number < 5:
            turned = await click(world.person("ana"), page, "More")
            assert told(turned).id == page.id
            page = told(turned)
    assert seen == list(known_topics())
    assert actions(page)[-1] == "ideaspage:3"  # back; there is no more


async def test_a_topic_that_organizers_have_taken_off_is_refused_kindly(make_world: MakeWorld) -> None:
    world = await make_world(ideas={"topics": ["Vim"]})
    page = await opened(world, "ana")
    write_config(world.folder)
    await world.restart()
    assert "no longer up" in read(await pressed(world, "ana", page, actions(page)[0]))


# People's own


async def test_an_idea_from_wish_to_session(world: World) -> None:
    page = await put_up(world, "ana", "Rust for *Python* people")
    assert "✅ **Rust for \\*Python\\* people** is up. When someone hosts it" in all_text(page)
    for name in ("bo", "cy"):
        seen = await opened(world, name)
        assert "from ana" in all_text(seen)
        seen = told(await pressed(world, name, seen, "metoo:1"))
        assert "you too" in all_text(seen)
    assert up(await opened(world, "dee")) == ["**Rust for \\*Python\\* people** -# from ana · 3 would come"]
    result = await host_from(world, "cy", 1)
    assert "🙋 2 people who wanted this have joined already." in read(result)
    assert await joined(world, 1) == {"ana", "bo"}
    opening = world.said("rust-for-python-people")[0]
    for name in ("ana", "bo"):
        assert f"<@{world.person(name).id}>" in opening
    assert up(await opened(world, "dee")) == []


async def test_putting_up_changes_the_page_in_place(world: World) -> None:
    page = await opened(world, "ana")
    after = await put_up(world, "ana", "Rust", page)
    assert after.id == page.id
    assert up(after)[-1] == "**Rust** -# your idea · 1 would come"


async def test_an_idea_needs_visible_words_and_a_refusal_leaves_the_page(world: World) -> None:
    page = await opened(world, "ana")
    shown = await pressed(world, "ana", page, "newidea")
    result = await world.person("ana").submit_modal(shown, {"topic": "\u200b"})
    assert "at least one visible character" in read(result)
    assert up(await opened(world, "ana")) == []


async def test_the_fourth_idea_is_refused_kindly(world: World) -> None:
    for number in range(3):
        await put_up(world, "ana", f"Idea {number}")
    shown = await pressed(world, "ana", await opened(world, "ana"), "newidea")
    result = await world.person("ana").submit_modal(shown, {"topic": "One more"})
    assert "You have 3 ideas up already" in read(result)


async def test_the_same_topic_again_counts_as_me_too(world: World) -> None:
    await put_up(world, "ana", "Rust")
    await put_up(world, "bo", "RUST")
    again = await put_up(world, "bo", "rust")
    assert "✅ **Rust** is up already, and you're counted in." in all_text(again)
    assert up(await opened(world, "cy")) == ["**Rust** -# from ana · 2 would come"]


async def test_a_double_click_on_me_too_counts_once_and_not_me_takes_it_back(world: World) -> None:
    await put_up(world, "ana", "Rust")
    page = await opened(world, "bo")
    press(world, "bo", page, "openspace:metoo:1")
    press(world, "bo", page, "openspace:metoo:1")
    await world.env.settle()
    assert up(await opened(world, "cy")) == ["**Rust** -# from ana · 2 would come"]
    page = await opened(world, "bo")
    after = told(await click(world.person("bo"), page, "Not any more"))
    assert after.id == page.id
    assert up(after)[-1] == "**Rust** -# from ana · 1 would come"
    assert "Me too" in buttons(after)


async def test_an_author_takes_an_idea_back(world: World) -> None:
    page = await put_up(world, "ana", "Rust")
    after = told(await click(world.person("ana"), page, "Take back"))
    assert "**Rust** is taken down." in all_text(after)
    assert "Take back" not in buttons(after)
    assert up(await opened(world, "bo")) == []


async def test_others_cannot_take_it_down_and_read_who_can(world: World) -> None:
    await put_up(world, "ana", "Rust")
    page = await opened(world, "bo")
    assert "Take down" not in buttons(page)
    stored = world.env.backend.get_message(page.channel_id, page.id)
    (button,) = [c for c in walk_components(stored.components) if c.get("label") == "Me too"]
    button["custom_id"] = "openspace:dropidea:1"  # as on the page of one who was an organizer
    refused = await pressed(world, "bo", page, "dropidea:1")
    assert "Only ana and the organizers can take **Rust** down." in read(refused)
    assert len(up(await opened(world, "bo"))) == 1


async def test_an_idea_fades_after_the_hours_of_the_setting(make_world: MakeWorld) -> None:
    world = await make_world(ideas={"fade_hours": 2})
    await put_up(world, "ana", "Rust")
    pages = [await opened(world, "bo") for _ in range(2)]
    await world.env.advance_time(2 * HOUR)
    assert up(await opened(world, "bo")) == []
    for page, what in zip(pages, ("metoo:1", "hostidea:1"), strict=True):
        result = await pressed(world, "bo", page, what)
        answers = [told(result)]
        assert "That idea is no longer up." in all_text(answers[0])


async def test_what_has_found_its_host_says_so_on_an_old_page(world: World) -> None:
    await put_up(world, "ana", "Rust")
    page = await opened(world, "bo")
    await host_from(world, "cy", 1)
    result = await pressed(world, "bo", page, "hostidea:1")
    assert "**Rust** has found its host. Join it in `/openspace list`." in read(result)


async def test_two_people_host_the_same_idea_at_once(world: World) -> None:
    await put_up(world, "ana", "Rust")
    forms = {}
    for name in ("bo", "cy"):
        forms[name] = await pressed(world, name, await opened(world, name), "hostidea:1")
    bo, cy = [await submit(world, name, forms[name], topic=f"By {name}") for name in forms]
    assert "have joined" not in read(cy)
    assert "🙋 1 person who wanted this has joined already." in read(bo)
    assert [await joined(world, number) for number in (1, 2)] == [{"ana"}, set()]


async def test_a_form_opened_by_a_double_click_and_sent_twice_brings_people_along_once(world: World) -> None:
    await put_up(world, "ana", "Rust")
    page = await opened(world, "bo")
    first, second = [await pressed(world, "bo", page, "hostidea:1") for _ in range(2)]
    assert "has joined already" in read(await submit(world, "bo", first, topic="Rust"))
    assert "You have this one already" in read(await submit(world, "bo", second, topic="Rust"))
    assert await joined(world, 1) == {"ana"}


async def test_a_refused_form_keeps_its_idea_through_a_change_and_a_click(world: World) -> None:
    await put_up(world, "ana", "Rust")
    await put_up(world, "ana", "Go")
    refused = await host_from(world, "bo", 1, other="around tea")
    again = await click(world.person("bo"), told(refused), "Change…")
    assert again.modal
    assert again.modal["custom_id"] == "openspace-form:1"
    assert "who wanted this has joined" in read(await submit(world, "bo", again, topic="Rust"))
    refused = await host_from(world, "cy", 2, other="day 2 09:00")
    taken = next(label for label in buttons(told(refused)) if label.startswith("Fri, Jan 2"))
    assert "who wanted this has joined" in read(await click(world.person("cy"), told(refused), taken))
    assert [await joined(world, number) for number in (1, 2)] == [{"ana"}, {"ana"}]


# After a restart, in another language, for organizers, outside


async def test_every_button_and_open_form_works_after_a_restart(world: World) -> None:
    page = await put_up(world, "ana", "Rust")
    theirs = await opened(world, "bo")
    form = await pressed(world, "cy", await opened(world, "cy"), "newidea")
    hosting = await pressed(world, "dee", await opened(world, "dee"), "hostidea:1")
    await world.restart()
    assert "you too" in all_text(told(await pressed(world, "bo", theirs, "metoo:1")))
    added = told(await world.person("cy").submit_modal(form, {"topic": "Go"}))
    assert "**Go** is up." in all_text(added)
    await pressed(world, "ana", page, "ideaspage:1")
    assert "🙋 2 people" in read(await submit(world, "dee", hosting, topic="Rust"))
    assert await joined(world, 1) == {"ana", "bo"}


async def test_a_reader_of_chinese_reads_chinese(world: World, speak: Speak) -> None:
    speak("zh-TW")
    page = await put_up(world, "ana", "給 Python 人的 Rust 入門")
    assert "已經提出。有人主持時會自動幫你參加並通知你。" in all_text(page)
    seen = told(await pressed(world, "bo", await opened(world, "bo"), "metoo:1"))
    assert up(seen)[-1] == "**給 Python 人的 Rust 入門** -# ana 提出 · 2 人想參加 · 包括你"
    assert {"我來主持", "取消 +1", "提出點子", "下一頁"} <= buttons(seen).keys()
    assert "🙋 先前想參加的 2 人已經自動參加。" in read(await host_from(world, "cy", 1))


async def test_the_ideas_button_opens_a_page_of_ones_own(world: World) -> None:
    shown = told(await world.person("ana").slash(world.lobby, "openspace help"))
    result = await click(world.person("ana"), shown, "Ideas")
    assert told(result).id == shown.id  # the help was theirs alone: one private message is enough (U5)
    assert "How to avoid burnout" in read(result)


async def test_the_board_counts_the_ideas_and_its_button_opens_them(world: World) -> None:
    assert await board_says(world) == "Ideas"
    await put_up(world, "ana", "Rust")
    assert await board_says(world) == "Ideas (1)"
    (board,) = world.channel("open-space-board").history()
    result = await world.person("bo").click(board, label="Ideas (1)")
    assert up(told(result)) == ["**Rust** -# from ana · 1 would come"]
    await host_from(world, "bo", 1)
    assert await board_says(world) == "Ideas"


async def board_says(world: World) -> str:
    """What the board's button for ideas says, once the keeper has been there."""
    await world.env.advance_time(60)
    (board,) = world.channel("open-space-board").history()
    found = walk_components([part.to_dict() for part in board.components])
    (label,) = [str(c["label"]) for c in found if c.get("custom_id") == "openspace:ideas"]
    return label


async def test_r16_a_full_page_of_the_longest_words_is_taken_by_discord(world: World) -> None:
    for number in range(6):
        author = Person(1000 + number, "_" * 32)
        with world.env.time_context():
            await world.bot.service.ideas.put_up(world.guild.id, author, f"{number}" + "*" * 99)
    page = await opened(world, "ana")
    for number in range(1, 7):
        page = told(await pressed(world, "ana", page, f"metoo:{number}"))
    assert len(up(page)) == 6


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en-US", "This works in a server, not in direct messages."),
        ("zh-TW", "請在伺服器裡使用，私訊無法使用。"),
    ],
)
async def test_outside_a_server_it_says_so(world: World, speak: Speak, language: str, said: str) -> None:
    speak(language)
    result = await world.person("ana").user.slash("openspace ideas")
    assert read(result) == said
