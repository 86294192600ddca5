-- Version 3: further attempts, undo, and the drop calendar.

ALTER TABLE rainchecks ADD COLUMN home TEXT;
ALTER TABLE rainchecks ADD COLUMN declined TEXT NOT NULL DEFAULT '[]';
ALTER TABLE rainchecks ADD COLUMN duties TEXT;
CREATE INDEX rainchecks_owing ON rainchecks (id) WHERE duties IS NOT NULL;
CREATE INDEX story_by_pass ON story (pass_id);
