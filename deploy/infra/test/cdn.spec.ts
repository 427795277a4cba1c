import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentSecurityPolicy } from '../lib/client-headers';
import { DEPLOY, INFRA } from '../lib/paths';
import { SCALE, SMALL, Synthesised, TRIED, textOf } from './desk';

interface Behavior {
  PathPattern: string;
  AllowedMethods: string[];
  CachePolicyId: string;
  Compress: boolean;
  TargetOriginId: string;
  ViewerProtocolPolicy: string;
  FunctionAssociations?: object[];
}
interface Origin {
  Id: string;
  DomainName: unknown;
  OriginCustomHeaders?: { HeaderName: string; HeaderValue: unknown }[];
  CustomOriginConfig?: Record<string, unknown>;
}
interface Distribution {
  Aliases?: string[];
  HttpVersion: string;
  CacheBehaviors: Behavior[];
  DefaultCacheBehavior: Behavior;
  CustomErrorResponses?: object[];
  Origins: [Origin, Origin];
  ViewerCertificate?: Record<string, string>;
}
const distributionOf = (desk: Synthesised) =>
  desk.ofType('AWS::CloudFront::Distribution')[0]?.Properties['DistributionConfig'] as Distribution;
/** Of AWS: `CachingDisabled`. */
const NO_CACHE = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';

describe('the distribution', () => {
  const small = () => distributionOf(Synthesised.of(SMALL));

  it('takes the API, its probes and the settings of the client to the machine, uncached, every method, over TLS', () => {
    const { CacheBehaviors, Origins } = small();
    expect(CacheBehaviors.map(({ PathPattern }) => PathPattern)).toEqual([
      '/api/*',
      '/health*',
      '/config.json',
    ]);
    for (const behavior of CacheBehaviors)
      expect(behavior).toMatchObject({
        AllowedMethods: expect.arrayContaining(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
        CachePolicyId: NO_CACHE,
        Compress: false,
        TargetOriginId: Origins[1].Id,
        ViewerProtocolPolicy: 'redirect-to-https',
      });
  });

  it('turns no answer into another: 403 and 404 of the API reach who asked', () =>
    expect(small().CustomErrorResponses).toBeUndefined());

  it('tells the machine the whole request, who asks, and that it is the distribution', () => {
    const desk = Synthesised.of(SMALL);
    desk.template.hasResourceProperties('AWS::CloudFront::OriginRequestPolicy', {
      OriginRequestPolicyConfig: {
        HeadersConfig: {
          HeaderBehavior: 'allViewerAndWhitelistCloudFront',
          Headers: ['CloudFront-Viewer-Address'],
        },
        CookiesConfig: { CookieBehavior: 'all' },
        QueryStringsConfig: { QueryStringBehavior: 'all' },
      },
    });
    const [header] = small().Origins[1].OriginCustomHeaders ?? [];
    expect(header?.HeaderName).toBe('X-Origin-Secret');
    expect(textOf(header?.HeaderValue)).toMatch(
      /^\{\{resolve:secretsmanager:<SecretsOrigin\w+>:SecretString:::\}\}$/,
    );
  });

  it('waits as long as may be for streams of events', () =>
    expect(small().Origins[1].CustomOriginConfig).toMatchObject({
      OriginReadTimeout: 60,
      OriginKeepaliveTimeout: 60,
    }));

  it('speaks TLS 1.2 and HTTP/2 and 3 to browsers, and TLS to the machine, with a domain', () => {
    expect(small()).toMatchObject({
      Aliases: ['desk.example.com'],
      HttpVersion: 'http2and3',
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021', SslSupportMethod: 'sni-only' },
    });
    expect(small().Origins[1]).toMatchObject({
      DomainName: 'origin.desk.example.com',
      CustomOriginConfig: { OriginProtocolPolicy: 'https-only', OriginSSLProtocols: ['TLSv1.2'] },
    });
  });

  it('without a domain the machine is met by the name of its address, in the clear, and the stack says so', () => {
    const desk = Synthesised.of(TRIED);
    const [, origin] = distributionOf(desk).Origins;
    expect(origin.CustomOriginConfig).toMatchObject({ OriginProtocolPolicy: 'http-only' });
    expect(JSON.stringify(origin.DomainName)).toMatch(/ec2-.*Fn::Split.*amazonaws\.com/);
    const warnings = desk.stack.node.metadata.map(({ data }) => String(data));
    expect(warnings).toContainEqual(expect.stringContaining('Without a domain CloudFront speaks plain HTTP'));
  });

  it('alone is served by the load balancer: the rest gets 403', () => {
    const { template } = Synthesised.of(SCALE);
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'HTTPS',
      DefaultActions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '403' } }],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Conditions: [{ Field: 'http-header', HttpHeaderConfig: { HttpHeaderName: 'X-Origin-Secret' } }],
    });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckPath: '/health/ready',
      HealthCheckProtocol: 'HTTPS',
      Protocol: 'HTTPS',
    });
  });
});

