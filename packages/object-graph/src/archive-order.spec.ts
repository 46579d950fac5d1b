import * as elf from './elf/constants';
import { fingerprintProgram } from './fingerprint-tests';
import { buildArchive } from './test-support/build-archive';
import { buildObject } from './test-support/build-object';
import { code, linkOf } from './test-support/small-links';

/** A member with a constructor, which refers to another name. */
const started = (name: string, to: string): Buffer =>
  buildObject({
    sections: [
      code(name, name, { relocations: [{ offset: 4, symbol: 2 }] }),
      {
        name: '.init_array',
        type: elf.SHT_INIT_ARRAY,
        flags: elf.SHF_ALLOC | elf.SHF_WRITE,
        content: Buffer.alloc(8),
        relocations: [{ offset: 0, symbol: 1, type: 1 }],
      },
    ],
    symbols: [{ name, section: 1 }, { name: to }],
  });

/** An object whose `main` reaches nothing, and whose other function refers to some names. */
const asking = (...names: readonly string[]): Buffer =>
  buildObject({
    sections: [
      code('main'),
      code('asks', 'asks', {
        relocations: names.map((_, index) => ({ offset: 4 * index, symbol: 3 + index })),
      }),
    ],
    symbols: [
      { name: 'main', section: 1 },
      { name: 'asks', section: 2 },
      ...names.map((name) => ({ name })),
    ],
  });

const archive = (...members: readonly (readonly [name: string, to: string])[]): Uint8Array =>
  buildArchive(
    members.map(([name, to]) => ({ name: `${name}.o`, bytes: started(name, to) })),
    members.map(([name], index) => [name, index] as const),
  );
const fingerprint = (...files: readonly Uint8Array[]) => fingerprintProgram(linkOf(...files));

test('which members are asked for counts where it tells the order of constructors', () => {
  const chained = archive(['one', 'outside'], ['two', 'one']);
  const both = fingerprint(asking('one', 'two'), chained);
  expect(fingerprint(asking('two', 'one'), chained)).toBe(both);
  // `one` is taken for `two` now, behind it.
  expect(fingerprint(asking('two'), chained)).not.toBe(both);
});

test('which members ask for which counts, too', () => {
  const files = (to: string) => [
    asking('three'),
    archive(['one', 'outside'], ['two', to], ['three', 'two']),
  ];
  expect(fingerprint(...files('one'))).not.toBe(fingerprint(...files('outside')));
});

test('where there is but one constructor, or all members are asked for, nothing of that counts', () => {
  const plain = buildArchive(
    [
      { name: 'one.o', bytes: started('one', 'outside') },
      {
        name: 'two.o',
        bytes: buildObject({
          sections: [code('two', 'two', { relocations: [{ offset: 4, symbol: 2 }] })],
          symbols: [{ name: 'two', section: 1 }, { name: 'one' }],
        }),
      },
    ],
    [
      ['one', 0],
      ['two', 1],
    ],
  );
  expect(fingerprint(asking('two'), plain)).toBe(fingerprint(asking('one', 'two'), plain));
});
