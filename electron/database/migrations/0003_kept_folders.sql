-- Paths below the app's folder whose data outlives its releases.
ALTER TABLE deployments ADD COLUMN kept_folders TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(kept_folders));
-- Once it is to be removed: the name under which that data is set aside; null: it is deleted too.
ALTER TABLE deployments ADD COLUMN keep_as TEXT;
