-- The number of the release whose commit this build builds again, because what that release ran is gone.
ALTER TABLE builds ADD COLUMN rollback_to INTEGER;
