"""What a session shows among the server's own events (R16)."""

from __future__ import annotations

import pytest

from bot.domain.models import State
from bot.domain.records import Face
from bot.ui.event_face import event_face, face_digest, mark
from bot.ui.words import Words
from tests.ui.samples import CHINESE, DESCRIPTION, ENGLISH, HOST, NOON, PUBLIC, TOPIC, both, session

BOARD = "b" * 90


def test_it_has_topic_host_times_and_description() -> None:
    held = session(12, topic="*Git*", description="Bring _notes_\n@everyone", host_name="ana_")
    face = event_face(ENGLISH, "open-space-board", held)
    assert face == Face("*Git*", face.description, "#open-space-board", NOON, held.end)
    assert face.description.splitlines() == [
        r"Bring \_notes\_",
        "@\u200beveryone",
        "",
        r"Hosted by ana\_. Mark yourself as interested, and you'll be mentioned when it opens.",
        "#12",
    ]


def test_without_a_description_it_says_who_hosts_and_once_open_where() -> None:
    held = session(12, topic="Git", state=State.OPEN, desk=3)
    face = event_face(CHINESE, "open-space-board", held)
    assert face.description == "主持人：ana。按「有興趣」，開始時會提及你。\n#12"
    assert face.location == "第 3 桌 · #open-space-board"


@pytest.mark.parametrize("words", PUBLIC, ids=both)
@pytest.mark.parametrize(
    "description", [DESCRIPTION, "x" * 1000, "字" * 1000, "|" * 440, "-\n" * 500, "a/" * 500]
)
def test_the_longest_words_fit_and_the_mark_is_never_cut(words: Words, description: str) -> None:
    longest = session(
        2**63 - 1, topic=TOPIC, host_name=HOST, description=description, state=State.OPEN, desk=25
    )
    face = event_face(words, BOARD, longest)
    assert len(face.name) <= 100
    assert len(face.location) <= 100
    assert 500 <= len(face.description) <= 1000
    assert face.description.endswith("\n" + mark(longest.id))


def test_every_change_that_people_see_changes_the_digest() -> None:
    held = session(12, topic="Git")
    faces = [
        event_face(ENGLISH, "board", changed)
        for changed in (
            held,
            session(12, topic="Tig"),
            session(12, topic="Git", description="x"),
            session(12, topic="Git", host_name="bob"),
            session(12, topic="Git", minutes=61),
            session(12, topic="Git", state=State.OPEN, desk=1),
        )
    ]
    assert len({face_digest(face) for face in faces}) == len(faces)
    assert face_digest(faces[0]) == face_digest(event_face(ENGLISH, "board", held))
