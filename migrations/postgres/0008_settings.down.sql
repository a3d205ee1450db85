-- What was set while the service ran is gone: the variables count, and nothing is paused.
-- Locked in the order in which a reservation locks them, so that neither waits for the other.
LOCK TABLE llmapikey.settings, llmapikey.totals, llmapikey.settings_version IN ACCESS EXCLUSIVE MODE;
ALTER TABLE llmapikey.totals DROP COLUMN settings_version;
DROP TABLE llmapikey.settings_version;
DROP TABLE llmapikey.settings;
