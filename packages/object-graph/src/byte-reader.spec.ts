import fc from 'fast-check';
import { ByteReader } from './byte-reader';
import { ObjectGraphError } from './errors';

test('numbers are read where they stand, also in a part of a larger buffer', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 40 }),
      fc.nat({ max: 0xffffffff }),
      fc.nat({ max: 0x1fffff }),
      (padding, low, high) => {
        const whole = Buffer.alloc(padding + 8 + 5, 0xee);
        whole.writeUInt32LE(low, padding);
        whole.writeUInt32LE(high, padding + 4);
        const reader = new ByteReader(whole.subarray(padding, padding + 8), 'sample');
        expect(reader.u32(0)).toBe(low);
        expect(reader.u16(0)).toBe(low & 0xffff);
        expect(reader.u8(0)).toBe(low & 0xff);
        expect(reader.u64(0)).toBe(high * 2 ** 32 + low);
        expect(reader.u32be(0)).toBe(whole.readUInt32BE(padding));
      },
    ),
  );
});

test('signed 64-bit fields', () => {
  const bytes = Buffer.alloc(8);
  for (const value of [0, -1, -4, 2 ** 40, -(2 ** 40) - 3]) {
    bytes.writeBigInt64LE(BigInt(value));
    expect(new ByteReader(bytes, 'sample').i64(0)).toBe(value);
  }
});

test('no read passes the end', () => {
  fc.assert(
    fc.property(fc.nat({ max: 20 }), fc.integer({ min: -5, max: 30 }), (length, offset) => {
      const reader = new ByteReader(new Uint8Array(length), 'sample');
      const sizes = { u8: 1, u16: 2, u32: 4, u64: 8, i64: 8, u32be: 4, u64be: 8 } as const;
      for (const [method, size] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
        if (offset >= 0 && offset + size <= length) expect(reader[method](offset)).toBe(0);
        else expect(() => reader[method](offset)).toThrow(ObjectGraphError);
      }
    }),
  );
});

test('64-bit fields beyond the exact numbers are refused', () => {
  const bytes = Buffer.alloc(8, 0xff);
  expect(() => new ByteReader(bytes, 'sample').u64(0)).toThrow(
    expect.objectContaining({ code: 'MALFORMED_OBJECT' }),
  );
});
