-- The topic that people were last told, where a session that is told to have another time has another topic too.
ALTER TABLE notice ADD COLUMN topic TEXT NOT NULL DEFAULT '';
