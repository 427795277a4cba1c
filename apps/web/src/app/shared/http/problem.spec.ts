import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { inMaintenance } from '../../testing/api-objects';
import { faultOf, toProblem } from './problem';

describe('toProblem', () => {
  it('reads what the API answers', () => {
    const problem = toProblem(
      new HttpErrorResponse({
        status: 412,
        error: {
          type: 'https://liftdesk.example/problems/stale-version',
          title: 'Changed meanwhile',
          detail: 'Tomasz changed it',
          requestId: 'r-1',
          errors: [{ pointer: '/subject', detail: 'A subject is needed' }],
          current: { version: 7 },
        },
      }),
    );
    expect(problem).toMatchObject({ code: 'stale-version', title: 'Changed meanwhile', requestId: 'r-1' });
    expect(problem.body['current']).toEqual({ version: 7 });
    expect(faultOf(problem, 'subject')).toBe('A subject is needed');
    expect(faultOf(problem, 'body')).toBeNull();
  });

  it('says of a maintenance what waits, what was kept and when to send it again, in the words of the desk', () => {
    const [error, init] = inMaintenance();
    const headers = new HttpHeaders(init.headers);
    const problem = toProblem(new HttpErrorResponse({ ...init, headers, error }));
    expect(problem).toMatchObject({ code: 'maintenance', status: 503, retryAfter: 30 });
    expect(`${problem.title}. ${problem.detail}`).toBe(
      'Maintenance is under way. Writing waits until the maintenance is over. What you typed is kept: send it again then.',
    );
  });

  it('says what was kept when nothing answers', () => {
    const problem = toProblem(new HttpErrorResponse({ status: 0 }));
    expect(problem.code).toBe('offline');
    expect(problem.detail).toContain('What you typed is kept');
  });

  it('finds words for an answer that is no problem', () => {
    const headers = new HttpHeaders({ 'X-Request-Id': 'r-2', 'Retry-After': '30' });
    const problem = toProblem(new HttpErrorResponse({ status: 502, error: '<html>', headers }));
    expect(problem).toMatchObject({ status: 502, requestId: 'r-2', retryAfter: 30 });
    expect(problem.title).not.toBe('');
  });

  it('takes anything that was thrown', () => {
    for (const thrown of [new Error('x'), 'x', null, undefined]) expect(toProblem(thrown).status).toBe(0);
  });
});
