"""R3 and R15 between real processes on one file: never an 11th desk, no lock seen, nothing lost."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.domain.models import TRANSITIONS, State
from tests.service.support import ANA, BEN, GUILD, open_place, person

ROOT = Path(__file__).parents[2]

CHILD = """
import asyncio, json, sys
from pathlib import Path
from bot.domain.refusal import Refusal
from tests.service.support import *

def tell(**what):
    print(json.dumps(what), flush=True)

async def main(place):
    {body}

async def start():
    async with open_place(Path(sys.argv[1]), sys.argv[2]) as place:
        tell(ready=True)
        sys.stdin.readline()
        await main(place)

asyncio.run(start())
"""

HAMMER = """
    first, when = int(sys.argv[3]), sys.argv[4]
    answers = []

    async def want(number):
        try:
            await place.host(person(number), f"Topic {number}", when)
            answers.append("hosted")
        except Refusal as refusal:
            answers.append(refusal.code)

    async def meddle(number):
        for session in await place.service.finding.active(GUILD):
            try:
                await place.service.guests.join(GUILD, session.id, person(number))
                await place.service.guests.leave(GUILD, session.id, person(first))
            except Refusal as refusal:
                answers.append(refusal.code)
        await place.service.clockwork.advance(GUILD)

    tasks = []
    for number in range(first, first + 120):
        tasks.append(want(number))
        if number % 10 == 0:
            tasks.append(meddle(number))
    await asyncio.gather(*tasks)
    tell(answers=answers)
"""


@contextmanager
def child(folder: Path, clock: str, body: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    """A process that has opened the database and waits for a line before it goes on."""
    script = CHILD.replace("    {body}", body)
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder), clock, *args],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line that the process prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate()[1])
    told = json.loads(line)
    assert isinstance(told, dict)
    return told


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ask(folder: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(folder / "openspace.sqlite3")) as connection:
        return connection.execute(sql).fetchall()


def check_audit(folder: Path) -> None:
    """Each session's lines are its life, and the joined are those who came and did not leave."""
    paths: dict[int, list[State]] = {}
    joined: Counter[tuple[int, int]] = Counter()
    for number, actor, action in ask(folder, "SELECT session_id, actor_id, action FROM audit ORDER BY id"):
        if action == "host":
            paths[number] = [State.BOOKED]
        elif action in {"join", "leave"}:
            joined[number, actor] += 1 if action == "join" else -1
        elif action in {"open", *State}:
            paths[number].append(State(action))
    assert all(b in TRANSITIONS[a] for path in paths.values() for a, b in pairwise(path))
    assert {n: path[-1] for n, path in paths.items()} == dict(ask(folder, "SELECT id, state FROM session"))
    assert set(joined.values()) <= {0, 1}
    present = {key for key, count in joined.items() if count}
    assert present == set(ask(folder, "SELECT session_id, user_id FROM joined"))


async def full_house(folder: Path, when: str) -> None:
    async with open_place(folder, "13:30") as place:
        for number in range(10):
            await place.host(person(number), f"Old {number}", when, 60)


@pytest.mark.parametrize(
    ("clock", "when"), [("10:00", "14:30"), ("14:30", "now")], ids=["ahead", "as desks fall free"]
)
def test_r3_two_processes_hammer_one_file_and_never_an_eleventh_desk(
    tmp_path: Path, clock: str, when: str
) -> None:
    old = 10 if when == "now" else 0
    if old:
        asyncio.run(full_house(tmp_path, "now"))
    with (
        child(tmp_path, clock, HAMMER, "1000", when) as first,
        child(tmp_path, clock, HAMMER, "2000", when) as second,
    ):
        children = (first, second)
        assert all(heard(process) == {"ready": True} for process in children)
        for process in children:
            go(process)
        answers = [Counter(heard(process)["answers"]) for process in children]
        ends = [process.communicate(timeout=60) for process in children]
    assert ends == [("", ""), ("", "")]
    assert [process.returncode for process in children] == [0, 0]

    total = answers[0] + answers[1]
    assert total["hosted"] == 10
    assert set(total) <= {"hosted", "full", "full-now", "own-session", "session-ended"}
    assert total["hosted"] + total["full"] + total["full-now"] == 240
    assert ask(tmp_path, "SELECT count(*) FROM session") == [(old + 10,)]
    new = ask(tmp_path, "SELECT state, desk, starts_at, ends_at FROM session WHERE host_id >= 1000")
    assert len({(starts, ends) for _, _, starts, ends in new}) == 1
    if old:
        assert sorted(desk for _, desk, *_ in new) == list(range(1, 11))
        assert ask(tmp_path, "SELECT DISTINCT state FROM session WHERE host_id < 1000") == [("ended",)]
    check_audit(tmp_path)


