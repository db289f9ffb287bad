-- How far the command is that runs once for a release, before it takes the traffic. NULL: it has none, or runs none.
ALTER TABLE releases ADD COLUMN command_state TEXT CHECK (command_state IN ('waiting', 'started', 'ended'));
CREATE INDEX releases_started_command ON releases (deployment_id) WHERE command_state = 'started';
