import type { Reasons } from './explain';

const SILENCE = {
  cause:
    'nothing answers in time: packets are dropped on the way, as by a security group, or the service hangs',
  fix: 'allow the port from this machine in the security group and the network ACL; in a private subnet give it a NAT gateway or a VPC endpoint',
};
const UNREACHABLE = {
  cause: 'there is no way from this machine to that address',
  fix: 'look at the route table of the subnet, and whether the address is right',
};
const NO_SUCH_HOST = {
  cause: 'there is no such host name, or no DNS answers',
  fix: 'check the address and the region for a slip; DNS resolution must be on in the VPC',
};
const CERTIFICATE = {
  cause: 'its certificate is of no authority that this machine trusts',
  fix: 'name the authority: DATABASE_CA_FILE for RDS, SMTP_CA_FILE for mail, NODE_EXTRA_CA_CERTS for others; install the whole chain on the server',
};

/** Codes of node. */
export const NETWORK_REASONS: Reasons = {
  ECONNREFUSED: {
    cause: 'the machine is there and nothing listens on that port',
    fix: 'start the service, or correct host and port',
  },
  ETIMEDOUT: SILENCE,
  ESOCKETTIMEDOUT: SILENCE,
  TimeoutError: SILENCE,
  AbortError: SILENCE,
  unreachable: SILENCE,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENOTFOUND: NO_SUCH_HOST,
  EAI_AGAIN: NO_SUCH_HOST,
  ECONNRESET: {
    cause: 'the other side closed the connection before it answered',
    fix: 'look into its log: a wrong protocol (TLS or none), a limit of connections, or a restart',
  },
  EPROTO: {
    cause: 'the other side does not speak TLS there, or none that we accept',
    fix: 'check the port, and http against https',
  },
  CERT_HAS_EXPIRED: {
    cause: 'its certificate has expired',
    fix: 'renew it: sudo certbot renew, then reload nginx',
  },
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  'self-signed certificate': CERTIFICATE,
  'unable to verify the first certificate': CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  ERR_TLS_CERT_ALTNAME_INVALID: {
    cause: 'its certificate is for another host name',
    fix: 'use the name that the certificate is for, or have one made for this name',
  },
};
