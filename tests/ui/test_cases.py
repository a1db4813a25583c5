"""What organizers see of reports, and the forms: what they say, and that Discord takes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.models import State
from bot.domain.reports import Act, Case, Deed, Report, SentOut
from bot.service import Person
from bot.service.cases import CasePage, Whole
from bot.store.blocks import Block
from bot.ui import case_forms, cases, reports
from bot.ui.conduct import contact
from bot.ui.words import Words
from tests.ui.samples import BOTH, ENGLISH, NOON, PUBLIC, at, both, ids, labels, parts, session, texts

OPEN = session(5, NOON, state=State.OPEN, desk=1, topic="*Git*", host_name="_ana_", host_id=7)
FIRST = Report(1, 20, "eve", "They *shout*", at(12.1))
CASE = Case(3, 1, OPEN, None, "", at(12.1), None, 1, (FIRST,))
TEXTS = st.sampled_from(
    ["", "*" * 1000, "長" * 1000, "👩‍🚀" * 333, "@everyone " * 90, "|\n" * 500, "a://b" * 200]
)
BIG = 2**63 - 1


def said(view: Any) -> str:
    return "\n".join(texts(view))


def test_a_case_says_who_what_where_and_who_was_there() -> None:
    case = replace(CASE, present=((30, True), (31, True), (32, False)))
    linked = replace(FIRST, link="https://discord.com/channels/1/2/3", author_id=40)
    view = cases.layout(ENGLISH, replace(case, reports=(linked,)), NOON)
    assert said(view).splitlines() == [
        "## 🚩 #3 \\*Git\\*",
        r"🎤 \_ana\_ (<@7>) · <t:1767240000:f>–<t:1767243600:t> · on now",
        "👥 In the voice channel: <@30> <@31>",
        "👣 At the desk before: <@32>",
        "1 report",
        r"💬 eve (<@20>), <t:1767240360:R>: They \*shout\*"
        " ([↗](https://discord.com/channels/1/2/3) <@40>)",
    ]
    actions = ["caseend:3", "caseblock:3", "caseanswer:3", "casedismiss:3", "casewho:3:0"]
    assert ids(view) == [f"openspace:{action}" for action in actions]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"session": replace(OPEN, state=State.BOOKED, start=at(13), end=at(14))},
            ["Cancel session", "Block"],
        ),
        ({"session": replace(OPEN, state=State.ENDED)}, ["Block"]),
        ({"session": replace(OPEN, end=NOON)}, ["Block"]),  # the keeper has not been there yet
        ({"session": None, "about_id": 9, "about_name": "bo"}, ["Block"]),
        ({"session": None}, []),
        ({"blocked": True}, ["End session", "Unblock"]),
    ],
)
def test_its_buttons_are_what_can_be_done(fields: dict[str, Any], expected: list[str]) -> None:
    view = cases.layout(ENGLISH, replace(CASE, **fields), NOON)
    assert labels(view) == [*expected, "Answer", "Dismiss", "All reports"]


def test_a_closed_case_says_what_was_done_by_whom_and_can_be_reopened() -> None:
    acts = (Act(Deed.ENDED, 9, "Be *kind*", at(12.2)), Act(Deed.ANSWERED, 9, "Thanks", at(12.3)))
    view = cases.layout(ENGLISH, replace(CASE, closed=at(12.2), acts=acts), NOON)
    assert said(view).splitlines()[0] == "## ✅ #3 \\*Git\\*"
    assert said(view).splitlines()[-2:] == [
        r"⏹️ <@9> ended the session <t:1767240720:R>: Be \*kind\*",
        "✉️ <@9> answered <t:1767241080:R>: Thanks",
    ]
    assert "Reopen" in labels(view)
    assert "Dismiss" not in labels(view)


def test_confidential_unnamed_it_has_neither_name_nor_id_of_who_reported() -> None:
    for view in (
        cases.layout(ENGLISH, CASE, NOON, named=False),
        cases.whole(ENGLISH, Whole(CASE, 0, 1, [(20, "eve")]), named=False),
    ):
        shown = str(parts(view))
        assert "eve" not in shown
        assert "<@20>" not in shown
        assert "3-20" not in shown
        assert "Who reported is not named here" in said(view)


def test_r16_plain_it_has_no_words_of_strangers() -> None:
    acts = (Act(Deed.ENDED, 9, "Be kind", at(12.2)),)
    shown = said(cases.layout(ENGLISH, replace(CASE, acts=acts), NOON, plain=True))
    for word in ("Git", "ana", "eve", "shout", "kind"):
        assert word not in shown
    assert "<@20>" in shown


@given(
    words=st.sampled_from(PUBLIC),
    text=TEXTS,
    count=st.sampled_from([1, 5, 9999]),
    people=st.sampled_from([0, 3, 500]),
    acts=st.sampled_from([0, 1, 40]),
    named=st.booleans(),
    plain=st.booleans(),
    member=st.booleans(),
    closed=st.booleans(),
)
def test_r16_in_the_longest_words_a_case_fits(
    words: Words,
    text: str,
    count: int,
    people: int,
    acts: int,
    *,
    named: bool,
    plain: bool,
    member: bool,
    closed: bool,
) -> None:
    link = "https://discord.com/channels/" + "/".join(["9" * 19] * 3)
    report = Report(1, BIG, "~" * 32, text[:1000], NOON, link, BIG)
    case = Case(
        BIG,
        1,
        replace(OPEN, topic="*" * 100, host_name="_" * 32, host_id=BIG),
        BIG if member else None,
        "~" * 32 if member else "",
        NOON,
        NOON if closed else None,
        count,
        (report,) * min(count, 5),
        tuple(Act(Deed.BLOCKED, BIG, text[:1000], NOON) for _ in range(acts)),
        tuple((BIG - n, n % 2 == 0) for n in range(people)),
        (),
        True,
    )
    shown = [cases.layout(words, case, NOON, named=named, plain=plain)]
    whole = Whole(replace(case, reports=(report,) * min(count, cases.WHOLE)), 1, 3, [(BIG, "~" * 32)] * 25)
    shown.append(cases.whole(words, whole, named=named))
    for view in shown:
        assert sum(map(len, texts(view))) <= 4000
        assert len(parts(view)) <= 40
        assert all(len(custom_id) <= 100 for custom_id in ids(view))
    assert len(reports.outcome(words, case, "~" * 100)) <= 2000
    out = SentOut(1, case.session or OPEN, BIG, "~" * 32, BIG, text[:500], NOON)
    assert len(reports.why_out(words, out, "~" * 100, "~" * 200)) <= 2000


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_r16_the_fullest_list_fits(words: Words) -> None:
    case = Case(BIG, 1, replace(OPEN, topic="*" * 100), BIG, "~" * 32, NOON, NOON, 99, (FIRST,))
    case = replace(case, acts=(Act(Deed.ANSWERED, BIG, "*" * 1000, NOON),))
    out = SentOut(BIG, OPEN, BIG, "~" * 32, BIG, "*" * 500, NOON, undone=NOON, undone_by=BIG)
    blocks = [Block(n, "~" * 32, "", None, NOON) for n in range(40)]
    page = CasePage([case] * cases.CASES, 1, 3, [out] * 9, blocks)
    view = cases.listing(words, page, NOON)
    assert sum(map(len, texts(view))) <= 4000
    assert len(parts(view)) <= 40
    one = cases.out_layout(words, out, NOON)
    assert len(said(one)) <= 4000


@pytest.mark.parametrize("words", BOTH, ids=both)
def test_the_forms_fit(words: Words) -> None:
    people = [Person(n, "~" * 32) for n in range(1, 26)]
    forms = [
        reports.report_form(words, reports.MESSAGE_FORM, BIG, BIG, BIG),
        case_forms.end_form(words, BIG, OPEN),
        case_forms.end_form(words, BIG, replace(OPEN, state=State.BOOKED)),
        case_forms.block_form(words, BIG),
        case_forms.answer_form(words, BIG),
        case_forms.send_out_form(words, BIG, people),
        case_forms.send_out_form(words, BIG, [*people, *people]),
    ]
    for form in forms:
        assert 1 <= len(form.title) <= 45
        assert len(form.custom_id) <= 100
        for part in parts(form):
            assert len(part.get("label") or "") <= 45
            assert len(part.get("placeholder") or "") <= 100
            assert len(part.get("options") or []) <= 25
            assert (part.get("max_length") or 0) <= 4000


def test_what_came_of_it_is_said_by_what_was_done() -> None:
    def came(*deeds: Deed, said: str = "") -> str:
        acts = tuple(Act(deed, 9, said if deed is Deed.ANSWERED else "secret", at(12.2)) for deed in deeds)
        return reports.state(ENGLISH, replace(CASE, closed=at(12.2) if acts else None, acts=acts))

    assert "not decided yet" in came()
    assert "ended the session" in came(Deed.ENDED)
    assert "cancelled the session" in came(Deed.CANCELLED)
    assert "leave it at that" in came(Deed.DISMISSED)
    assert "acted" in came(Deed.BLOCKED)
    assert came(Deed.ENDED, Deed.ANSWERED, said="*Hi*").endswith("They say:\n> \\*Hi\\*")
    for deeds in ((Deed.ENDED,), (Deed.BLOCKED,), (Deed.DISMISSED,)):
        assert "secret" not in came(*deeds)  # reasons are for others
        assert "eve" not in came(*deeds)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("*Mia* at the desk", "\\*Mia\\* at the desk"),
        ("<@1> <@&2> <#3>", "<@1> <@&2> <#3>"),
        ("https://coc.example/a_b", "https://coc.example/a_b"),
        ("[x](https://a.example)", "\\[x\\]\\(https://a.example\\)"),
        ("@everyone", "@\u200beveryone"),
        ("<script>", "\\<script>"),
    ],
)
def test_the_contact_can_be_clicked_and_breaks_nothing(written: str, shown: str) -> None:
    assert contact(written) == shown


def test_a_message_about_who_was_sent_out_loses_its_button_when_it_is_over() -> None:
    out = SentOut(4, OPEN, 8, "bo", 7, "", NOON)
    assert ids(cases.out_layout(ENGLISH, out, NOON)) == ["openspace:letin:4"]
    assert ids(cases.out_layout(ENGLISH, out, OPEN.end + timedelta(seconds=1))) == []
    undone = replace(out, undone=at(12.2), undone_by=9)
    assert ids(cases.out_layout(ENGLISH, undone, NOON)) == []
    assert "let them back in" in said(cases.out_layout(ENGLISH, undone, NOON))
