"""R16: what is shown without the words that Discord refuses; and how many events are wished at all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.desks.scene import Learnt, Scene
from bot.desks.wishes import Wish
from bot.domain.models import State
from bot.domain.records import Aspect, Face, Kind
from bot.service.people import Person
from bot.ui.desk_channels import Channel
from bot.ui.veil import digest
from tests.desks.scenes import DESK, HOME, OPEN, face, record, scene_of, session, settings, wishes_of
from tests.ui.samples import ENGLISH

LATER = session(9, State.BOOKED, start=120)


def of(kind: Kind, found: list[Wish]) -> list[Wish]:
    return [wish for wish in found if wish.kind is kind]


def one(kind: Kind, scene: Scene) -> Wish:
    [wish] = of(kind, wishes_of(scene))
    return wish


def rendered(wish: Wish) -> Any:
    view: Any = wish.how
    return view.to_components()


def test_hundreds_of_sessions_far_away_are_wished_no_more_events_than_discord_takes() -> None:
    many = [session(n, State.BOOKED, start=60 + n) for n in range(10, 510)]
    found = of(Kind.EVENT, wishes_of(scene_of(many, like=settings(event=face))))
    assert [wish.key[1] for wish in found] == list(range(10, 110))
    told = [*HOME, record(Kind.EVENT, many[300], 50)]
    found = of(Kind.EVENT, wishes_of(scene_of(many, told, like=settings(event=face))))
    assert many[300].id in [wish.key[1] for wish in found]


@pytest.mark.parametrize("kind", [Kind.VOICE, Kind.TEXT])
def test_r16_a_name_that_discord_refuses_is_a_plain_one(kind: Kind) -> None:
    of = replace(OPEN, topic="Rude", description="Words")
    [word] = one(kind, scene_of([of])).words
    hidden = frozenset({word})
    scene = scene_of([of], learnt=Learnt(hidden=hidden), refused=hidden)
    plain, other = one(kind, scene), one(Kind.TEXT if kind is Kind.VOICE else Kind.VOICE, scene)
    assert isinstance(plain.how, Channel)
    assert (plain.how.name, plain.words) == ("open-space-7", frozenset())
    assert plain.how.topic == ("#7" if kind is Kind.TEXT else "")
    assert plain.mark == ("#7" if kind is Kind.TEXT else "open-space-7")
    # What it stands for is remembered, so that no restart asks for them again.
    assert plain.aspects[Aspect.NAME] == one(kind, scene_of([of])).aspects[Aspect.NAME]
    assert isinstance(other.how, Channel)
    assert other.how.name.casefold() == "rude"
    assert scene.problems["words:7"] == "107"


def test_r16_an_event_whose_words_are_refused_names_neither_topic_nor_host() -> None:
    of = replace(LATER, topic="Rude", description="Words", host_name="Bad")
    like = settings(event=lambda s: replace(face(s), description=f"{s.host_name} {s.description}"))
    [word] = one(Kind.EVENT, scene_of([of], like=like)).words
    scene = scene_of([of], like=like, learnt=Learnt(hidden=frozenset({word})))
    wish = one(Kind.EVENT, scene)
    assert isinstance(wish.how, Face)
    assert not {"Rude", "Words", "Bad"} & set(f"{wish.how.name} {wish.how.description}".split())
    assert wish.words == frozenset()
    assert "words:9" in scene.problems


@pytest.mark.parametrize("kind", [Kind.BOARD_MESSAGE, Kind.CARD])
def test_k1_r16_a_message_without_the_refused_words_keeps_all_others(kind: Kind) -> None:
    of, people = replace(OPEN, topic="Rude"), {7: {"guests": (Person(9, "Gus"),)}}
    full = one(kind, scene_of([of, LATER], DESK, people=people))
    names = {digest("Rude"), digest("ana" if kind is Kind.BOARD_MESSAGE else "Gus")}
    assert names <= full.words
    hidden = frozenset({digest("Rude")})
    scene = scene_of([of, LATER], DESK, people=people, learnt=Learnt(hidden=hidden), refused=hidden)
    plain = one(kind, scene)
    assert plain.words == full.words - hidden
    text = str(rendered(plain))
    assert "Rude" not in text
    assert ("ana" if kind is Kind.BOARD_MESSAGE else "Gus") in text
    assert ENGLISH("hidden-topic")[1:-1] in text
    assert scene.problems["words:7"] == "107"
    suspected = scene_of([of, LATER], DESK, people=people, learnt=Learnt(hidden=hidden))
    assert one(kind, suspected) == plain
    assert "words:7" not in suspected.problems  # nobody is accused while it is not proven
