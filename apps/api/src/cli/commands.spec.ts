import { commandsFor } from './commands';

describe('the commands', () => {
  it('are each found by name, without most of the others', async () => {
    const names = (await commandsFor('--help')).map((command) => command.name());
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) {
      const found = (await commandsFor(name)).map((command) => command.name());
      expect(found).toContain(name);
      expect(found.length).toBeLessThan(6);
    }
  });

  it.each([[undefined], ['help'], ['storag:move'], ['constructor'], ['']])(
    'are all there for %p, which is none of them',
    async (name) => {
      expect((await commandsFor(name)).length).toBe((await commandsFor('--help')).length);
    },
  );
});
