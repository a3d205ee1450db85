-- Webhook events are stored by a statement in the transaction of what happened, as in PostgreSQL.
-- Until now triggers stored them here. An older program that went on beside this schema would store
-- none; it does not start on this schema, and one program at a time serves from a file
-- (docs/upgrading.md).
DROP TRIGGER key_replaced;
DROP TRIGGER key_revoked;
DROP TRIGGER mint_ambiguous;
DROP TRIGGER key_issued;
