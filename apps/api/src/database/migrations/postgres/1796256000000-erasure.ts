import { MigrationInterface, QueryRunner } from 'typeorm';

const INDEXES = {
  message_author: `"message" ("author_rid")`,
  ticket_event_actor: `"ticket_event" ("actor_rid")`,
  attachment_uploader: `"attachment" ("uploaded_by_rid")`,
  ticket_read_ticket: `"ticket_read" ("ticket_rid")`,
  ticket_follow_up: `"ticket" ("follow_up_of_rid") WHERE "follow_up_of_rid" IS NOT NULL`,
  outbox_mail_message: `"outbox_mail" ("message_rid") WHERE "message_rid" IS NOT NULL`,
  outbox_mail_actor: `"outbox_mail" ("actor_rid") WHERE "actor_rid" IS NOT NULL`,
};

/** Who deletes a ticket or a person asks at each foreign key who refers to it: without these, by reading whole tables. */
export class Erasure1796256000000 implements MigrationInterface {
  name = 'Erasure1796256000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, on] of Object.entries(INDEXES)) await runner.query(`CREATE INDEX "${name}" ON ${on}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(INDEXES)) await runner.query(`DROP INDEX "${name}"`);
  }
}
