-- The list of expected people stays: see the way up.
DROP INDEX llmapikey.ledger_logins;
DROP INDEX llmapikey.api_keys_logins;
DROP TABLE llmapikey.spending_totals;
