-- What a cluster was brought to last, so that what was changed there by hand is told from what is still to be done.
CREATE TABLE drift (
  deployment_id TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
  applied TEXT CHECK (json_valid(applied)),
  repairs_itself INTEGER NOT NULL DEFAULT 0 CHECK (repairs_itself IN (0, 1)),
  -- Who asked for a repair that is not done.
  repair_asked_by TEXT,
  failure TEXT
) STRICT;
-- Differences that somebody accepted until they change.
CREATE TABLE kept_differences (
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  key TEXT NOT NULL,
  text TEXT NOT NULL,
  kept_by TEXT NOT NULL,
  kept_at INTEGER NOT NULL,
  UNIQUE (deployment_id, key)
) STRICT;
