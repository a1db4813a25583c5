-- R17: who started a session now, or did what else had channels made at once. Kept for the hour in which it counts.

CREATE TABLE start (
    guild_id INTEGER NOT NULL,
    user_id INTEGER NOT NULL,
    session_id INTEGER NOT NULL REFERENCES session (id),
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX start_by_user ON start (guild_id, user_id, at);
CREATE INDEX start_by_session ON start (session_id, at);
CREATE INDEX start_by_time ON start (at);
