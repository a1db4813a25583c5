-- The pages of a list are found and counted by their index, however many sessions there have been. It is partial so
-- that SQLite takes it for nothing else: what is on or to come is found by its state.
CREATE INDEX session_by_start ON session (guild_id, starts_at, state) WHERE state <> 'cancelled';
