-- What deployments took in each five minutes of the last day.
CREATE TABLE usage (
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  cpu REAL NOT NULL,
  memory INTEGER NOT NULL,
  restarts INTEGER NOT NULL,
  UNIQUE (deployment_id, at)
) STRICT;
