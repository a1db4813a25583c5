-- What commands read is found, however long the past: a person's sessions, those that end after an instant.

CREATE INDEX session_by_end ON session (guild_id, ends_at);
CREATE INDEX session_by_host ON session (guild_id, host_id, starts_at);

-- For what is forgotten in time.
CREATE INDEX draft_by_age ON draft (created_at);
CREATE INDEX notice_done ON notice (done_at) WHERE done_at IS NOT NULL;
