-- What organizers do: a server's standing, who may not host, reports, announcements, takeaways.
-- What they set stands in `setting`, a row a key such as 'conference.windows', its value as JSON.

-- live_at: since when the Open Spaces of a server that is in no file are public. asked_at: organizers have been
-- shown the way to the set-up. logged_id: the last line of the audit trail that the log channel shows (0: none is
-- shown), logging_id: the last one of what is on its way there. left_at: the bot was taken out of the server.
-- aged_at: of the audit trail before it nobody is named any more. closed_at: organizers closed it, and from then on
-- what the bot made is removed: all, or what has no people's words in it; '' once that is done.
CREATE TABLE server (
    guild_id INTEGER PRIMARY KEY,
    live_at INTEGER,
    asked_at INTEGER,
    paused_at INTEGER,
    pause_reason TEXT NOT NULL DEFAULT '',
    logged_id INTEGER NOT NULL DEFAULT 0,
    logging_id INTEGER NOT NULL DEFAULT 0,
    left_at INTEGER,
    aged_at INTEGER NOT NULL DEFAULT 0,
    closed_at INTEGER,
    closing TEXT NOT NULL DEFAULT '' CHECK (closing IN ('', 'all', 'wordless'))
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

-- What people reported: all reports on one session are one open case, or those on one member, about_id. A case on
-- a member may name the session at which they were.
CREATE TABLE report_case (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    about_id INTEGER,
    about_name TEXT NOT NULL DEFAULT '',
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX report_case_open ON report_case (guild_id, closed_at);
CREATE INDEX report_case_about ON report_case (guild_id, about_id) WHERE about_id IS NOT NULL;
CREATE INDEX report_case_unnamed ON report_case (about_name, closed_at) WHERE about_name = '' AND about_id <> 0;

-- author_id: who wrote the message that link leads to. untold: the reporter has not heard of the last act;
-- direct: a direct message may tell them, else their next command does.
CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES report_case (id),
    reporter_id INTEGER NOT NULL,
    reporter_name TEXT NOT NULL,
    language TEXT NOT NULL DEFAULT 'en',
    words TEXT NOT NULL CHECK (length(words) <= 1000),
    link TEXT NOT NULL DEFAULT '',
    author_id INTEGER,
    made_at INTEGER NOT NULL,
    untold INTEGER NOT NULL DEFAULT 0 CHECK (untold IN (0, 1)),
    direct INTEGER NOT NULL DEFAULT 1 CHECK (direct IN (0, 1))
) STRICT;
CREATE INDEX report_by_case ON report (case_id);
CREATE INDEX report_by_person ON report (reporter_id, made_at);
CREATE INDEX report_untold ON report (case_id) WHERE untold = 1;

-- Who was at the desk when something there was reported: in its voice channel, or there before.
CREATE TABLE report_present (
    case_id INTEGER NOT NULL REFERENCES report_case (id),
    user_id INTEGER NOT NULL,
    voice INTEGER NOT NULL CHECK (voice IN (0, 1)),
    PRIMARY KEY (case_id, user_id)
) STRICT, WITHOUT ROWID;

-- What organizers did about a case; the first of these closes it, 'reopened' opens it again.
CREATE TABLE report_act (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    case_id INTEGER NOT NULL REFERENCES report_case (id),
    what TEXT NOT NULL CHECK (what IN ('ended', 'cancelled', 'blocked', 'dismissed', 'answered', 'reopened')),
    actor_id INTEGER NOT NULL,
    words TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX report_act_by_case ON report_act (case_id);

-- Whom a host has sent out of a desk: not let in again for this session until that is undone. told: they were
-- told why, or it was tried.
CREATE TABLE sent_out (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id INTEGER NOT NULL REFERENCES session (id),
    user_id INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    sent_by INTEGER NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    sent_at INTEGER NOT NULL,
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    undone_at INTEGER,
    undone_by INTEGER
) STRICT;
CREATE UNIQUE INDEX sent_out_now ON sent_out (session_id, user_id) WHERE undone_at IS NULL;
CREATE INDEX sent_out_by_user ON sent_out (user_id);
CREATE INDEX sent_out_unnamed ON sent_out (user_name) WHERE user_name = '';

-- Messages that only organizers see, one for each case and each person sent out (about: its id), kept current until
-- done. picture is what it showed when it was last sent; asked_at: it is on its way, or was when the bot died.
-- news: how many reports it had when organizers were last told of new ones, at news_at. plain: Discord refuses
-- strangers' words in it. turn: how often it was wanted.
CREATE TABLE posted (
    kind TEXT NOT NULL CHECK (kind IN ('case', 'out')),
    about INTEGER NOT NULL,
    guild_id INTEGER NOT NULL,
    channel_id INTEGER,
    message_id INTEGER,
    picture TEXT NOT NULL DEFAULT '',
    asked_at INTEGER,
    edited_at INTEGER NOT NULL DEFAULT 0,
    news INTEGER NOT NULL DEFAULT 0,
    news_at INTEGER NOT NULL DEFAULT 0,
    plain INTEGER NOT NULL DEFAULT 0 CHECK (plain IN (0, 1)),
    turn INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0 CHECK (done IN (0, 1)),
    PRIMARY KEY (kind, about)
) STRICT, WITHOUT ROWID;
CREATE INDEX posted_undone ON posted (guild_id) WHERE done = 0;
CREATE INDEX posted_by_guild ON posted (guild_id, channel_id) WHERE message_id IS NOT NULL;

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

-- The audit trail as organizers read it, by page. about: what a line is about, so that a kind is found by an index.
ALTER TABLE audit ADD COLUMN about TEXT NOT NULL DEFAULT 'technical';
UPDATE audit SET about = CASE
    WHEN action IN ('host', 'open', 'ended', 'cancelled', 'released', 'extend', 'edit') THEN 'sessions'
    WHEN action IN ('cohosts', 'join', 'leave', 'remind', 'forget', 'interested', 'came', 'quiet', 'wrote',
        'warn-absent', 'renamed') THEN 'people'
    WHEN action IN ('idea', 'me-too', 'not-me', 'idea-dropped', 'idea-faded') THEN 'ideas'
    ELSE 'technical' END;
CREATE INDEX audit_by_about ON audit (guild_id, about);
CREATE INDEX audit_for_people ON audit (guild_id) WHERE about <> 'technical';

-- Whom a line of the audit trail names: who acted, and those in its detail.
CREATE TABLE audit_person (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    audit_id INTEGER NOT NULL REFERENCES audit (id),
    PRIMARY KEY (guild_id, user_id, audit_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_person_by_line ON audit_person (audit_id);
INSERT INTO audit_person SELECT guild_id, actor_id, id FROM audit WHERE actor_id IS NOT NULL;
INSERT INTO audit_person SELECT guild_id, person.value, audit.id
    FROM audit, json_each('["people", "brought", "host_id", "before", "after"]') AS named,
        json_each(detail, '$.' || named.value) AS person
    WHERE person.type = 'integer' AND (named.value NOT IN ('before', 'after') OR action = 'cohosts')
    ON CONFLICT DO NOTHING;

-- Forgetting. aged_at: nobody is named any more, so many days after the conference. undrawn: what Discord still shows
-- of a person who is forgotten.
ALTER TABLE session ADD COLUMN aged_at INTEGER;
CREATE INDEX session_to_age ON session (guild_id, ends_at) WHERE aged_at IS NULL;
ALTER TABLE record ADD COLUMN undrawn INTEGER NOT NULL DEFAULT 0 CHECK (undrawn IN (0, 1));
CREATE INDEX record_there ON record (guild_id, id) WHERE gone_at IS NULL;
CREATE INDEX record_gone ON record (guild_id, gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX record_undrawn ON record (guild_id) WHERE undrawn = 1;
CREATE INDEX visit_by_user ON visit (user_id);
CREATE INDEX notice_by_user ON notice (user_id) WHERE user_id IS NOT NULL;
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
