-- The whole life of a session: co-hosts, visits, the board and cards, Discord's events, ideas.

ALTER TABLE session ADD COLUMN seats INTEGER CHECK (seats BETWEEN 1 AND 98);
-- When somebody was first at the desk (R11), and since when nobody is there; empty while somebody is.
ALTER TABLE session ADD COLUMN came_at INTEGER;
ALTER TABLE session ADD COLUMN quiet_at INTEGER;
ALTER TABLE session ADD COLUMN close_reason TEXT NOT NULL DEFAULT '';

CREATE TABLE cohost (
    session_id INTEGER NOT NULL REFERENCES session (id),
    user_id INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX cohost_by_user ON cohost (user_id);

-- Who was in a desk's voice channel or wrote in its text channel, once a person and session.
CREATE TABLE visit (
    session_id INTEGER NOT NULL REFERENCES session (id),
    user_id INTEGER NOT NULL,
    came_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;

-- Topics that somebody would like another person to host; gone_at: faded, taken back or hosted.
CREATE TABLE idea (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    author_name TEXT NOT NULL,
    topic TEXT NOT NULL CHECK (length(topic) BETWEEN 1 AND 100),
    created_at INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    gone_at INTEGER
) STRICT;
CREATE INDEX idea_by_guild ON idea (guild_id) WHERE gone_at IS NULL;

-- Those who would come to it too; its author is one of them.
CREATE TABLE idea_supporter (
    idea_id INTEGER NOT NULL REFERENCES idea (id),
    user_id INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    PRIMARY KEY (idea_id, user_id)
) STRICT, WITHOUT ROWID;

ALTER TABLE draft ADD COLUMN idea_id INTEGER;
ALTER TABLE draft ADD COLUMN seats INTEGER;

-- Tells who was first of those who joined in the same second: the first have the seats.
ALTER TABLE joined ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;

-- pinged: it has pinged the host (a greeting does so once a minute); closed: direct messages are.
ALTER TABLE notice ADD COLUMN pinged INTEGER NOT NULL DEFAULT 0 CHECK (pinged IN (0, 1));
ALTER TABLE notice ADD COLUMN closed INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1));
CREATE INDEX notice_by_session ON notice (session_id, kind);

-- The board's and the news' channels are channels too. label and fit are what Discord was last told;
-- renamed_at and renamed_before are the last two renames: Discord allows two in ten minutes.
CREATE TABLE channel_now (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    kind TEXT NOT NULL CHECK (kind IN ('area', 'archive', 'board', 'news', 'voice', 'text')),
    channel_id INTEGER UNIQUE,
    mark TEXT NOT NULL,
    label TEXT,
    fit TEXT,
    surplus INTEGER NOT NULL DEFAULT 0 CHECK (surplus IN (0, 1)),
    asked_at INTEGER NOT NULL,
    renamed_at INTEGER,
    renamed_before INTEGER,
    archived_at INTEGER,
    gone_at INTEGER,
    CHECK ((session_id IS NULL) = (kind NOT IN ('voice', 'text')))
) STRICT;
INSERT INTO channel_now (id, guild_id, session_id, kind, channel_id, mark, surplus, asked_at, archived_at, gone_at)
    SELECT id, guild_id, session_id, kind, channel_id, mark, surplus, asked_at, archived_at, gone_at FROM channel;
DROP TABLE channel;
ALTER TABLE channel_now RENAME TO channel;
CREATE UNIQUE INDEX channel_one_per_desk ON channel (session_id, kind)
    WHERE session_id IS NOT NULL AND gone_at IS NULL AND surplus = 0;
CREATE INDEX channel_by_guild ON channel (guild_id) WHERE gone_at IS NULL;

-- Messages that the bot keeps current: the board and the desks' cards. message_id is empty until Discord's
-- answer is known; digest is what the message showed when it was last sent.
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('board', 'tomorrow', 'card')),
    session_id INTEGER REFERENCES session (id),
    channel_id INTEGER NOT NULL,
    message_id INTEGER UNIQUE,
    digest TEXT NOT NULL DEFAULT '',
    asked_at INTEGER NOT NULL,
    edited_at INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
    gone_at INTEGER,
    CHECK ((session_id IS NULL) = (kind <> 'card'))
) STRICT;
CREATE UNIQUE INDEX message_one_of_a_kind ON message (guild_id, kind, ifnull(session_id, 0)) WHERE gone_at IS NULL;

-- Discord's own events, one for each session that was booked ahead. event_id is empty until Discord's answer
-- is known; wanted is what Discord was last told, at told_at, and shown what it made of that: whatever else it
-- shows was edited by hand.
CREATE TABLE event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL REFERENCES session (id),
    event_id INTEGER UNIQUE,
    wanted TEXT NOT NULL DEFAULT '',
    shown TEXT NOT NULL DEFAULT '',
    surplus INTEGER NOT NULL DEFAULT 0 CHECK (surplus IN (0, 1)),
    asked_at INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    gone_at INTEGER
) STRICT;
CREATE UNIQUE INDEX event_one_per_session ON event (session_id) WHERE surplus = 0 AND gone_at IS NULL;
CREATE INDEX event_by_guild ON event (guild_id) WHERE gone_at IS NULL;
