-- One table for all that the bot makes on Discord and keeps as it should be: channels, messages, events.
-- discord_id is empty until Discord's answer is known (R14); parent_id is the category it was asked for in, or
-- a message's channel; since_id is the newest of Discord's ids when it was asked for: whatever was made for
-- this wish is newer, whatever the clocks say. doubt: the answer was lost, or may not have been the only one.
-- told is what Discord was last told, by aspect ('' where that is in doubt), and shown what it made of that.
-- Of the version before it is an id of the minute before the wish, by which that recognised its things.
-- lost: it went by somebody else's hand; wrote: a person has written there.
CREATE TABLE record (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    guild_id INTEGER NOT NULL,
    session_id INTEGER REFERENCES session (id),
    kind TEXT NOT NULL CHECK (kind IN
        ('area', 'archive', 'board', 'news', 'voice', 'text', 'board-message', 'tomorrow', 'card', 'event')),
    mark TEXT NOT NULL DEFAULT '',
    discord_id INTEGER,
    parent_id INTEGER NOT NULL DEFAULT 0,
    since_id INTEGER NOT NULL DEFAULT 0,
    told TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(told)),
    shown TEXT NOT NULL DEFAULT '',
    doubt INTEGER NOT NULL DEFAULT 0 CHECK (doubt IN (0, 1)),
    surplus INTEGER NOT NULL DEFAULT 0 CHECK (surplus IN (0, 1)),
    lost INTEGER NOT NULL DEFAULT 0 CHECK (lost IN (0, 1)),
    wrote INTEGER NOT NULL DEFAULT 0 CHECK (wrote IN (0, 1)),
    asked_at INTEGER NOT NULL,
    told_at INTEGER NOT NULL,
    renamed_at INTEGER,
    renamed_before INTEGER,
    archived_at INTEGER,
    gone_at INTEGER,
    CHECK ((session_id IS NULL) = (kind NOT IN ('voice', 'text', 'card', 'event')))
) STRICT;

INSERT INTO record (guild_id, session_id, kind, mark, discord_id, since_id, told, doubt, surplus, asked_at, told_at,
        renamed_at, renamed_before, archived_at, gone_at)
    SELECT guild_id, session_id, kind, mark, channel_id, max(0, ((asked_at - 60) * 1000 - 1420070400000) << 22),
        CASE WHEN kind = 'voice' THEN json_patch('{}', json_object('name', label, 'seats',
                CASE WHEN fit IS NULL THEN NULL WHEN fit LIKE '?%' THEN '' WHEN fit LIKE '0 %' THEN '0'
                ELSE CAST(min(99, CAST(fit AS INTEGER) + length(fit) - length(replace(fit, ' ', ''))) AS TEXT) END))
            WHEN kind = 'text' THEN json_patch('{}', json_object('name', label))
            ELSE '{}' END,
        channel_id IS NULL, surplus, asked_at, asked_at, renamed_at, renamed_before, archived_at, gone_at
    FROM channel ORDER BY id;

INSERT INTO record (guild_id, session_id, kind, discord_id, parent_id, since_id, told, doubt, asked_at, told_at,
        archived_at, gone_at)
    SELECT m.guild_id, m.session_id, CASE m.kind WHEN 'board' THEN 'board-message' ELSE m.kind END, m.message_id,
        m.channel_id, max(0, ((m.asked_at - 60) * 1000 - 1420070400000) << 22),
        CASE WHEN m.pinned THEN json_object('picture', m.digest, 'pinned', '1')
            ELSE json_object('picture', m.digest) END,
        m.message_id IS NULL, m.asked_at, m.edited_at, c.archived_at,
        coalesce(m.gone_at, c.gone_at, CASE WHEN c.id IS NULL AND m.session_id IS NOT NULL THEN m.edited_at END)
    FROM message m LEFT JOIN channel c ON c.channel_id = m.channel_id ORDER BY m.id;

INSERT INTO record (guild_id, session_id, kind, mark, discord_id, since_id, told, shown, doubt, surplus, asked_at, told_at,
        gone_at)
    SELECT guild_id, session_id, 'event', '#' || session_id, event_id,
        max(0, ((asked_at - 60) * 1000 - 1420070400000) << 22), json_object('face', wanted), shown,
        event_id IS NULL, surplus, asked_at, told_at, gone_at
    FROM event ORDER BY id;

DROP TABLE channel;
DROP TABLE message;
DROP TABLE event;

CREATE UNIQUE INDEX record_one_per_wish ON record (guild_id, kind, ifnull(session_id, 0))
    WHERE gone_at IS NULL AND surplus = 0 AND kind NOT IN ('area', 'archive');
CREATE UNIQUE INDEX record_by_discord_id ON record (discord_id, kind) WHERE discord_id IS NOT NULL;
-- What the keeper looks at: it does not grow with what is over.
CREATE INDEX record_present ON record (guild_id) WHERE gone_at IS NULL AND archived_at IS NULL;
CREATE INDEX record_in_doubt ON record (guild_id, asked_at) WHERE doubt = 1 AND gone_at IS NOT NULL;
CREATE INDEX record_lost ON record (guild_id, gone_at) WHERE lost = 1;
CREATE INDEX record_by_session ON record (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX record_in_parent ON record (parent_id) WHERE gone_at IS NULL;
-- Discord's limit of channels made in a day is counted by this (R17).
CREATE INDEX record_asked ON record (guild_id, asked_at)
    WHERE kind IN ('area', 'archive', 'board', 'news', 'voice', 'text');

-- Strangers' words that Discord has refused, as digests: they are not asked for again (R16).
CREATE TABLE refused (
    guild_id INTEGER NOT NULL,
    words TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, words)
) STRICT, WITHOUT ROWID;

-- Which notices went out in one message: its first one's id.
ALTER TABLE notice ADD COLUMN batch INTEGER;
