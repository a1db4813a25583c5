-- The newest of Discord's ids in its channel when a notice was first tried: what is older with the same words was
-- another's.
ALTER TABLE notice ADD COLUMN since_id INTEGER NOT NULL DEFAULT 0;
