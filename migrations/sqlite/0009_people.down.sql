-- The list of expected people stays: see the way up.
DROP INDEX ledger_logins;
DROP INDEX api_keys_logins;
DROP TRIGGER spending_changed;
DROP TRIGGER spending_added;
DROP TABLE spending_totals;
