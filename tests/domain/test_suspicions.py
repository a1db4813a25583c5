"""R16: of any words just those are hidden that Discord refuses, after few refused messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.suspicions import Suspicions

WORDS = [f"word {n}" for n in range(24)]
MESSAGES = st.lists(st.frozensets(st.sampled_from(WORDS), min_size=1), min_size=1, max_size=6)
GUILTY = st.frozensets(st.sampled_from(WORDS), max_size=4)


@dataclass
class Discord:
    """Refuses each message that shows a guilty word; messages show all of their words that are not hidden."""

    guilty: frozenset[str]
    messages: list[frozenset[str]]
    at_once: bool = False
    known: Suspicions = field(default_factory=Suspicions)
    proven: set[str] = field(default_factory=set)
    refusals: int = 0
    shown: dict[int, frozenset[str]] = field(default_factory=dict)

    def hidden(self) -> frozenset[str]:
        there = frozenset[str]().union(*self.messages)
        return self.known.hidden(lambda: there) | self.known.guilty

    def round(self) -> bool:
        """Send each message that would show something else; False where none does.

        `at_once`: they are all under way before the first is answered.
        """
        changed = False
        for batch in (
            [list(range(len(self.messages)))] if self.at_once else [[n] for n in range(len(self.messages))]
        ):
            hidden = self.hidden()
            sent = {number: self.messages[number] - hidden for number in batch}
            for number, words in sent.items():
                if self.shown.get(number) != words:
                    changed = True
                    self.answer(number, words)
        return changed

    def answer(self, number: int, words: frozenset[str]) -> None:
        if not words & self.guilty:
            self.known.accept(words)
            self.shown[number] = words
            return
        self.refusals += 1
        self.shown.pop(number, None)  # what it shows is in doubt: it is told again
        proof = self.known.refused(words)
        if proof:
            self.proven.add(proof)

    def settle(self) -> None:
        most = 40 * (len(self.guilty) + 1) * (len(self.messages) + 1)
        for _ in range(most):
            if not self.round() and not self.known.suspects:
                return
        raise AssertionError(f"no end: {self.known} {self.proven}")

    def judge(self) -> None:
        there = frozenset[str]().union(*self.messages)
        assert self.hidden() & there == self.guilty & there
        assert self.proven <= self.guilty, "nobody innocent is condemned"
        for number, words in enumerate(self.messages):
            assert self.shown[number] == words - self.guilty


@given(MESSAGES, GUILTY, st.booleans())
def test_r16_finally_just_the_guilty_words_are_hidden(
    messages: list[frozenset[str]], guilty: frozenset[str], at_once: bool
) -> None:
    discord = Discord(guilty, messages, at_once)
    discord.settle()
    discord.judge()


@given(st.integers(1, 200), st.data())
def test_r16_one_guilty_word_among_many_costs_few_refusals(many: int, data: st.DataObject) -> None:
    """By halves: a board with 200 words is refused nine times at most."""
    words = [f"w{n}" for n in range(many)]
    guilty = data.draw(st.sampled_from(words))
    discord = Discord(frozenset({guilty}), [frozenset(words)])
    discord.settle()
    discord.judge()
    assert discord.refusals <= ceil(log2(many)) + 2


@given(MESSAGES, GUILTY)
def test_r16_however_many_are_guilty_the_refusals_are_bounded(
    messages: list[frozenset[str]], guilty: frozenset[str]
) -> None:
    discord = Discord(guilty, messages)
    discord.settle()
    there = frozenset[str]().union(*messages)
    assert discord.refusals <= len(messages) + len(guilty) * (ceil(log2(len(there) + 1)) + 2 + len(messages))


@given(
    MESSAGES,
    GUILTY,
    st.lists(st.tuples(st.integers(0, 5), st.sampled_from(WORDS), st.integers(0, 3)), max_size=6),
)
def test_r16_words_that_come_while_others_are_on_trial_are_judged_by_themselves(
    messages: list[frozenset[str]], guilty: frozenset[str], come: list[tuple[int, str, int]]
) -> None:
    """Somebody joins or renames while a word of somebody else's is tried."""
    discord = Discord(guilty, messages)
    for number, word, rounds in come:
        for _ in range(rounds):
            discord.round()
        place = number % len(discord.messages)
        discord.messages[place] |= {word}
    discord.settle()
    discord.judge()


def test_r16_a_word_that_is_gone_is_no_suspect() -> None:
    discord = Discord(frozenset({"bad"}), [frozenset({"bad", "good"})])
    discord.round()
    assert discord.known.suspects
    discord.messages = [frozenset({"other"})]
    discord.hidden()
    assert discord.known.suspects == frozenset()


def test_r16_what_is_on_trial_and_in_no_message_is_no_suspect() -> None:
    known = Suspicions()
    known.refused(frozenset({"a", "b", "c"}))
    known.accept(frozenset())
    assert known.hidden(lambda: {"a", "b", "c"}) == {"c"}
    assert not known.judged_by({"a", "b"})
    assert known.judged_by({"b"})
    known.accept(frozenset({"b"}))
    assert known.hidden(lambda: {"a", "b", "c"}) == frozenset()  # c is on trial now


def test_r16_where_there_is_nothing_to_send_the_trial_begins() -> None:
    known = Suspicions()
    known.refused(frozenset({"a", "b"}))
    assert not known.judged_by(frozenset())
    assert known.hidden(lambda: {"a", "b"}) == {"a", "b"}
    assert known.judged_by(frozenset(), idle=True)
    assert known.hidden(lambda: {"a", "b"}) == {"b"}
    assert not known.judged_by({"a"}, idle=True)


def test_r16_while_it_is_not_known_who_is_to_blame_nobody_waits() -> None:
    """The very next message shows the rest."""
    discord = Discord(frozenset({"bad"}), [frozenset({"old"})])
    discord.round()
    discord.messages = [frozenset({"old", "bad", "good"})]
    discord.round()
    assert discord.hidden() == {"bad", "good"}
    discord.round()
    assert discord.shown[0] == {"old"}
