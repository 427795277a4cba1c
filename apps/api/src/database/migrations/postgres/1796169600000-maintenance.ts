import { MigrationInterface, QueryRunner } from 'typeorm';

/** One row while the desk takes no writes. */
export class Maintenance1796169600000 implements MigrationInterface {
  name = 'Maintenance1796169600000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE "maintenance" (
      "id" smallint PRIMARY KEY,
      "since" bigint NOT NULL,
      "until" bigint,
      "message" varchar(300) COLLATE "C",
      CONSTRAINT "maintenance_one" CHECK ("id" = 1))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE "maintenance"');
  }
}
