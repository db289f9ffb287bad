CREATE TABLE add_ons (
  deployment_id TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
  engine TEXT NOT NULL CHECK (engine IN ('postgres', 'redis')),
  image TEXT NOT NULL,
  volume_gib INTEGER NOT NULL CHECK (volume_gib BETWEEN 1 AND 1000)
) STRICT;

-- A variable that leads to an add-on: set by hand, it does no longer.
ALTER TABLE variables ADD COLUMN add_on_id TEXT REFERENCES deployments (id) ON DELETE SET NULL;
CREATE INDEX variables_by_add_on ON variables (add_on_id) WHERE add_on_id IS NOT NULL;
