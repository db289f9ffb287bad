-- An image that is there already is a source too. A CHECK is changed by making the table anew.
CREATE TABLE new_projects (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  source_kind TEXT NOT NULL CHECK (source_kind IN ('git', 'folder', 'image')),
  source_address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (owner_id, source_kind, source_address)
) STRICT;
INSERT INTO new_projects SELECT id, owner_id, name, source_kind, source_address, created_at FROM projects;
DROP TABLE projects;
ALTER TABLE new_projects RENAME TO projects;
