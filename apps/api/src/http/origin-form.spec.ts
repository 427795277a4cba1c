import { originForm } from './origin-form';

describe('the target of a request', () => {
  it.each([
    ['http://desk.example/read?a=1', '/read?a=1'],
    ['HTTPS://u:p@desk.example:81/read', '/read'],
    ['other://desk.example/read', '/read'],
    ['http://[::1/read', '/read'],
    ['http://desk.example', '/'],
    ['http://desk.example?to=/api', '/?to=/api'],
    ['http://desk.example\\api', '/\\api'],
    ['http://desk.example//api', '//api'],
    ['*', '*'],
  ])('%s is for the path %s', (target, path) => expect(originForm(target)).toBe(path));
});
