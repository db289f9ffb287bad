-- What may be left in a cluster of deployments that were forgotten, since it could not be asked. Names are copies; the id is the
-- deployment's.
CREATE TABLE left_behind (
  id TEXT PRIMARY KEY,
  deployment TEXT NOT NULL,
  cluster TEXT NOT NULL,
  things TEXT NOT NULL CHECK (json_valid(things)),
  created_at INTEGER NOT NULL
) STRICT;
