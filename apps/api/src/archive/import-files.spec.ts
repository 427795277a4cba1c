import { type FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { type Place, Places, storageOf } from './testing/places';

describe('the files of an archive', () => {
  let places: Places;
  let there: Place;
  beforeEach(async () => {
    places = new Places();
    there = await places.empty();
  });
  afterEach(() => places.remove());

  it.each([0, 1, 2])(
    'end the import where the storage does not take one of them, be it number %i',
    async (bad) => {
      const files = ['one', 'two', 'three'].map((text) => Buffer.from(text));
      const { path } = await places.export(await places.filled([...files, Buffer.alloc(3 << 20, 'x')]));
      const storage = await storageOf(there);
      let count = 0;
      const stumbling = Object.assign(Object.create(storage) as FileStorage, {
        put: async (...given: Parameters<FileStorage['put']>) => {
          if (count++ === bad) throw new StorageUnavailableError();
          return storage.put(...given);
        },
      });
      await expect(places.import(there, path, { storage: stumbling })).rejects.toThrow(
        /^The import failed: [^.]*\. The desk/,
      );
      expect(await places.opened(there, (desk) => desk.query('select 1 from attachment'))).toEqual([]);
    },
  );
});
