import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { DEMO_ACCOUNTS } from '../../../auth/demo-accounts';
import { hashPassword } from '../../../auth/password';
import { normaliseEmail } from '../../../users/email';
import { Role, User } from '../../../users/user.entity';
import type { Person } from '../person';
import { DEMO_AGENTS, DemoAgent } from './demo-script';

const YEAR = 365 * 86_400_000;

/** Finds or makes the people of the demo, in the transaction that fills the desk. */
export class DemoPeople {
  private readonly known = new Map<string, Person>();

  private constructor(
    private readonly manager: EntityManager,
    private readonly hashes: ReadonlyMap<string, string>,
    private readonly now: number,
  ) {}

  /** Hashing passwords takes its time and is done before the transaction: see `hashDemoPasswords`. */
  static async make(
    manager: EntityManager,
    hashes: ReadonlyMap<string, string>,
    now: number,
  ): Promise<DemoPeople> {
    const people = new DemoPeople(manager, hashes, now);
    for (const { name, email, role } of DEMO_ACCOUNTS) await people.find(name, email, role);
    for (const { name, email } of Object.values(DEMO_AGENTS)) await people.find(name, email, 'agent');
    return people;
  }

  agent(name: DemoAgent): Person {
    return this.known.get(DEMO_AGENTS[name].email) as Person;
  }

  customer(name: string, email: string): Promise<Person> {
    return this.find(name, email, 'customer');
  }

  /** Those who can sign in. */
  accounts(): Person[] {
    return DEMO_ACCOUNTS.map(({ email }) => this.known.get(email) as Person);
  }

  private async find(name: string, email: string, role: Role): Promise<Person> {
    const known = this.known.get(email);
    if (known) return known;
    const emailNorm = normaliseEmail(email);
    const user =
      (await this.manager.findOneBy(User, { emailNorm })) ??
      (await this.manager.save(
        this.manager.create(User, {
          id: uuidv7(),
          email,
          emailNorm,
          name,
          role,
          passwordHash: this.hashes.get(email) ?? null,
          createdAt: this.now - YEAR,
          disabledAt: null,
        }),
      ));
    const person = { rid: user.rid, id: user.id, name: user.name, email, staff: user.role !== 'customer' };
    this.known.set(email, person);
    return person;
  }
}

/** @returns the hash of each demo account's password by address */
export async function hashDemoPasswords(): Promise<Map<string, string>> {
  const hashed = DEMO_ACCOUNTS.map(
    async ({ email, password }) => [email, await hashPassword(password)] as const,
  );
  return new Map(await Promise.all(hashed));
}
