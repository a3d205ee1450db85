-- What was set while the service ran is gone: the variables count, and nothing is paused.
ALTER TABLE llmapikey.totals DROP COLUMN settings_version;
DROP TABLE llmapikey.settings;
