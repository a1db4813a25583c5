-- What commands read is found, however long the past: a person's sessions, those that end after an instant.

CREATE INDEX session_by_end ON session (guild_id, ends_at);
CREATE INDEX session_by_host ON session (guild_id, host_id, starts_at);

-- Drafts are forgotten after two days; of an idea that is gone only its topic and its session are kept.
CREATE INDEX draft_by_age ON draft (created_at);
DELETE FROM idea_supporter WHERE idea_id IN (SELECT id FROM idea WHERE gone_at IS NOT NULL);
UPDATE idea SET author_id = 0, author_name = '' WHERE gone_at IS NOT NULL;
