-- Lending database of the community library, version 6.

CREATE TABLE member (
    member_id   INTEGER PRIMARY KEY,
    card_number TEXT NOT NULL UNIQUE CHECK (card_number GLOB 'FC[0-9][0-9][0-9][0-9][0-9]'),
    full_name   TEXT NOT NULL,
    born_on     TEXT,
    joined_on   TEXT NOT NULL DEFAULT (date('now'))
);

CREATE TABLE title (
    title_id  INTEGER PRIMARY KEY,
    isbn      TEXT,
    name      TEXT NOT NULL,
    shelfmark TEXT NOT NULL
);

-- One row for each physical book: a title may stand on the shelf three times.
CREATE TABLE copy (
    copy_id      INTEGER PRIMARY KEY,
    title_id     INTEGER NOT NULL REFERENCES title,
    barcode      TEXT NOT NULL UNIQUE,
    withdrawn_on TEXT
);

CREATE TABLE loan (
    loan_id     INTEGER PRIMARY KEY,
    copy_id     INTEGER NOT NULL REFERENCES copy,
    member_id   INTEGER NOT NULL REFERENCES member,
    lent_on     TEXT NOT NULL,
    due_on      TEXT NOT NULL,
    returned_on TEXT,
    CHECK (due_on > lent_on)
);

-- A copy can be out only once at a time; finished loans do not count.
CREATE UNIQUE INDEX loan_open ON loan (copy_id) WHERE returned_on IS NULL;

CREATE VIEW overdue AS
SELECT m.full_name, t.name, l.due_on,
       CAST(julianday('now') - julianday(l.due_on) AS INTEGER) AS days_late
FROM loan l
JOIN copy c USING (copy_id)
JOIN title t USING (title_id)
JOIN member m USING (member_id)
WHERE l.returned_on IS NULL AND l.due_on < date('now');

-- Nobody holds more than eight books at once.
CREATE TRIGGER loan_limit BEFORE INSERT ON loan
WHEN (SELECT count(*) FROM loan WHERE member_id = NEW.member_id AND returned_on IS NULL) >= 8
BEGIN
    SELECT RAISE(ABORT, 'E_LOAN_LIMIT: member has eight books out');
END;

-- Names of people who left are blanked after two years; their loans stay for the statistics.
CREATE VIEW to_anonymise AS
SELECT m.member_id
FROM member m
LEFT JOIN loan l USING (member_id)
GROUP BY m.member_id
HAVING coalesce(max(l.lent_on), m.joined_on) < date('now', '-2 years');
