-- Proof that the ledger can be written to: each instance writes its row once a
-- second. Nothing else reads it. Rows of instances that are gone are deleted after
-- a day. Room is kept on the page, so that an update writes no index.
CREATE TABLE heartbeat (
    instance text        PRIMARY KEY,
    at       timestamptz NOT NULL
) WITH (fillfactor = 20);
