"""Before the crowd comes: the first desks, times that are picked, an idea, a session that goes on longer."""

from __future__ import annotations

from datetime import timedelta

from bot.demo.reading import buttons, read
from bot.demo.scenes.cast import ASYNC, BURNOUT, COFFEE, DJANGO, WISH
from bot.demo.story import Story
from bot.domain.models import State
from bot.domain.records import Kind
from bot.ui.words import words_for


async def early_bird(story: Story) -> None:
    """R2, R6: closed, with one click to the nearest time that fits; join ahead, by a word of the topic."""
    await story.world.until("08:40")
    story.tell("Open Spaces open in a quarter of an hour. The board says so:")
    story.board(5, "Closed now · Day 1 opens 08:55")
    story.tell("Ben cannot wait.")
    refused = await story.slash("Ben", "openspace host", topic=COFFEE)
    await story.press("Ben", refused, "openspace:take:")
    coffee = await story.session(COFFEE)
    story.expect(coffee.state is State.BOOKED, "one click books the offered time")
    story.expect(coffee.start == story.world.at("08:55"), "the offered time is the opening")
    story.tell("Sofia would like a coffee too.")
    await story.slash("Sofia", "openspace join", session="coffee")
    story.expect(not story.desks(), "no desk stands yet")


async def first_desk(story: Story) -> None:
    """R8: channels a few minutes ahead; at the start everyone who joined is mentioned, once."""
    await story.world.until("08:50")
    story.tell(f"Five minutes to go, and Ben's desk is there: {', '.join(story.desks())}.")
    story.expect(len(story.desks()) == 2, "a desk is one voice and one text channel")
    story.expect(not await story.written(COFFEE), "nothing is said before the start")
    await story.world.until("08:55")
    story.tell("Open Spaces are open. In Ben's text channel:")
    await story.opening(COFFEE, "Sofia")
    await story.voice(COFFEE, "Ben", "Sofia")


async def start_now(story: Story) -> None:
    """R5, R8: start at once, with links; the same twice is one; a guest joins by button, in Chinese."""
    await story.world.until("09:10")
    story.tell("Ana has a question, and an hour.")
    await story.slash("Ana", "openspace host", topic=ASYNC)
    story.expect(len(await story.world.desk(ASYNC)) == 2, "the desk is there at once")
    story.tell("Did that work? Ana sends it again, to be sure.")
    await story.slash("Ana", "openspace host", topic=ASYNC, quoted=False)
    await story.session(ASYNC)
    story.tell("There is still one desk of hers. 志豪, whose Discord is in Chinese, looks around.")
    found = await story.slash("志豪", "openspace list", show="now")
    words = words_for("zh-TW")
    story.expect(words("button-join") in buttons(found).values(), "志豪 reads Chinese")
    number = (await story.session(ASYNC)).id
    joined = await story.press("志豪", found, f"openspace:join:{number}")
    story.expect(ASYNC in read(story.world, joined)[0], "志豪 reads what he has joined")
    story.tell("And at Ana's desk:")
    greeting = (await story.written(ASYNC))[-1]
    story.quote(greeting)
    story.expect(
        story.world.people["志豪"].actor.mention in greeting.content, "host and guest are introduced"
    )
    await story.voice(ASYNC, "Ana", "志豪")


async def plans(story: Story) -> None:
    """R6: real free times, the highlight first; and the board's form for who would rather not type."""
    await story.world.until("09:30")
    story.tell("Noor plans ahead. Discord offers her the times that are free, the recommended ones first:")
    noor = story.world.people["Noor"].actor
    choices = await noor.autocomplete(story.world.lobby, "openspace host", "when", "")
    for choice in choices[:4]:
        story.line(choice["name"])
    highlight = story.world.programme.windows[-1].highlights[0]
    first = next((c for c in choices[:2] if highlight.name in c["name"]), None)
    picked = story.need(first, "the time without talks is offered first")
    await story.slash("Noor", "openspace host", topic=BURNOUT, when=picked["value"], minutes=50)
    story.expect((await story.session(BURNOUT)).start == highlight.start, "it is booked as picked")
    story.tell("美玲 prefers the board.")
    form = await story.open_form("美玲", story.world.board(), "openspace:host")
    filled = {
        "topic": DJANGO,
        "when": ["now"],
        "other": "下午2:00",
        "minutes": ["90"],
        "description": "新手也歡迎",
    }
    await story.fill_in("美玲", form, filled)
    django = await story.session(DJANGO)
    story.expect(django.start == story.world.at("14:00"), "下午2:00 is two in the afternoon")
    story.expect(django.end - django.start == timedelta(minutes=90), "90 minutes are 90 minutes")
    event = next((event for event in story.world.events() if event.name == DJANGO), None)
    event = story.need(event, "what is booked stands among the server's own events")
    await story.world.people["Olivia"].actor.subscribe_event(event)
    story.act("Olivia finds it among the server's events, and marks it as interesting.")


async def wish(story: Story) -> None:
    """R16: what people wish for is up for others to host; who would come is counted once."""
    story.tell("Yuki would love to hear about Rust, and cannot host it. The board has a button for ideas:")
    page = await story.press("Yuki", story.world.board(), "openspace:ideas", most=4)
    form = await story.open_form("Yuki", page, "openspace:newidea")
    await story.fill_in("Yuki", form, {"topic": WISH}, most=6)
    page = await story.slash("Tariq", "openspace ideas", quoted=False)
    liked = await story.press("Tariq", page, "openspace:metoo:", most=6)
    story.expect("2 would come" in "\n".join(read(story.world, liked)), "Yuki and Tariq would come")


async def extended(story: Story) -> None:
    """R9, R10: the desk is told before its end, and one click lets it go on."""
    await story.world.until("09:50")
    story.tell("Ben's desk is told that its time is nearly up, with what a host may want:")
    warning = (await story.written(COFFEE))[-1]
    story.quote(warning)
    await story.press("Ben", warning, "openspace:until:")
    story.expect(
        (await story.session(COFFEE)).end == story.world.at("10:10"), "the coffee goes on until 10:10"
    )
    await story.world.until("09:51")
    story.tell("The guests read it at the desk, and everyone on the board:")
    story.quote((await story.written(COFFEE))[-1])
    lines = read(story.world, story.world.board())
    shown = [line for line in lines if COFFEE in line or "10:10" in line]
    for line in shown[:2]:
        story.line(line)
    story.expect(any("until 10:10 · with Ben" in line for line in shown), "the board shows the new end")
    card = "\n".join(read(story.world, await story.card(COFFEE)))
    story.expect("open until 10:10" in card, "the desk's card shows the new end")
    await story.world.until("10:10")
    await story.leave("Ben", "Sofia", "Ana", "志豪")
    story.expect(Kind.TEXT in await story.world.desk(COFFEE), "there is time to swap links")
