import { backupsCheck, bucketChecks, credentialsCheck, roleCheck, secretStoreCheck } from './cloud.checks';
import { dependenciesCheck } from './dependencies.check';
import { environmentFilesCheck } from './environment-files.check';
import { developmentCheck, docsCheck, operatorsOnlyCheck, strangersCheck } from './exposure.checks';
import { bannerCheck, contentPolicyCheck, headersCheck } from './headers.checks';
import { demoAccountsCheck, forwardedCheck, requestLimitCheck, signInLimitCheck } from './limits.checks';
import { cookieCheck, uploadLimitCheck, uploadTypesCheck } from './member.checks';
import { portsCheck } from './ports.check';
import { corsCheck, filesOutsideCheck, methodsCheck } from './requests.checks';
import { certificateCheck, hstsCheck, httpsCheck, tlsCiphersCheck, tlsVersionsCheck } from './tls.checks';
import type { SecurityCheck } from '../audit-check';

/** In this order, and `last` one after the other: they count requests, which others would disturb. */
export const SECURITY_CHECKS: { together: readonly SecurityCheck[]; last: readonly SecurityCheck[] } = {
  together: [
    ...bucketChecks,
    credentialsCheck,
    roleCheck,
    secretStoreCheck,
    backupsCheck,
    environmentFilesCheck,
    dependenciesCheck,
    portsCheck(),
    tlsVersionsCheck,
    tlsCiphersCheck,
    certificateCheck,
    httpsCheck,
    hstsCheck,
    contentPolicyCheck,
    headersCheck,
    bannerCheck,
    strangersCheck,
    operatorsOnlyCheck,
    docsCheck,
    filesOutsideCheck,
    methodsCheck,
    corsCheck,
    developmentCheck,
  ],
  last: [
    requestLimitCheck,
    forwardedCheck,
    cookieCheck,
    uploadLimitCheck,
    uploadTypesCheck,
    demoAccountsCheck,
    signInLimitCheck,
  ],
};

export const SECURITY_CHECK_NAMES: readonly string[] = [
  ...SECURITY_CHECKS.together,
  ...SECURITY_CHECKS.last,
].map(({ name }) => name);
