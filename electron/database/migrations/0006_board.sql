-- The deployments that changed last come first.
CREATE INDEX deployments_by_change ON deployments (changed_at, id);
-- How many there are of each status.
CREATE INDEX deployments_by_status ON deployments (status);
