export { S3Server, type S3Seen, type S3ServerOptions } from './s3-server';
export {
  accessDenied,
  internalError,
  serviceUnavailable,
  slowDown,
  type S3Fault,
  type S3FaultScript,
  type S3Operation,
} from './s3-faults';
export type { S3Posture } from './s3-posture';
export type { S3Credentials } from './s3-signature';
