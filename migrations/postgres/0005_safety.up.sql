-- What the guarantees need to remember: see docs/guarantees.md.
SELECT 1;
