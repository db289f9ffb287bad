-- What came through the gateway in each five minutes of the last day.
CREATE TABLE traffic (
  deployment_id TEXT NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  median_ms REAL NOT NULL,
  slow_ms REAL NOT NULL,
  UNIQUE (deployment_id, at)
) STRICT;
