import { NamedPlaces } from './named-places';
import { portableContent } from './portable-content';

const here = new NamedPlaces([
  { path: '/home/a', token: '{home}' },
  { path: '/home/a/.cargo', token: '{cargoHome}' },
  { path: '/code/project', token: '{workspaceRoot}' },
]);
const there = new NamedPlaces([
  { path: '/Users/somebody', token: '{home}' },
  { path: '/Users/somebody/elsewhere/.cargo', token: '{cargoHome}' },
  { path: '/w', token: '{workspaceRoot}' },
]);
const portable = (
  text: string,
  places = here,
  offsets: readonly number[] = [],
  countsZero = false,
): Uint8Array | undefined =>
  portableContent(
    Buffer.from(text, 'latin1'),
    places,
    offsets.map((offset) => ({ offset, countsZero })),
  );
/** A format string with texts and, between them, arguments. */
const template = (...texts: string[]): string =>
  `${texts
    .map((text) =>
      text.length === 0
        ? ''
        : text.length < 0x80
          ? String.fromCharCode(text.length) + text
          : `\x80${String.fromCharCode(text.length & 255, text.length >> 8)}${text}`,
    )
    .join('\xc0')}\0`;

describe('one constant in two checkouts', () => {
  test.each([
    ['/home/a/.cargo/registry/x.rs', '/Users/somebody/elsewhere/.cargo/registry/x.rs'],
    ['/home/a', '/Users/somebody'],
    ['/code/project/target\0', '/w/target\0'],
    ['in /home/a/x, /code/project: no', 'in /Users/somebody/x, /w: no'],
    [template("at '", "', /home/a/x.rs:"), template("at '", "', /Users/somebody/x.rs:")],
    // Of 48 characters and a zero, which could be a template whose first text has 47.
    [`/code/project/${'x'.repeat(34)}\0`, `/w/${'x'.repeat(34)}\0`],
    // 110 bytes in the one, 142 in the other, whose length takes two bytes more.
    [
      template('', `/home/a/.cargo/${'x'.repeat(95)}`),
      template('', `/Users/somebody/elsewhere/.cargo/${'x'.repeat(95)}`),
    ],
    // The byte before the path is its length, 71, which is a letter.
    [template(`/code/project/${'x'.repeat(57)}`), template(`/w/${'x'.repeat(57)}`)],
  ])('%j and %j', (one, other) => {
    expect(portable(one)).toBeDefined();
    expect(portable(one)).toEqual(portable(other, there));
  });

  test('a length that is known to be a text’s', () => {
    const one = 'name\x1c\0\0\0\0\0\0\0rest';
    const other = 'name\x2a\0\0\0\0\0\0\0rest';
    expect(portable(one, here, [4])).toEqual(portable(other, there, [4]));
    expect(portable(one, here, [4])).not.toEqual(portable(one.replace('rest', 'Rest'), here, [4]));
  });
});

describe('what holds no place of its own', () => {
  test.each([
    ['', ''],
    ['a text', 'a text'],
    ['/home/ab/.cargo', '/home/ab/.cargo'],
    ['/mnt/home/a/x', '/mnt/home/a/x'],
    ['x/home/a', 'x/home/a'],
    ['/home/a.old', '/home/a.old'],
    ['/home/aé', '/home/aé'],
  ])('%j', (text) => {
    expect(portable(text)).toBeUndefined();
  });

  test('nothing stands in anything where there are no places', () => {
    expect(portable('/home/a', new NamedPlaces([]))).toBeUndefined();
    expect(portable('/home/a', new NamedPlaces([{ path: '/', token: '{home}' }]))).toBeUndefined();
  });
});

describe('different constants of one checkout differ', () => {
  const texts = [
    '/home/a/x',
    '/home/a/.cargo/x',
    '/code/project/x',
    'x/home/a\0/home/a',
    '/home/a\0x/home/a',
    '/home/a/home/a',
    '/home/a /home/a',
    '[[0,"place {home}"]]\0/x',
    '[[0,"place {home}"]]\0/home/a/x',
    template('/home/a/x'),
    template('/home/a/x', ''),
    template('', '/home/a/x'),
    template('/home/a/', 'x'),
    `\x01${template('/home/a/x')}`,
    `${template('/home/a/x')}\0`,
  ];

  test('none of them looks like another', () => {
    const contents = texts.map((text) => {
      const content = portable(text);
      return `${content !== undefined} ${Buffer.from(content ?? Buffer.from(text)).toString('latin1')}`;
    });
    expect(new Set(contents).size).toBe(texts.length);
  });

  test('a length that counts differs from one that does not', () => {
    const text = '/home/a\0\x07\0\0\0\0\0\0\0';
    expect(portable(text, here, [8])).not.toEqual(portable(text));
    expect(portable(text, here, [8])).not.toEqual(portable(text, here, [8], true));
  });
});

test('the innermost of places counts, and the length of a template says what is left', () => {
  expect(Buffer.from(portable('/home/a/.cargo/x /home/a/.cargo2')!).toString()).toBe(
    '[[0,"place {cargoHome}"],[3,"place {home}"]]\0/x /.cargo2',
  );
  expect(Buffer.from(portable(template('/home/a/x'))!).toString()).toBe(
    '[[0,"length 2"],[0,"place {home}"]]\0/x\0',
  );
});

test('a word for two places is refused', () => {
  expect(
    () =>
      new NamedPlaces([
        { path: '/a', token: '{home}' },
        { path: '/b', token: '{home}' },
      ]),
  ).toThrow(RangeError);
});

test('one place may have two names', () => {
  const both = new NamedPlaces([
    { path: '/a', token: '{home}' },
    { path: '/a', token: '{workspaceRoot}' },
  ]);
  expect(portable('/a/x', both)).toBeDefined();
});

test('a length that lies across a path is left as it is', () => {
  expect(portable('/home/a/x/y/z', here, [4])).toBeUndefined();
});
