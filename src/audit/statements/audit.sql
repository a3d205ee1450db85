-- The statements of AuditLog (audit/audit_log.hpp).

-- name: append_postgres
-- In one statement, under the lock of the head. $8: the canonical text of the entry; the hash is
-- that of chained_hash().
WITH head AS (SELECT sequence + 1 AS next, hash FROM llmapikey.audit_head WHERE only_row = 1 FOR UPDATE),
entry AS (
    INSERT INTO llmapikey.audit_log ({columns})
    SELECT next, {time:$1}, $2, $3, $4, $5, $6, $7,
        encode(sha256(convert_to(hash || chr(10) || next::text || chr(10) || $8, 'UTF8')), 'hex')
    FROM head
    RETURNING sequence, hash
)
UPDATE llmapikey.audit_head SET sequence = entry.sequence, hash = entry.hash FROM entry WHERE only_row = 1

-- name: insert_sqlite
INSERT INTO llmapikey.audit_log ({columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)

-- name: update_head_sqlite
UPDATE llmapikey.audit_head SET sequence = $1, hash = $2

-- name: read
SELECT sequence, {epoch:at}, actor, action, subject, origin, outcome, detail, hash
FROM llmapikey.audit_log WHERE sequence > $1::bigint ORDER BY sequence LIMIT $2::bigint

-- name: head
SELECT sequence, hash FROM llmapikey.audit_head WHERE only_row = 1
