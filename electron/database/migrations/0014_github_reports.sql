-- What GitHub was told of builds of its commits. It outlives a deployment until GitHub knows that it is gone.
CREATE TABLE github_reports (
  build_id TEXT PRIMARY KEY,
  deployment_id TEXT NOT NULL,
  address TEXT NOT NULL,
  owner_id TEXT NOT NULL,
  github_id INTEGER NOT NULL,
  state TEXT CHECK (state IN ('queued', 'in_progress', 'success', 'failure', 'inactive')),
  url TEXT
) STRICT;
CREATE INDEX github_reports_of_deployment ON github_reports (deployment_id);

-- Deployments of which GitHub is told nothing, or could not be told. Of another deployment there is no row.
CREATE TABLE github_report_settings (
  deployment_id TEXT PRIMARY KEY REFERENCES deployments (id) ON DELETE CASCADE,
  is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  trouble TEXT CHECK (json_valid(trouble))
) STRICT;
