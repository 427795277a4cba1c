import { buffer } from 'node:stream/consumers';
import { decrypt, encrypt, encryptedSize } from './age';
import { BackupKeyError, DamagedBackupError } from './backup.errors';

const KEY = 'a key of thirty-two characters and more';
/** Made by `age --passphrase` 1.1.1 of Debian, with KEY, of `Lifted.\n`. */
const BY_AGE =
  'YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCAyVDJ3SzR2UjFHRHNGSWJtdTlUNjd3IDE4CktKV0E0VGY5Y1VSREpZWXo4QTBYY0oreDhteGRhK1pVUmVubjBkdGUxV2MKLS0tIE5NMWJvSnJyeGI2Z1NpaGVXV3JpL0NTT1Mvb1JVMzA5cGNXN2Fob1RFQ00K0XkQ5WVpSq8uZNY2dIlHyn3ZQCXibgQJge4blrOjLw/ljh//oUMiOg==';

const encrypted = (plain: Buffer): Promise<Buffer> => buffer(encrypt(chunked(plain), KEY));
const decrypted = (bytes: Buffer, key = KEY): Promise<Buffer> =>
  buffer(decrypt(chunked(bytes), key, 'the file'));

/** In pieces that end nowhere in particular. */
async function* chunked(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007);
}

describe('encryption by age', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 200_000])('gives %i bytes back', async (length) => {
    const plain = Buffer.alloc(length, 'liftdesk');
    const bytes = await encrypted(plain);
    expect(bytes.includes('liftdesk')).toBe(false);
    expect((await decrypted(bytes)).equals(plain)).toBe(true);
  });

  it('opens what age itself encrypted', async () => {
    expect((await decrypted(Buffer.from(BY_AGE, 'base64'))).toString()).toBe('Lifted.\n');
  });

  it('says that the key is another one', async () => {
    const bytes = await encrypted(Buffer.from('text'));
    await expect(decrypted(bytes, `${KEY}!`)).rejects.toThrow(BackupKeyError);
  });

  it('refuses one flipped bit anywhere, and every length that it was cut to', async () => {
    const bytes = await encrypted(Buffer.alloc(70_000, 'x'));
    const places = [...Array(60).keys()].map((n) => (n < 30 ? n * 7 : Math.floor((bytes.length / 60) * n)));
    for (const place of places) {
      const changed = Buffer.from(bytes);
      changed[place] = (changed[place] as number) ^ 1;
      await expect(decrypted(changed)).rejects.toThrow(/DATABASE_ENCRYPTION_KEY|damaged/);
      await expect(decrypted(bytes.subarray(0, place))).rejects.toThrow(DamagedBackupError);
    }
    await expect(decrypted(Buffer.concat([bytes, Buffer.from('x')]))).rejects.toThrow(DamagedBackupError);
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 131_072])(
    'of %i bytes has the size that is known before',
    async (size) => {
      expect(await encrypted(Buffer.alloc(size))).toHaveLength(encryptedSize(size));
    },
  );

  it('refuses work that nobody asks for', async () => {
    const bytes = (await encrypted(Buffer.from('x'))).toString('latin1');
    for (const work of ['00', '01', '31'])
      await expect(decrypted(Buffer.from(bytes.replace(' 12\n', ` ${work}\n`), 'latin1'))).rejects.toThrow(
        /DATABASE_ENCRYPTION_KEY|damaged/,
      );
  });

  it('fails as its source fails', async () => {
    const failing = (async function* () {
      yield Buffer.alloc(100_000);
      throw new Error('the disk broke');
    })();
    await expect(buffer(encrypt(failing, KEY))).rejects.toThrow('the disk broke');
  });
});
