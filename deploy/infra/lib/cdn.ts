import { Duration } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accept } from './accept';
import { ClientHeaders } from './client-headers';
import { INFRA } from './paths';

export interface CdnProps {
  readonly client: s3.IBucket;
  readonly filesOrigin: string;
  /** Where the API is: the machine's name, or the load balancer's. */
  readonly origin: { readonly name: string; readonly isHttps: boolean };
  /** Said to the origin with each request: a reference that CloudFormation fills in. */
  readonly originSecret: string;
  readonly domain?: { readonly name: string; readonly certificateArn: string };
  readonly webAclArn?: string;
}

/** The longest there is without asking AWS; the streams of events speak every 15 s. */
const ORIGIN_PATIENCE = Duration.seconds(60);

/**
 * One origin for browsers: the client out of its private bucket, the API and its probes from the machines. What the API answers goes
 * through as it is, 403 and 404 too: no answer is turned into the page, requests for pages are.
 */
export class Cdn extends Construct {
  readonly distribution: cloudfront.Distribution;
  private readonly api: cloudfront.BehaviorOptions;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: CdnProps,
  ) {
    super(scope, id);
    const { domain } = props;
    this.api = this.apiBehavior();
    this.distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: 'Liftdesk',
      defaultBehavior: this.clientBehavior(),
      additionalBehaviors: { '/api/*': this.api, '/health*': this.api, '/config.json': this.api },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      defaultRootObject: 'index.html',
      enableIpv6: true,
      ...(domain && {
        domainNames: [domain.name],
        certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
        minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
      ...(props.webAclArn && { webAclId: props.webAclArn }),
    });
    this.acceptances();
  }

  private clientBehavior(): cloudfront.BehaviorOptions {
    // To list lets S3 say 404 of a missing file instead of 403. What would list, the root, is the page.
    const origin = origins.S3BucketOrigin.withOriginAccessControl(this.props.client, {
      originAccessLevels: [cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
    });
    return {
      origin,
      allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      compress: true,
      cachePolicy: this.clientCache(),
      responseHeadersPolicy: new ClientHeaders(this, 'Headers', this.props).policy,
      functionAssociations: [
        { eventType: cloudfront.FunctionEventType.VIEWER_REQUEST, function: this.pageFunction() },
      ],
    };
  }

  /** As each object says: hashed files for a year and never asked for again, index.html asked for each time. */
  private clientCache(): cloudfront.CachePolicy {
    return new cloudfront.CachePolicy(this, 'ClientCache', {
      comment: 'Liftdesk: as the objects of the client say',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }

  private pageFunction(): cloudfront.Function {
    const code = readFileSync(join(INFRA, 'lib/page.function.js'), 'utf8');
    return new cloudfront.Function(this, 'Page', {
      code: cloudfront.FunctionCode.fromInline(code),
      runtime: cloudfront.FunctionRuntime.JS_2_0,
      comment: 'Liftdesk: the page for every address of the app',
    });
  }

  private apiBehavior(): cloudfront.BehaviorOptions {
    const { name, isHttps } = this.props.origin;
    return {
      origin: new origins.HttpOrigin(name, {
        protocolPolicy: isHttps
          ? cloudfront.OriginProtocolPolicy.HTTPS_ONLY
          : cloudfront.OriginProtocolPolicy.HTTP_ONLY,
        originSslProtocols: [cloudfront.OriginSslPolicy.TLS_V1_2],
        readTimeout: ORIGIN_PATIENCE,
        keepaliveTimeout: ORIGIN_PATIENCE,
        customHeaders: { 'X-Origin-Secret': this.props.originSecret },
      }),
      allowedMethods: cloudfront.AllowedMethods.ALLOW_ALL,
      viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      // Compressing would hold events back; nginx compresses what gains by it.
      compress: false,
      cachePolicy: cloudfront.CachePolicy.CACHING_DISABLED,
      originRequestPolicy: this.everything(),
    };
  }

  /** All that the visitor sends, and who that is. */
  private everything(): cloudfront.OriginRequestPolicy {
    return new cloudfront.OriginRequestPolicy(this, 'Everything', {
      comment: 'Liftdesk: the whole request, and the address of the visitor',
      headerBehavior: cloudfront.OriginRequestHeaderBehavior.all('CloudFront-Viewer-Address'),
      cookieBehavior: cloudfront.OriginRequestCookieBehavior.all(),
      queryStringBehavior: cloudfront.OriginRequestQueryStringBehavior.all(),
    });
  }

  private acceptances(): void {
    const { distribution } = this;
    accept(
      distribution,
      '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      'The root object is set, and a request for the root is one for the page.',
    );
    accept(distribution, 'AwsSolutions-CFR1', 'A help desk has customers everywhere.');
    accept(
      distribution,
      'AwsSolutions-CFR2',
      'The desk has limits of its own; a web ACL costs as much as half of a small desk. `webAclArn` puts one before it.',
    );
    accept(
      distribution,
      'AwsSolutions-CFR3',
      'nginx notes every request for the API without what is secret in it; a log of CloudFront would hold links to files.',
    );
    if (!this.props.domain)
      accept(
        distribution,
        'AwsSolutions-CFR4',
        'Without a domain the certificate, and its oldest TLS, are CloudFront’s.',
      );
    if (!this.props.origin.isHttps)
      accept(
        distribution,
        'AwsSolutions-CFR5',
        'Without a domain there is no certificate for the origin: for trying, as the stack warns.',
      );
  }
}
