-- What one instance may take, kept with each release; and how many instances of the deployment there should be.
ALTER TABLE deployments ADD COLUMN size TEXT NOT NULL DEFAULT 'medium' CHECK (size IN ('small', 'medium', 'large', 'xlarge'));
ALTER TABLE deployments ADD COLUMN instances INTEGER NOT NULL DEFAULT 1 CHECK (instances BETWEEN 1 AND 50);
ALTER TABLE releases ADD COLUMN size TEXT NOT NULL DEFAULT 'medium' CHECK (size IN ('small', 'medium', 'large', 'xlarge'));

DROP TRIGGER releases_immutable;
CREATE TRIGGER releases_immutable BEFORE UPDATE OF build_id, number, port, variables, rollback_to, size ON releases
BEGIN SELECT RAISE(ABORT, 'a release is never edited'); END;
