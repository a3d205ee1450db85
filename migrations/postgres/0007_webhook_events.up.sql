-- Nothing changes here. SQLite's triggers that stored webhook events go with this version, and both
-- databases have the same versions.
SELECT 1;
