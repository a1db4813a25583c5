"""R17 and full servers: how often a thing is made again, how many channels a day, who comes first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.desks.scene import Learnt, Scene
from bot.domain.fair_use import DAY_CHANNELS, GUILD_CHANNELS, MANY_CHANNELS, NEARLY_FULL, REPAIRS
from bot.domain.models import Session, State
from bot.domain.records import Kind
from tests.desks.scenes import (
    BARE,
    DESK,
    NOW,
    OPEN,
    asked,
    at,
    face,
    of_channels,
    others,
    scene_of,
    session,
    settings,
    unseen,
    without,
)

SECOND = timedelta(seconds=1)
LOST = [Kind.BOARD, Kind.NEWS, Kind.VOICE, Kind.TEXT, Kind.BOARD_MESSAGE, Kind.CARD]


def makes(scene: Scene) -> list[str]:
    return [key.removeprefix("make ") for key in asked(scene) if key.startswith("make")]


# ------------------------------------------------------------------- repairs, ever slower


@pytest.mark.parametrize("kind", LOST)
@pytest.mark.parametrize("times", range(1, 10))
def test_k2_r17_what_others_delete_is_made_again_ever_more_slowly(kind: Kind, times: int) -> None:
    pause = timedelta(seconds=REPAIRS[min(times, len(REPAIRS)) - 1])
    of = OPEN.id if kind in {Kind.VOICE, Kind.TEXT, Kind.CARD} else None
    records = without(DESK, kind)

    def scene(since: timedelta) -> Scene:
        return scene_of([OPEN], records, lost={(kind, of): (times, NOW - since)})

    about = f"{kind} {of or {Kind.BOARD: '#board', Kind.NEWS: '#news'}.get(kind, '')}"
    assert makes(scene(pause)) == [about]
    if pause:
        early = scene(pause - SECOND)
        assert makes(early) == []
        assert NOW + SECOND in early.due


def test_k13_r17_an_event_that_others_delete_is_made_again_ever_more_slowly() -> None:
    ahead, like = session(7, State.BOOKED, start=60), settings(event=face)
    for times, pause in enumerate(REPAIRS, start=1):
        lost = {(Kind.EVENT, 7): (times, NOW - timedelta(seconds=pause))}
        assert makes(scene_of([ahead], BARE, like=like, lost=lost)) == ["event 7"]
        if pause:
            lost = {(Kind.EVENT, 7): (times, NOW - timedelta(seconds=pause) + SECOND)}
            assert makes(scene_of([ahead], BARE, like=like, lost=lost)) == []


def test_the_pauses_only_grow_and_the_first_loss_is_mended_at_once() -> None:
    assert REPAIRS[0] == 0
    assert list(REPAIRS) == sorted(set(REPAIRS))


def test_r21_what_one_thing_suffers_holds_up_no_other() -> None:
    records = without(DESK, Kind.VOICE, Kind.TEXT, Kind.CARD)
    other = session(8)
    scene = scene_of([OPEN, other], records, lost={(Kind.VOICE, 7): (5, NOW)})
    assert makes(scene) == ["text 7", "voice 8", "text 8"]


def test_k19_r17_a_loss_in_the_future_is_no_reason_to_wait() -> None:
    scene = scene_of([OPEN], without(DESK, Kind.VOICE), lost={(Kind.VOICE, 7): (5, at(60))})
    assert makes(scene) == ["voice 7"]


# ------------------------------------------------------------------- the day's channels


def several(*states: State) -> list[Session]:
    return [
        session(n, state, start=-1 if state is State.OPEN else 3) for n, state in enumerate(states, start=7)
    ]


ON, BOOKED = State.OPEN, State.BOOKED


def test_r17_booked_sessions_come_first_from_four_hundred_on() -> None:
    sessions = several(ON, BOOKED, ON, BOOKED)  # 7 and 9 began at once
    scene = scene_of(sessions, BARE, made=MANY_CHANNELS, hasty=frozenset({7, 9}))
    assert makes(scene) == [f"{kind} {n}" for n in (8, 10, 7, 9) for kind in ("voice", "text")]
    assert scene.problems["many-channels"] == str(DAY_CHANNELS)
    fewer = scene_of(sessions, BARE, made=MANY_CHANNELS - 1)
    makes(fewer)
    assert "many-channels" not in fewer.problems


def test_r17_what_booked_sessions_of_the_next_day_will_need_is_kept_for_them() -> None:
    """Ten booked ones need twenty channels: with twenty-one left today no desk begins at once."""
    later = [session(n, BOOKED, start=120 + n) for n in range(20, 30)]
    hasty = frozenset({7})
    for left, made in ((21, []), (22, ["voice 7", "text 7"])):
        scene = scene_of([OPEN, *later], BARE, made=DAY_CHANNELS - left, hasty=hasty)
        assert makes(scene) == made
    ahead = scene_of([OPEN, *later], BARE, made=DAY_CHANNELS - 2)
    assert makes(ahead) == ["voice 7", "text 7"]  # one that was booked has its own kept
    next_week = [session(n, BOOKED, start=8 * 1440) for n in range(20, 30)]
    scene = scene_of([OPEN, *next_week], BARE, made=DAY_CHANNELS - 2, hasty=hasty)
    assert makes(scene) == ["voice 7", "text 7"]


@pytest.mark.parametrize(("left", "desks"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)])
def test_r17_a_desk_is_made_whole_or_not_at_all_with_what_is_left_today(left: int, desks: int) -> None:
    scene = scene_of(several(ON, ON, ON), BARE, made=DAY_CHANNELS - left)
    assert len(makes(scene)) == 2 * desks


def test_r17_what_is_for_all_goes_before_any_desk() -> None:
    records = without(BARE, Kind.NEWS, Kind.ARCHIVE)
    scene = scene_of(several(ON), records, made=DAY_CHANNELS - 3)
    assert makes(scene) == ["archive Open Space archive", "news #news"]


def test_k3_r17_where_discord_says_no_more_nothing_is_asked_before_its_time() -> None:
    until = at(120)
    scene = scene_of([OPEN], BARE, learnt=Learnt(halted=until))
    assert makes(scene) == []
    assert scene.problems["no-channels"] == str(int(until.timestamp()))
    assert until in scene.due
    over = scene_of([OPEN], BARE, learnt=Learnt(halted=until), now=until)
    assert makes(over) == ["voice 7", "text 7"]
    assert "no-channels" not in over.problems


def test_r21_where_no_channel_can_be_made_all_else_goes_on() -> None:
    learnt = Learnt(halted=at(120))
    records = without(DESK, Kind.CARD)
    assert makes(scene_of([OPEN], records, learnt=learnt)) == ["card 7"]
    over = [session(7, State.ENDED, start=-100, closed=-60)]
    assert "remove voice 3" in asked(scene_of(over, DESK, learnt=learnt))
    assert of_channels(scene_of([OPEN], DESK, unseen(DESK, Kind.VOICE), learnt=learnt)) == ["find channels"]


# ---------------------------------------------------------------------- full servers


@pytest.mark.parametrize("nothing_on", [False, True])
def test_k11_organizers_hear_before_the_server_is_full(*, nothing_on: bool) -> None:
    sessions = [] if nothing_on else [OPEN]
    records = BARE if nothing_on else DESK
    own = len(unseen(records))
    for total, near in ((NEARLY_FULL - 1, False), (NEARLY_FULL, True), (GUILD_CHANNELS, True)):
        scene = scene_of(sessions, records, unknown=others(total - own))
        asked(scene)
        assert ("guild-nearly-full" in scene.problems) is near
        assert "guild-full" not in scene.problems


def test_k11_a_full_server_is_one_problem_not_two() -> None:
    scene = scene_of([OPEN], BARE, unknown=others(GUILD_CHANNELS - len(unseen(BARE))))
    assert makes(scene) == []
    assert "guild-full" in scene.problems
    assert "guild-nearly-full" not in scene.problems


def test_what_may_be_under_way_counts_as_there() -> None:
    """Two channels that were asked for and do not show yet fill the server too."""
    other = session(8)
    pending = [each for each in DESK if each.kind in {Kind.VOICE, Kind.TEXT}]
    shown = unseen(BARE)
    scene = scene_of([OPEN, other], [*BARE, *pending], shown, unknown=others(GUILD_CHANNELS - len(shown) - 3))
    assert makes(scene) == []
    assert "guild-full" in scene.problems
