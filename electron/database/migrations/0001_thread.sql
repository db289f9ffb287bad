CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE clusters (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('local', 'kubernetes')),
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  source_kind TEXT NOT NULL CHECK (source_kind IN ('git', 'folder')),
  source_address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (owner_id, source_kind, source_address)
) STRICT;

-- serving_release_id takes the traffic; target_release_id and run name the instance that should be there.
-- first_run is the first run of what the person asked for last: crashes are counted from it.
CREATE TABLE deployments (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES projects (id),
  cluster_id TEXT NOT NULL REFERENCES clusters (id),
  name TEXT NOT NULL UNIQUE,
  branch TEXT NOT NULL,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  plan_edits TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(plan_edits)),
  keeps_running INTEGER NOT NULL DEFAULT 0 CHECK (keeps_running IN (0, 1)),
  status TEXT NOT NULL DEFAULT 'idle' CHECK (
    status IN ('idle', 'queued', 'building', 'releasing', 'live', 'failed', 'stopped', 'removing')
  ),
  wanted TEXT NOT NULL DEFAULT 'running' CHECK (wanted IN ('running', 'stopped', 'removed')),
  serving_release_id TEXT REFERENCES releases (id) ON DELETE SET NULL,
  target_release_id TEXT REFERENCES releases (id) ON DELETE SET NULL,
  run INTEGER NOT NULL DEFAULT 0,
  first_run INTEGER NOT NULL DEFAULT 0,
  failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deployments_by_project ON deployments (project_id);

CREATE TABLE builds (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  status TEXT NOT NULL DEFAULT 'queued' CHECK (
    status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')
  ),
  sha TEXT NOT NULL,
  subject TEXT NOT NULL DEFAULT '',
  author TEXT NOT NULL DEFAULT '',
  committed_at INTEGER NOT NULL DEFAULT 0,
  branch TEXT NOT NULL,
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  plan_edits TEXT NOT NULL CHECK (json_valid(plan_edits)),
  plan TEXT CHECK (plan IS NULL OR json_valid(plan)),
  steps TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(steps)),
  artifact TEXT,
  failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
  requested_by TEXT NOT NULL,
  cancel_requested_at INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  CHECK (status <> 'succeeded' OR (artifact IS NOT NULL AND plan IS NOT NULL))
) STRICT;
CREATE INDEX builds_by_deployment ON builds (deployment_id, id);
CREATE INDEX builds_unfinished ON builds (status, id) WHERE status IN ('queued', 'running');

CREATE TABLE releases (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  build_id TEXT NOT NULL REFERENCES builds (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  status TEXT NOT NULL DEFAULT 'releasing' CHECK (status IN ('releasing', 'live', 'retired', 'failed')),
  port INTEGER CHECK (port BETWEEN 1 AND 65535),
  variables TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(variables)),
  rollback_to INTEGER,
  failure TEXT CHECK (failure IS NULL OR json_valid(failure)),
  requested_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  live_at INTEGER,
  ended_at INTEGER,
  UNIQUE (deployment_id, number)
) STRICT;
CREATE INDEX releases_by_build ON releases (build_id);

CREATE TABLE domains (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  host TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX domains_by_deployment ON domains (deployment_id);

CREATE TABLE variables (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  UNIQUE (deployment_id, name)
) STRICT;

-- Names are copies and deployment_id is no reference: history outlives its records.
CREATE TABLE activity (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  user TEXT NOT NULL,
  verb TEXT NOT NULL,
  deployment_id TEXT,
  deployment TEXT,
  detail TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX activity_by_deployment ON activity (deployment_id, id);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL CHECK (json_valid(value))
) STRICT;

CREATE TRIGGER deployments_move BEFORE UPDATE OF status ON deployments
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'idle' AND NEW.status IN ('queued', 'releasing', 'stopped', 'removing'))
  OR (OLD.status = 'queued' AND NEW.status IN ('building', 'releasing', 'live', 'failed', 'stopped', 'idle', 'removing'))
  OR (OLD.status = 'building' AND NEW.status IN ('queued', 'releasing', 'live', 'failed', 'stopped', 'idle', 'removing'))
  OR (OLD.status = 'releasing' AND NEW.status IN ('queued', 'building', 'live', 'failed', 'stopped', 'removing'))
  OR (OLD.status = 'live' AND NEW.status IN ('queued', 'building', 'releasing', 'failed', 'stopped', 'removing'))
  OR (OLD.status = 'failed' AND NEW.status IN ('queued', 'building', 'releasing', 'live', 'stopped', 'removing'))
  OR (OLD.status = 'stopped' AND NEW.status IN ('queued', 'building', 'releasing', 'live', 'failed', 'removing'))
)
BEGIN SELECT RAISE(ABORT, 'illegal move of a deployment'); END;

CREATE TRIGGER builds_move BEFORE UPDATE OF status ON builds
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'queued' AND NEW.status IN ('running', 'failed', 'cancelled'))
  OR (OLD.status = 'running' AND NEW.status IN ('succeeded', 'failed', 'cancelled'))
)
BEGIN SELECT RAISE(ABORT, 'illegal move of a build'); END;

CREATE TRIGGER releases_move BEFORE UPDATE OF status ON releases
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'releasing' AND NEW.status IN ('live', 'retired', 'failed'))
  OR (OLD.status = 'live' AND NEW.status IN ('retired', 'failed'))
)
BEGIN SELECT RAISE(ABORT, 'illegal move of a release'); END;

-- A release is never edited: only its outcome is written.
CREATE TRIGGER releases_immutable BEFORE UPDATE OF build_id, number, port, variables, rollback_to ON releases
BEGIN SELECT RAISE(ABORT, 'a release is never edited'); END;
