-- R18. Of an offer, to host a session or to share it: who asked, and what the other one said.
ALTER TABLE notice ADD COLUMN asker_id INTEGER;
ALTER TABLE notice ADD COLUMN answer TEXT NOT NULL DEFAULT '' CHECK (answer IN ('', 'yes', 'no'));
CREATE INDEX notice_by_asker ON notice (asker_id, created_at) WHERE asker_id IS NOT NULL;
