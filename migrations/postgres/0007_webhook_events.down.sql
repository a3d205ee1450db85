-- Nothing has changed: see the way up.
SELECT 1;
