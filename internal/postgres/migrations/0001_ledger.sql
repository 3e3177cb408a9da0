-- The ledger: what was promised (activity, unit) and what was won (draw).
-- Rows of unit and draw are inserted and never updated.

CREATE TABLE activity (
    id         text        PRIMARY KEY,
    spec       jsonb       NOT NULL,
    version    bigint      NOT NULL CHECK (version > 0), -- grows with every change
    epoch      bigint      NOT NULL CHECK (epoch > 0),   -- grows with every rebuild of Redis
    closed     boolean     NOT NULL DEFAULT false,
    secret     bytea       NOT NULL CHECK (length(secret) = 32),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Every version that draws may have been cast against, for audits.
CREATE TABLE activity_version (
    activity text        NOT NULL REFERENCES activity (id),
    version  bigint      NOT NULL,
    spec     jsonb       NOT NULL,
    closed   boolean     NOT NULL,
    at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (activity, version)
);

-- Every thing there is to win, numbered 1..stock within its prize.
CREATE TABLE unit (
    activity text    NOT NULL REFERENCES activity (id),
    prize    integer NOT NULL CHECK (prize >= 0), -- index into the spec's prizes
    no       integer NOT NULL CHECK (no > 0),
    code     text    NOT NULL,
    PRIMARY KEY (activity, prize, no)
);

CREATE UNIQUE INDEX unit_code ON unit (activity, code);

-- Every win. The constraints are the promise:
--   one answer a request        PRIMARY KEY
--   no unit won twice           draw_unit
--   only units that exist       the foreign key
--   wins of a user are counted  draw_win_order
CREATE TABLE draw (
    activity  text        NOT NULL,
    user_id   text        NOT NULL,
    request   text        NOT NULL,
    prize     integer     NOT NULL,
    no        integer     NOT NULL,
    win_order integer     NOT NULL CHECK (win_order > 0),
    mark      bigint      NOT NULL, -- the condensed proof; 0 without one
    epoch     bigint      NOT NULL,
    version   bigint      NOT NULL, -- of the weights the dice were cast against
    word      bigint      NOT NULL, -- the random word, as 64 bits
    at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (activity, user_id, request),
    CONSTRAINT draw_unit UNIQUE (activity, prize, no),
    CONSTRAINT draw_win_order UNIQUE (activity, user_id, win_order),
    FOREIGN KEY (activity, prize, no) REFERENCES unit (activity, prize, no)
);
