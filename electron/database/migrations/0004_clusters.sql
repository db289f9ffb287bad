-- What a person sets for a Kubernetes cluster; empty for this computer.
ALTER TABLE clusters ADD COLUMN settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings));
