-- What organizers do: a server's standing, who may not host, reports, announcements, takeaways.
-- What they set stands in `setting`, a row a key such as 'conference.windows', its value as JSON.

-- live_at: since when the Open Spaces of a server that is in no file are public. asked_at: organizers have been
-- shown the way to the set-up. logged_id: the last line of the audit trail that the log channel shows.
-- left_at: the bot was taken out of the server.
CREATE TABLE server (
    guild_id INTEGER PRIMARY KEY,
    live_at INTEGER,
    asked_at INTEGER,
    paused_at INTEGER,
    pause_reason TEXT NOT NULL DEFAULT '',
    logged_id INTEGER NOT NULL DEFAULT 0,
    left_at INTEGER
) STRICT;

-- Who may not host, or not report: until when (empty: for good), why, and by whom.
CREATE TABLE block (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    what TEXT NOT NULL CHECK (what IN ('host', 'report')),
    user_name TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    until_at INTEGER,
    blocked_by INTEGER NOT NULL,
    blocked_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, user_id, what)
) STRICT, WITHOUT ROWID;

-- What people reported, one case for all reports on one session or one member; its reports say who and what.
-- present: who was at the desk then, as JSON. message_id: where organizers see the case.
CREATE TABLE report_case (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    about_id INTEGER,
    about_name TEXT NOT NULL DEFAULT '',
    opened_at INTEGER NOT NULL,
    channel_id INTEGER,
    message_id INTEGER,
    closed_at INTEGER,
    closed_by INTEGER,
    outcome TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX report_case_open ON report_case (guild_id) WHERE closed_at IS NULL;

CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES report_case (id),
    reporter_id INTEGER NOT NULL,
    reporter_name TEXT NOT NULL,
    words TEXT NOT NULL CHECK (length(words) <= 1000),
    link TEXT NOT NULL DEFAULT '',
    present TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(present)),
    made_at INTEGER NOT NULL,
    answer TEXT NOT NULL DEFAULT '',
    told_at INTEGER
) STRICT;
CREATE INDEX report_by_case ON report (case_id);
CREATE INDEX report_by_person ON report (reporter_id, made_at);

-- Whom a host has sent out of a desk: not let in again for this session.
CREATE TABLE sent_out (
    session_id INTEGER NOT NULL REFERENCES session (id),
    user_id INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    sent_by INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

-- What organizers told everybody; the board shows it until until_at.
CREATE TABLE announcement (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    words TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 1500),
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL
) STRICT;
CREATE INDEX announcement_by_guild ON announcement (guild_id, until_at);

-- takeaway: one line that stays of a session. notes_topic and notes_day: its topic and day at booking, for a link
-- that never changes.
-- host_gone_at: its host was seen to have left the server.
ALTER TABLE session ADD COLUMN takeaway TEXT NOT NULL DEFAULT '' CHECK (length(takeaway) <= 300);
ALTER TABLE session ADD COLUMN notes_topic TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN notes_day TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN host_gone_at INTEGER;
ALTER TABLE session ADD COLUMN host_seen_at INTEGER;
UPDATE session SET notes_topic = topic;
-- Whose host is to be looked for, in all servers.
CREATE INDEX session_to_come ON session (starts_at) WHERE state IN ('booked', 'open');

-- about: the announcement that a notice brings; words: the reason that an organizer gave for a change.
ALTER TABLE notice ADD COLUMN about INTEGER;
ALTER TABLE notice ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- A change of settings that organizers asked for, by key with what the server had of its own and is to have (null:
-- nothing), as JSON: so that it can wait for an answer, and be taken back. decisions: what becomes of sessions that
-- no longer fit, by id. done_at is empty while it waits.
CREATE TABLE revision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    made_by INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    before TEXT NOT NULL CHECK (json_valid(before)),
    after TEXT NOT NULL CHECK (json_valid(after)),
    decisions TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(decisions)),
    done_at INTEGER
) STRICT;

-- Sessions that organizers leave as they are though they no longer fit (R12).
CREATE TABLE kept (
    session_id INTEGER PRIMARY KEY REFERENCES session (id),
    kept_by INTEGER NOT NULL,
    kept_at INTEGER NOT NULL
) STRICT;
