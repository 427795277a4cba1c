/**
 * PostgreSQL's full-text index: one row a ticket, its words with their places as `tsvectorOf()` writes them. It goes with its
 * ticket, and whatever else is asked of a hit comes by a join. Words go into the tree at once: put aside first they cost
 * less, but every few thousand writes one request pays for all of them, half a second.
 */
export const CREATE_TSVECTOR_INDEX: readonly string[] = [
  `CREATE TABLE "ticket_search" (
      "rid" integer PRIMARY KEY REFERENCES "ticket" ("rid") ON DELETE CASCADE,
      "tsv" tsvector NOT NULL)`,
  `CREATE INDEX "ticket_search_tsv" ON "ticket_search" USING gin ("tsv") WITH (fastupdate = off)`,
];

export const DROP_TSVECTOR_INDEX: readonly string[] = ['DROP TABLE "ticket_search"'];
