-- A secret is kept by the version of its value; the value is in the secret store.
CREATE TABLE secret_versions (
  id TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT;

DROP TABLE variables;
CREATE TABLE variables (
  id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  scope TEXT NOT NULL CHECK (scope IN ('run', 'build', 'both')),
  value TEXT,
  secret_version TEXT REFERENCES secret_versions (id),
  changed_at INTEGER NOT NULL,
  UNIQUE (deployment_id, name),
  CHECK ((value IS NULL) <> (secret_version IS NULL))
) STRICT;
CREATE INDEX variables_by_secret ON variables (secret_version) WHERE secret_version IS NOT NULL;

-- Builds and releases keep the variables they are made with: [{name, scope, value | secretVersion}].
ALTER TABLE builds ADD COLUMN variables TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(variables));
-- What the build was made from; builds with the same one give the same artifact.
ALTER TABLE builds ADD COLUMN fingerprint TEXT NOT NULL DEFAULT '';
-- The person asked for a build without what earlier ones left.
ALTER TABLE builds ADD COLUMN is_fresh INTEGER NOT NULL DEFAULT 0 CHECK (is_fresh IN (0, 1));
-- The earlier build whose artifact this one took instead of building.
ALTER TABLE builds ADD COLUMN reused_build_id TEXT;
CREATE INDEX builds_by_fingerprint ON builds (deployment_id, fingerprint, id) WHERE status = 'succeeded';

DROP TRIGGER builds_move;
CREATE TRIGGER builds_move BEFORE UPDATE OF status ON builds
WHEN NEW.status <> OLD.status AND NOT (
  (OLD.status = 'queued' AND NEW.status IN ('running', 'succeeded', 'failed', 'cancelled'))
  OR (OLD.status = 'running' AND NEW.status IN ('succeeded', 'failed', 'cancelled'))
)
BEGIN SELECT RAISE(ABORT, 'illegal move of a build'); END;

DROP TRIGGER releases_immutable;
UPDATE releases SET variables = '[]';
CREATE TRIGGER releases_immutable BEFORE UPDATE OF build_id, number, port, variables, rollback_to ON releases
BEGIN SELECT RAISE(ABORT, 'a release is never edited'); END;
