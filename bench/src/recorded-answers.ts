/** What the API said to each kind of request. */
export interface RecordedAnswers {
  ticket: unknown;
  messages: unknown;
  list: unknown;
  search: unknown;
  created: unknown;
}
