-- The private link to one person's calendar, one each in a server: only a digest of what is secret in it is kept.
CREATE TABLE calendar_link (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    digest TEXT NOT NULL UNIQUE,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (guild_id, user_id)
) STRICT, WITHOUT ROWID;
