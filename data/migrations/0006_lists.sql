-- The pages of a list are found and counted by their index, however many sessions there have been.
CREATE INDEX session_by_start ON session (guild_id, starts_at, state);
