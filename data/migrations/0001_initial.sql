-- Instants are whole seconds since 1970-01-01 UTC (R1). Ids of people, guilds and channels are Discord's.

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    host_id INTEGER NOT NULL,
    host_name TEXT NOT NULL,
    topic TEXT NOT NULL CHECK (length(topic) BETWEEN 1 AND 100),
    description TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 1000),
    starts_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL CHECK (ends_at > starts_at),
    state TEXT NOT NULL CHECK (state IN ('booked', 'open', 'ended', 'cancelled', 'released')),
    desk INTEGER CHECK (desk >= 1),
    closed_at INTEGER,
    created_at INTEGER NOT NULL,
    CHECK ((closed_at IS NULL) = (state IN ('booked', 'open'))),
    CHECK (state <> 'open' OR desk IS NOT NULL)
) STRICT;
CREATE INDEX session_by_guild ON session (guild_id, state, starts_at);
CREATE UNIQUE INDEX session_one_per_desk ON session (guild_id, desk) WHERE state = 'open';

CREATE TABLE joined (
    session_id INTEGER NOT NULL REFERENCES session (id),
    user_id INTEGER NOT NULL,
    user_name TEXT NOT NULL,
    joined_at INTEGER NOT NULL,
    PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX joined_by_user ON joined (user_id);

-- What a person typed, kept so that one click can book another time or reopen the form with it (R6).
CREATE TABLE draft (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    topic TEXT NOT NULL,
    description TEXT NOT NULL,
    typed_when TEXT NOT NULL,
    minutes INTEGER,
    created_at INTEGER NOT NULL
) STRICT;

-- Channels that the bot asked Discord for (R13). channel_id is empty until Discord's answer is known (R14);
-- mark is what it is recognised by: a voice channel's name, the end of a text channel's topic.
CREATE TABLE channel (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    kind TEXT NOT NULL CHECK (kind IN ('area', 'archive', 'voice', 'text')),
    channel_id INTEGER UNIQUE,
    mark TEXT NOT NULL,
    surplus INTEGER NOT NULL DEFAULT 0 CHECK (surplus IN (0, 1)),
    asked_at INTEGER NOT NULL,
    archived_at INTEGER,
    gone_at INTEGER,
    CHECK ((session_id IS NULL) = (kind IN ('area', 'archive')))
) STRICT;
CREATE UNIQUE INDEX channel_one_per_desk ON channel (session_id, kind)
    WHERE session_id IS NOT NULL AND gone_at IS NULL AND surplus = 0;
CREATE INDEX channel_by_guild ON channel (guild_id) WHERE gone_at IS NULL;

-- Messages to send: written with the change that causes them, sent by the keeper, part by part.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL REFERENCES session (id),
    kind TEXT NOT NULL,
    user_id INTEGER,
    created_at INTEGER NOT NULL,
    tried_at INTEGER,
    parts_sent INTEGER NOT NULL DEFAULT 0,
    done_at INTEGER,
    dropped INTEGER NOT NULL DEFAULT 0 CHECK (dropped IN (0, 1))
) STRICT;
CREATE INDEX notice_waiting ON notice (guild_id) WHERE done_at IS NULL;

-- The audit trail (R7): who (empty: the bot itself), when, what and why.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    at INTEGER NOT NULL,
    actor_id INTEGER,
    action TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail))
) STRICT;
CREATE INDEX audit_by_guild ON audit (guild_id, at);
CREATE INDEX audit_by_session ON audit (session_id);

-- What an organizer set with a command, over config.toml.
CREATE TABLE setting (
    guild_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    set_by INTEGER NOT NULL,
    set_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, key)
) STRICT, WITHOUT ROWID;

-- What organizers were told needs mending: told once, forgotten when mended.
CREATE TABLE problem (
    guild_id INTEGER NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    told_at INTEGER,
    PRIMARY KEY (guild_id, code)
) STRICT, WITHOUT ROWID;

CREATE TABLE bot_state (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
