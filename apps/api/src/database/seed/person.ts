/** Somebody in the seeded desk, as the tables know them. */
export interface Person {
  rid: number;
  id: string;
  name: string;
  email: string;
  /** An agent or an admin. */
  staff: boolean;
}
