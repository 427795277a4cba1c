import type { Message, PubSub } from './pub-sub';

/** Gathers what a subscriber is told. */
export class Ears {
  readonly heard: Message[] = [];
  timesMissed = 0;
  private wake: (() => void)[] = [];
  readonly stop: () => void;

  constructor(pubSub: PubSub) {
    this.stop = pubSub.subscribe({
      next: (message) => {
        this.heard.push(message);
        this.wakeAll();
      },
      missed: () => {
        this.timesMissed += 1;
        this.wakeAll();
      },
    });
  }

  get data(): unknown[] {
    return this.heard.map(({ data }) => data);
  }

  /** Resolves once this holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.wake.push(resolve));
  }

  private wakeAll(): void {
    for (const resolve of this.wake.splice(0)) resolve();
  }
}

export interface PubSubUnderTest {
  pubSub: PubSub;
  /** How many messages it was told to keep. */
  kept: number;
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ n: from + index }));

/** What every PubSub does, whatever is between the processes. */
export function describePubSub(name: string, create: () => Promise<PubSubUnderTest>): void {
  describe(`${name} as a pub-sub`, () => {
    it('tells every subscriber all messages in the order in which they were published', async () => {
      const { pubSub } = await create();
      const [one, other] = [new Ears(pubSub), new Ears(pubSub)];
      for (const data of numbered(1, 300)) pubSub.publish(data);
      for (const ears of [one, other]) {
        await ears.until(() => ears.heard.length === 300);
        expect(ears.data).toEqual(numbered(1, 300));
        expect(new Set(ears.heard.map(({ id }) => id)).size).toBe(300);
      }
    });

    it('tells nothing any more to who has left, and lets nobody suffer for a subscriber that throws', async () => {
      const { pubSub } = await create();
      pubSub.subscribe({
        next: () => {
          throw new Error('deaf');
        },
        missed: () => undefined,
      });
      const [gone, ears] = [new Ears(pubSub), new Ears(pubSub)];
      gone.stop();
      pubSub.publish({ n: 1 });
      await ears.until(() => ears.heard.length === 1);
      expect(gone.heard).toEqual([]);
    });

    it('goes on from any message that is kept, and from before the first', async () => {
      const { pubSub } = await create();
      const before = pubSub.latestId() as string;
      const ears = new Ears(pubSub);
      for (const data of numbered(1, 20)) pubSub.publish(data);
      await ears.until(() => ears.heard.length === 20);
      const ids = ears.heard.map(({ id }) => id as string);
      expect((await pubSub.since(before))?.map(({ data }) => data)).toEqual(numbered(1, 20));
      expect(await pubSub.since(ids[11] as string)).toEqual(ears.heard.slice(12));
      expect(await pubSub.since(ids[19] as string)).toEqual([]);
      expect(pubSub.latestId()).toBe(ids[19]);
      expect(pubSub.latestId((data) => (data as { n: number }).n < 8)).toBe(ids[6]);
      expect(pubSub.latestId(() => false)).toBeUndefined();
    });

    it('says so where a message is unknown: too old, or none', async () => {
      const { pubSub, kept } = await create();
      const ears = new Ears(pubSub);
      const many = Math.ceil(kept * 1.3);
      for (const data of numbered(1, many)) pubSub.publish(data);
      await ears.until(() => ears.heard.length === many);
      expect(await pubSub.since(ears.heard[0]?.id as string)).toBeUndefined();
      expect(await pubSub.since(ears.heard.at(-50)?.id as string)).toHaveLength(49);
      for (const id of ['', 'start', '0-0', '1-1', '9'.repeat(40), '$', '+'])
        expect(await pubSub.since(id)).toBeUndefined();
    });

    it('knows nothing of a message for who may not know of it', async () => {
      const { pubSub } = await create();
      const [mark, ears] = [pubSub.latestId() as string, new Ears(pubSub)];
      for (const data of numbered(1, 3)) pubSub.publish(data);
      await ears.until(() => ears.heard.length === 3);
      const [one, two] = ears.heard.map(({ id }) => id as string) as [string, string];
      const isTwo = (data: unknown) => (data as { n: number }).n === 2;
      expect((await pubSub.since(two, isTwo))?.map(({ data }) => data)).toEqual([{ n: 3 }]);
      expect(await pubSub.since(one, isTwo)).toBeUndefined();
      expect(await pubSub.since(mark, isTwo)).toBeUndefined();
    });

    it('keeps nothing of what only passes, and gives it no id', async () => {
      const { pubSub } = await create();
      const before = pubSub.latestId() as string;
      const ears = new Ears(pubSub);
      pubSub.publish({ passes: true }, { passing: true });
      await ears.until(() => ears.heard.length === 1);
      expect(ears.heard).toEqual([{ id: undefined, data: { passes: true } }]);
      expect(await pubSub.since(before)).toEqual([]);
    });

    it('has no complaint while all is well', async () => {
      const { pubSub } = await create();
      await expect(pubSub.check()).resolves.toBeUndefined();
    });
  });
}
