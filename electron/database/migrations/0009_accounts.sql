-- Who is signed in at GitHub, each of them a user. The token is in the secret store, by its version.
CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  login TEXT NOT NULL,
  name TEXT NOT NULL,
  avatar_url TEXT NOT NULL,
  base_url TEXT NOT NULL,
  way TEXT NOT NULL CHECK (way IN ('device', 'token', 'cli')),
  scopes TEXT CHECK (json_valid(scopes)),
  secret_version TEXT NOT NULL REFERENCES secret_versions (id),
  created_at INTEGER NOT NULL,
  UNIQUE (base_url, login)
) STRICT;
CREATE INDEX accounts_by_secret ON accounts (secret_version);
