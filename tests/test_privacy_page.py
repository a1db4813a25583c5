"""docs/privacy.md says what is so: every table that names people, every time until they are forgotten."""

from __future__ import annotations

import re
import stat
from datetime import timedelta
from pathlib import Path

from bot.app import build_bot
from bot.config import Privacy, Storage, load_config
from bot.domain.starts import HOUR
from bot.service.tidying import FADED_KEPT
from bot.store.drafts import DRAFT_LIFE
from bot.store.files import PRIVATE
from bot.store.privacy import PLACES
from cogs.storage import HOURS
from tests.conftest import write_config

PAGE = (Path(__file__).parents[1] / "docs" / "privacy.md").read_text(encoding="utf-8")
SAID = {
    "announcement": "announcements and settings",
    "audit": "the audit trail",
    "audit_person": "the audit trail",
    "block": "blocks: who may not host or report",
    "calendar_link": "the private link to somebody's calendar",
    "cohost": "who joined or co-hosts",
    "draft": "what somebody typed that did not fit",
    "idea": "ideas: topic, who suggested it",
    "idea_supporter": "who would come",
    "joined": "who joined or co-hosts",
    "kept": "announcements and settings",
    "notice": "messages to send",
    "problem": "sessions: topic",
    "record": "sessions: topic",
    "revision": "announcements and settings",
    "report": "reports: who reported what",
    "report_case": "reports: who reported what",
    "report_present": "who was there",
    "report_act": "what organizers did about it",
    "sent_out": "whom a host sent out",
    "session": "sessions: topic",
    "setting": "announcements and settings",
    "start": "who started sessions lately",
    "visit": "who was at a desk",
}
"""Which row of the page speaks of a table."""


def test_every_table_that_names_people_is_spoken_of() -> None:
    assert SAID.keys() == PLACES.keys()
    rows = [line for line in PAGE.splitlines() if line.startswith("| ")]
    assert {table for table, words in SAID.items() if not any(words in row for row in rows)} == set()


def test_every_time_is_the_programs() -> None:
    days = Privacy().delete_after_days
    assert set(re.findall(r"(\d+) days after the conference", PAGE)) == {str(days)}
    assert f"deleted {Storage().keep_left_days} days later" in PAGE
    assert f"The bot looks every {HOURS} hours" in PAGE
    assert timedelta(days=2) == DRAFT_LIFE
    assert f"2 days, and {HOURS} hours more" in PAGE
    assert timedelta(hours=1) == HOUR
    assert f"an hour, and {HOURS} hours more" in PAGE
    assert timedelta(days=7) == FADED_KEPT
    assert "a week after it faded" in PAGE


def test_no_intent_is_asked_for_that_shows_what_people_write_or_who_they_are(tmp_path: Path) -> None:
    intents = build_bot(load_config(write_config(tmp_path))).intents
    assert [intents.message_content, intents.members, intents.presences] == [False] * 3
    assert "no *Message Content* intent" in PAGE
    assert "It asks for no privileged intent at all" in PAGE


def test_the_file_is_private() -> None:
    assert stat.S_IMODE(PRIVATE) == 0o600
    assert "mode 0600" in PAGE
