-- What was set while the service ran is gone: the variables count, and nothing is paused.
DROP TABLE settings_version;
DROP TABLE settings;
