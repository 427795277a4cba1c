import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { authInterceptor } from '../../session/auth.interceptor';
import { Session } from '../../session/session';
import { aConfig } from '../../testing/api-objects';
import { CLIENT_CONFIG } from '../config/client-config';
import { AttachmentClient } from '../ui/attachments/attachment-client';
import { apiAddressInterceptor } from './api-address.interceptor';

const ELSEWHERE = 'https://api.example.com/api';
const SIGNED = '/api/files/attachments/x.png?expires=1&signature=s';

describe('where the API is', () => {
  let server: HttpTestingController;

  function at(apiBase: string): void {
    const session = { accessToken: () => 'token', hasEnded: () => false, state: signal('signed-in') };
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([authInterceptor, apiAddressInterceptor])),
        provideHttpClientTesting(),
        { provide: CLIENT_CONFIG, useValue: aConfig({}, { apiBase }) },
        { provide: Session, useValue: session },
      ],
    });
    server = TestBed.inject(HttpTestingController);
  }
  const ask = (url: string) => {
    TestBed.inject(HttpClient).get(url).subscribe();
    return server.expectOne(() => true).request;
  };

  it.each([
    ['/api', '/api/tickets', false],
    ['/support/api', '/support/api/tickets', false],
    [ELSEWHERE, `${ELSEWHERE}/tickets`, true],
  ])('with the base %s a call goes to %s, with the cookie of another origin: %s', (base, url, withCookie) => {
    at(base);
    const request = ask('/api/tickets');
    expect([request.url, request.withCredentials]).toEqual([url, withCookie]);
    expect(request.headers.get('Authorization')).toBe('Bearer token');
  });

  it('sends the refresh cookie to another origin, and no token', () => {
    at(ELSEWHERE);
    const request = ask('/api/auth/refresh');
    expect(request.withCredentials).toBe(true);
    expect(request.headers.has('Authorization')).toBe(false);
  });

  describe('a signed link', () => {
    const follow = async (url: string) => {
      const bytes = TestBed.inject(AttachmentClient).load('a1');
      server.expectOne((one) => one.url.endsWith('/attachments/a1/link')).flush({ url, expiresAt: '' });
      for (let i = 0; i < 10; i++) await Promise.resolve();
      const fetched = server.expectOne(() => true);
      fetched.flush(new Blob(['x']));
      await bytes;
      return fetched.request;
    };

    it.each([
      ['/api', SIGNED, SIGNED],
      [ELSEWHERE, SIGNED, `https://api.example.com${SIGNED}`],
      [ELSEWHERE, '/files/x', 'https://api.example.com/files/x'],
      [
        '/api',
        'https://bucket.s3.example/x?X-Amz-Signature=s',
        'https://bucket.s3.example/x?X-Amz-Signature=s',
      ],
      [ELSEWHERE, 'https://bucket.s3.example/x', 'https://bucket.s3.example/x'],
    ])('with the base %s, %s is fetched at %s and never sees token or cookie', async (base, link, url) => {
      at(base);
      const request = await follow(link);
      expect(request.url).toBe(url);
      expect(request.headers.keys()).not.toContain('Authorization');
      expect(request.withCredentials).toBe(false);
    });

    it('is what a download leads to', async () => {
      at(ELSEWHERE);
      const clicked = jest.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
        this: HTMLAnchorElement,
      ) {
        expect(this.href).toBe(`https://api.example.com${SIGNED}`);
      });
      const done = TestBed.inject(AttachmentClient).download('a1');
      server.expectOne(`${ELSEWHERE}/attachments/a1/link?disposition=attachment`).flush({ url: SIGNED });
      await done;
      expect(clicked).toHaveBeenCalledTimes(1);
    });
  });
});
