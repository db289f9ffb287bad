-- Deployments that a push to their branch deploys, and the last commit of it that was dealt with.
CREATE TABLE push_watches (
  deployment_id TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
  paths TEXT NOT NULL CHECK (json_valid(paths)),
  branch TEXT NOT NULL,
  seen_sha TEXT NOT NULL,
  default_branch TEXT,
  notice TEXT,
  trouble TEXT CHECK (json_valid(trouble))
) STRICT;
