-- State of the claims that choose a unit in Postgres instead of taking the one
-- Redis numbered (lotteryd --step claim=…). An activity has rows here only if
-- such a claim has served it; the default claim never reads or writes them.
-- Whatever they say, the constraints of draw hold.

-- One row for each unit; taken ones stay.
CREATE TABLE unit_claim (
    activity text    NOT NULL,
    prize    integer NOT NULL,
    no       integer NOT NULL,
    taken    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (activity, prize, no),
    FOREIGN KEY (activity, prize, no) REFERENCES unit (activity, prize, no)
);

CREATE INDEX unit_claim_free ON unit_claim (activity, prize, no) WHERE NOT taken;

-- One row for each prize: how many units are left.
CREATE TABLE prize_stock (
    activity text    NOT NULL REFERENCES activity (id),
    prize    integer NOT NULL,
    units    integer NOT NULL CHECK (units >= 0),
    PRIMARY KEY (activity, prize)
);