it('the load balancer keeps connections longer than the distribution and shorter than nginx: none is used that is closing', () => {
  const nginx = readFileSync(join(DEPLOY, 'machine/templates/etc/nginx/nginx.conf'), 'utf8');
  const ofNginx = Number(/^\s*keepalive_timeout (\d+)s;$/m.exec(nginx)?.[1]);
  const scale = Synthesised.of(SCALE);
  const attributes = scale.ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')[0]?.Properties[
    'LoadBalancerAttributes'
  ] as { Key: string; Value: string }[];
  const idle = Number(attributes.find(({ Key }) => Key === 'idle_timeout.timeout_seconds')?.Value);
  expect(idle).toBeGreaterThan(
    Number(distributionOf(scale).Origins[1].CustomOriginConfig?.['OriginKeepaliveTimeout']),
  );
  expect(idle).toBeLessThan(ofNginx);
});

describe('the client', () => {
  it('comes out of its private bucket, by origin access control for this distribution alone', () => {
    const desk = Synthesised.of(SMALL);
    desk.template.hasResourceProperties('AWS::CloudFront::OriginAccessControl', {
      OriginAccessControlConfig: { SigningBehavior: 'always', SigningProtocol: 'sigv4' },
    });
    const policy = JSON.stringify(desk.resources).match(
      /"AWS:SourceArn":\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":cloudfront::"/g,
    );
    expect(policy).toHaveLength(1);
    expect(distributionOf(desk).DefaultCacheBehavior.AllowedMethods).toEqual(['GET', 'HEAD']);
  });

  it('is kept as its files say: none is kept that says no-cache', () =>
    Synthesised.of(SMALL).template.hasResourceProperties('AWS::CloudFront::CachePolicy', {
      CachePolicyConfig: { MinTTL: 0, DefaultTTL: 0, MaxTTL: 31_536_000 },
    }));

  it('has the headers of security, its errors too', () =>
    Synthesised.of(SMALL).template.hasResourceProperties('AWS::CloudFront::ResponseHeadersPolicy', {
      ResponseHeadersPolicyConfig: {
        SecurityHeadersConfig: {
          ContentTypeOptions: { Override: true },
          FrameOptions: { FrameOption: 'DENY', Override: true },
          ReferrerPolicy: { ReferrerPolicy: 'no-referrer', Override: true },
          StrictTransportSecurity: {
            AccessControlMaxAgeSec: 31_536_000,
            IncludeSubdomains: false,
            Override: true,
          },
        },
        CustomHeadersConfig: {
          Items: [
            { Header: 'Cross-Origin-Opener-Policy', Value: 'same-origin', Override: true },
            { Header: 'Cross-Origin-Resource-Policy', Value: 'same-origin', Override: true },
          ],
        },
      },
    }));

  it('lets in scripts that are its own files, and no others', () => {
    const policy = contentSecurityPolicy('https://files.example.com');
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe-/);
    expect(policy).toContain("connect-src 'self' https://files.example.com;");
  });

  const api = join(DEPLOY, '../apps/api/src/http/security-headers.ts');
  const isInstalled = existsSync(join(DEPLOY, '../node_modules/helmet'));
  (isInstalled ? it : it.skip)(
    'has the policy that the API gives its page, but for the nonce (needs npm ci of the product)',
    () => {
      const { clientPolicy } = jest.requireActual<Api>(api);
      const theirs = clientPolicy({ https: true, otherOrigins: ['https://files.example.com'] })(
        '__CSP_NONCE__',
      );
      expect(contentSecurityPolicy('https://files.example.com')).toBe(theirs);
    },
  );
});

describe('the function of the page', () => {
  const code = readFileSync(join(INFRA, 'lib/page.function.js'), 'utf8');
  const handler = new Function(`${code}; return handler;`)() as (event: object) => { uri: string };
  const uriOf = (uri: string) => handler({ request: { uri, method: 'GET', querystring: {} } }).uri;

  it.each(['/', '/tickets', '/tickets/17', '/settings/', '/a.b/tickets'])('%s is the page', (uri) =>
    expect(uriOf(uri)).toBe('/index.html'),
  );

  it.each([
    '/main-5QF7A3XY.js',
    '/media/inter-AB12CD34.woff2',
    '/favicon.svg',
    '/index.html',
    '/main-OLDOLD12.js',
  ])('%s stays what it is', (uri) => expect(uriOf(uri)).toBe(uri));
});

/** The product's sources are not compiled here. */
interface Api {
  clientPolicy(options: { https: boolean; otherOrigins: string[] }): (nonce: string) => string;
}