@pytest.mark.parametrize("when", ["now", "14:30"])
def test_r15_killed_right_after_it_said_booked_the_session_is_there(tmp_path: Path, when: str) -> None:
    body = """
    result = await place.host(ANA, "Async", sys.argv[3], description="Bring a laptop")
    tell(booked=result.session.id)
    sys.stdin.readline()
"""
    with child(tmp_path, "10:00", body, when) as process:
        assert heard(process) == {"ready": True}
        go(process)
        number = heard(process)["booked"]
        process.kill()

    async def check() -> None:
        async with open_place(tmp_path) as place:
            session = await place.session(number)
            assert (session.topic, session.description) == ("Async", "Bring a laptop")
            assert session.state is (State.OPEN if when == "now" else State.BOOKED)
            assert len((await place.book.read(GUILD)).rows.notices) == 2 * (when == "now")  # opening, warning
            assert (await place.actions(number))[0] == "host"
            assert (await place.host(ANA, "Async", when)).again
            assert (await place.service.guests.join(GUILD, number, BEN)).changed

    asyncio.run(check())
    check_audit(tmp_path)


def test_r15_killed_in_the_middle_of_work_all_that_was_said_is_done_and_nothing_is_half(
    tmp_path: Path,
) -> None:
    body = """
    for number in range(1000):
        try:
            session = (await place.host(person(number), f"T{number}", minutes=10)).session
        except Refusal:
            place.clock.on(1)
            await place.service.clockwork.advance(GUILD)
            continue
        tell(booked=session.id)
        await place.service.guests.join(GUILD, session.id, person(5000))
        tell(joined=session.id)
        await place.service.changes.extend(GUILD, session.id, person(number), 5)
        tell(extended=session.id)
"""
    said: list[dict[str, Any]] = []
    with child(tmp_path, "10:00", body) as process:
        assert heard(process) == {"ready": True}
        go(process)
        said.extend(heard(process) for _ in range(60))
        process.kill()
        assert process.stdout is not None
        said.extend(json.loads(line) for line in process.stdout if line.endswith("\n"))

    def numbers(what: str) -> set[int]:
        return {line[what] for line in said if what in line}

    asyncio.run(full_house(tmp_path, "2021-10-03 10:30"))  # the file still works
    written = {n for (n,) in ask(tmp_path, "SELECT id FROM session")}
    assert numbers("booked") <= written
    assert numbers("joined") <= {n for (n,) in ask(tmp_path, "SELECT session_id FROM joined")}
    long = "SELECT id FROM session WHERE ends_at - starts_at = 15 * 60"
    assert numbers("extended") <= {n for (n,) in ask(tmp_path, long)}
    extended = ask(tmp_path, "SELECT session_id FROM audit WHERE action = 'extend'")
    assert {n for (n,) in extended} == {n for (n,) in ask(tmp_path, long)}
    check_audit(tmp_path)


def test_r15_another_process_sees_what_was_said_and_the_same_wish_is_the_same_session(tmp_path: Path) -> None:
    body = """
    tell(again=(await place.host(ANA, "Async", "14:30")).again)
"""

    async def host() -> None:
        async with open_place(tmp_path) as place:
            assert not (await place.host(ANA, "Async", "14:30")).again
            with child(tmp_path, "10:00", body) as process:
                assert heard(process) == {"ready": True}
                go(process)
                assert heard(process) == {"again": True}

    asyncio.run(host())
