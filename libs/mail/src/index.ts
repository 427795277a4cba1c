export type { Mail, MailAddress } from './mail';
export * from './mail.errors';
export * from './mail-transport';
export * from './mail-folder';
export { mailConfig, mailEnvironment, type MailConfig } from './mail.config';
export { MailModule, createMailTransport } from './mail.module';
export { parseSesEvent, type SesEvent } from './ses-event';
export {
  SnsMessages,
  SnsRefusedError,
  SnsUnavailableError,
  type SnsMessage,
  type SnsOptions,
} from './sns-messages';
