/** Sort keys per order; the last one is unique. Order and keys never come from the client. */
export const ORDERS: Readonly<Record<string, readonly string[]>> = {
  updatedAt: ['t.updated_at', 't.rid'],
  createdAt: ['t.rid'],
  priority: ['t.priority', 't.updated_at', 't.rid'],
  dueAt: ['t.due_at', 't.rid'],
};
