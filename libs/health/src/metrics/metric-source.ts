/** Label names and values of one reading. Never an id, an address or anything else that grows with the data. */
export type Labels = Readonly<Record<string, string>>;

/** One number, or one for each of a few labels. */
export type Reading = number | readonly { readonly labels: Labels; readonly value: number }[];

/** Something that is asked for its present number whenever the metrics are read. */
export interface MetricSource {
  /** `liftdesk_outbox_messages`; a counter ends in `_total`. */
  readonly name: string;
  /** One line for people. */
  readonly help: string;
  /** A counter only grows while the process runs. */
  readonly type: 'gauge' | 'counter';
  /** May be slow, throw or hang: then this metric is missing from the answer, and nothing else is. */
  read(): Promise<Reading> | Reading;
  /** For how long a reading is given again; 1,000 by default. For what costs a query. */
  readonly cacheMs?: number;
}
