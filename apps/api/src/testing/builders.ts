import { sampleFiles } from '@liftdesk/testing';
import type { AttachmentDto } from '../attachments/attachment.dto';
import type { MessageDto } from '../tickets/message.dto';
import type { TicketDto } from '../tickets/ticket.dto';
import type { Person } from './caller';
import type { TestDesk } from './test-desk';

export interface SentFile {
  filename: string;
  content: Buffer;
}

export const aFile = (filename = 'report.pdf', content: Buffer = sampleFiles.pdf()): SentFile => ({
  filename,
  content,
});

export async function openTicket(desk: TestDesk, by: Person, given: object = {}): Promise<TicketDto> {
  const body = { subject: 'The printer is on fire', body: 'It has been burning since noon.', ...given };
  const answer = await desk.as(by).post('/tickets', body).expect(201);
  return answer.body as TicketDto;
}

export async function write(
  desk: TestDesk,
  by: Person,
  ticket: Pick<TicketDto, 'id'>,
  given: object = {},
): Promise<MessageDto> {
  const answer = await desk
    .as(by)
    .post(`/tickets/${ticket.id}/messages`, { body: 'Have you tried water?', ...given })
    .expect(201);
  return answer.body as MessageDto;
}

export const note = (
  desk: TestDesk,
  by: Person,
  ticket: Pick<TicketDto, 'id'>,
  given: object = {},
): Promise<MessageDto> => write(desk, by, ticket, { kind: 'note', body: 'Between us', ...given });

export async function change(
  desk: TestDesk,
  by: Person,
  ticket: Pick<TicketDto, 'id'>,
  given: object,
): Promise<TicketDto> {
  const answer = await desk.as(by).patch(`/tickets/${ticket.id}`, given).expect(200);
  return answer.body as TicketDto;
}

/** Files that wait for a message. */
export const stage = (desk: TestDesk, by: Person, ...files: SentFile[]): Promise<AttachmentDto[]> =>
  send(desk, by, '/attachments', files);

/** Files put on a ticket. */
export const upload = (
  desk: TestDesk,
  by: Person,
  ticket: Pick<TicketDto, 'id'>,
  ...files: SentFile[]
): Promise<AttachmentDto[]> => send(desk, by, `/tickets/${ticket.id}/attachments`, files);

async function send(desk: TestDesk, by: Person, path: string, files: SentFile[]): Promise<AttachmentDto[]> {
  const request = desk.as(by).post(path);
  for (const { filename, content } of files.length > 0 ? files : [aFile()])
    void request.attach('attachments', content, filename);
  const answer = await request.expect(201);
  return (answer.body as { items: AttachmentDto[] }).items;
}
