import { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `ALTER TABLE "user" ADD COLUMN "language" varchar(5)`,
  `CREATE TABLE "outbox_mail" (
      "rid" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
      "id" varchar(36) NOT NULL,
      "kind" varchar(20) NOT NULL,
      "status" varchar(12) NOT NULL,
      "user_rid" integer NOT NULL,
      "recipient" varchar(254) NOT NULL,
      "ticket_rid" integer,
      "message_rid" integer,
      "actor_rid" integer,
      "secret" text,
      "reason" varchar(300),
      "attempts" integer NOT NULL DEFAULT (0),
      "lease" varchar(36),
      "due_at" bigint NOT NULL,
      "expires_at" bigint,
      "provider_id" varchar(200),
      "created_at" bigint NOT NULL,
      "updated_at" bigint NOT NULL,
      "sent_at" bigint,
      CONSTRAINT "outbox_mail_kind" CHECK ("kind" IN ('ticketReceived', 'agentReply', 'customerReply', 'assigned', 'solved', 'passwordReset')),
      CONSTRAINT "outbox_mail_status" CHECK ("status" IN ('queued', 'sent', 'failed', 'bounced', 'complained', 'suppressed')),
      CONSTRAINT "fk_outbox_mail_user" FOREIGN KEY ("user_rid") REFERENCES "user" ("rid") ON DELETE CASCADE ON UPDATE NO ACTION,
      CONSTRAINT "fk_outbox_mail_ticket" FOREIGN KEY ("ticket_rid") REFERENCES "ticket" ("rid") ON DELETE CASCADE ON UPDATE NO ACTION,
      CONSTRAINT "fk_outbox_mail_message" FOREIGN KEY ("message_rid") REFERENCES "message" ("rid") ON DELETE CASCADE ON UPDATE NO ACTION,
      CONSTRAINT "fk_outbox_mail_actor" FOREIGN KEY ("actor_rid") REFERENCES "user" ("rid") ON DELETE NO ACTION ON UPDATE NO ACTION)`,
  `CREATE UNIQUE INDEX "outbox_mail_id" ON "outbox_mail" ("id")`,
  `CREATE INDEX "outbox_mail_due" ON "outbox_mail" ("due_at", "rid") WHERE "status" = 'queued'`,
  `CREATE INDEX "outbox_mail_failed" ON "outbox_mail" ("updated_at") WHERE "status" = 'failed'`,
  `CREATE INDEX "outbox_mail_user_sent" ON "outbox_mail" ("user_rid", "sent_at")`,
  `CREATE INDEX "outbox_mail_ticket" ON "outbox_mail" ("ticket_rid", "rid")`,
  `CREATE INDEX "outbox_mail_provider" ON "outbox_mail" ("provider_id") WHERE "provider_id" IS NOT NULL`,
  `CREATE INDEX "outbox_mail_created" ON "outbox_mail" ("created_at") WHERE "message_rid" IS NULL`,
  `CREATE TABLE "mail_block" (
      "email_norm" varchar(300) PRIMARY KEY NOT NULL,
      "kind" varchar(10) NOT NULL,
      "reason" varchar(300) NOT NULL,
      "created_at" bigint NOT NULL,
      CONSTRAINT "mail_block_kind" CHECK ("kind" IN ('bounce', 'complaint')))`,
  `CREATE TABLE "notification_opt_out" (
      "user_rid" integer NOT NULL,
      "kind" varchar(20) NOT NULL,
      CONSTRAINT "notification_opt_out_kind" CHECK ("kind" IN ('ticketReceived', 'agentReply', 'customerReply', 'assigned', 'solved')),
      CONSTRAINT "fk_notification_opt_out_user" FOREIGN KEY ("user_rid") REFERENCES "user" ("rid") ON DELETE CASCADE ON UPDATE NO ACTION,
      PRIMARY KEY ("user_rid", "kind")) WITHOUT ROWID`,
];

const DOWN = [
  'DROP TABLE "notification_opt_out"',
  'DROP TABLE "mail_block"',
  'DROP TABLE "outbox_mail"',
  'ALTER TABLE "user" DROP COLUMN "language"',
];

/** Mail that waits to be sent and what became of it, addresses that are not written to, and what people want to hear of. */
export class Mail1795651200000 implements MigrationInterface {
  name = 'Mail1795651200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of DOWN) await runner.query(statement);
  }
}
