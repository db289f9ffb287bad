-- Deployments whose pull requests have deployments of their own.
CREATE TABLE preview_settings (
  deployment_id TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
  trouble TEXT CHECK (json_valid(trouble))
) STRICT;
-- Pull requests that were dealt with, up to the commit seen_sha. Without a preview_id there is no preview of that commit, on purpose.
CREATE TABLE previews (
  parent_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number > 0),
  preview_id TEXT UNIQUE REFERENCES deployments (id) ON DELETE SET NULL,
  title TEXT NOT NULL,
  url TEXT NOT NULL,
  is_fork INTEGER NOT NULL CHECK (is_fork IN (0, 1)),
  seen_sha TEXT NOT NULL,
  pushed_at INTEGER NOT NULL,
  UNIQUE (parent_id, number)
) STRICT;
