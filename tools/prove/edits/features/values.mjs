// Constants, arithmetic, strings and what is computed at compile time.
import { choice, number, order, word } from '../slots.mjs';

const OPERATORS = ['wrapping_add', 'wrapping_mul', 'wrapping_sub', 'rotate_left', 'saturating_add'];

export const values = {
  arithmetic: {
    slots: {
      first: choice('operator', OPERATORS),
      second: choice('operator', OPERATORS),
      a: number('constant'),
      b: number('constant', 2, 40),
      sum: number('constant', 1, 1000),
    },
    render: ({ first, second, a, b, sum }) => ({
      items: [
        `#[INLINE] pub fn ~mixed(n: u32) -> u32 { n.${first}(${a}).${second}(${b}) }`,
        `#[INLINE] pub fn ~summed(n: u32) -> u32 { (0..n).map(|i| i * 3 + ${sum}).sum() }`,
        `pub const ~LIMIT: u32 = ${b} + 3;`,
      ],
      tests: {
        mixes: 'println!("{}", ~mixed(hide(77)));',
        sums: 'println!("{}", ~summed(hide(5)));',
        limits: 'println!("{}", hide(100u32).min(~LIMIT));',
        // Of no use but to be the same whatever the other tests see.
        stays: 'println!("{}", hide(3) + 4);',
      },
    }),
  },

  overflow: {
    slots: {
      left: number('operand of an overflow', 100, 255),
      right: number('operand of an overflow', 1, 160),
      shift: number('operand of an overflow', 5, 11),
    },
    render: ({ left, right, shift }) => ({
      items: [
        `#[INLINE] pub fn ~sum(a: u8, b: u8) -> u8 { a + b }`,
        `#[INLINE] pub fn ~shifted(a: u8, n: u32) -> u8 { a << n }`,
      ],
      tests: {
        sums: `println!("{:?}", std::panic::catch_unwind(|| ~sum(hide(${left}), hide(${right}))).ok());`,
        shifts: `println!("{:?}", std::panic::catch_unwind(|| ~shifted(hide(3), hide(${shift}))).ok());`,
        fails: `assert_eq!(~sum(hide(200), hide(${right % 90})) as u32, 200 + ${right % 90});`,
      },
    }),
  },

  'wide constants': {
    slots: {
      scale: choice('wide constant', ['1.5', '2.25', '3.125', '0.1', '-7.5']),
      offset: choice('wide constant', ['0.25', '0.75', '10.0', '1e9']),
      mask: choice('wide constant', [
        '0x0123_4567_89ab_cdef_0011_2233_4455_6677',
        '0x0123_4567_89ab_cdef_0011_2233_4455_6678',
        '0x1123_4567_89ab_cdef_0011_2233_4455_6677',
      ]),
      quad: number('wide constant'),
    },
    render: ({ scale, offset, mask, quad }) => ({
      items: [
        `#[INLINE] pub fn ~scaled(v: [f64; 2]) -> [f64; 2] { [v[0] * ${scale} + ${offset}, v[1] * 2.5 + 0.5] }`,
        `#[INLINE] pub fn ~other(v: [f64; 2]) -> [f64; 2] { [v[0] * 5.5 + 0.125, v[1] * 4.5 + ${offset}] }`,
        `#[INLINE] pub fn ~masked(n: u128) -> u128 { n ^ ${mask} }`,
        `#[INLINE] pub fn ~quad() -> [u64; 4] { [${quad}, 2, 3, ${quad + 5}] }`,
        `#[INLINE] pub fn ~single(v: f32) -> f32 { v * ${scale} - 0.5 }`,
      ],
      tests: {
        scales: 'println!("{:?}", ~scaled(hide([2.0, 3.0])));',
        others: 'println!("{:?}", ~other(hide([2.0, 3.0])));',
        masks: 'println!("{:x}", ~masked(hide(1)));',
        quads: 'println!("{:?}", hide(~quad()));',
        singles: 'println!("{}", ~single(hide(2.0)));',
      },
    }),
  },

  'strings with a common tail': {
    slots: {
      tail: word('text'),
      front: word('text'),
      cut: number('offset into data', 0, 2),
      which: choice('which of two equal places', ['~WHOLE', '~TAIL', '~OTHER']),
    },
    render: ({ tail, front, cut, which }) => ({
      items: [
        `pub const ~WHOLE: &str = "${front}${tail}";`,
        `pub const ~TAIL: &str = "${tail}";`,
        `pub const ~OTHER: &str = "other${tail}";`,
        `#[INLINE] pub fn ~chosen() -> &'static str { ${which} }`,
        `pub static ~CUT: &[u8] = ~WHOLE.as_bytes().split_at(${cut}).1;`,
      ],
      tests: {
        wholes: 'println!("{}", hide(~WHOLE));',
        tails: 'println!("{}", hide(~TAIL));',
        choices: 'println!("{}", ~chosen());',
        cuts: 'println!("{:?}", hide(~CUT));',
        bytes: `println!("{:?} {:?}", hide(b"${tail}"), hide(c"${front}"));`,
      },
    }),
  },

  'constants computed at compile time': {
    slots: {
      seed: number('const generic or function'),
      length: number('const generic or function', 3, 9),
      step: number('const generic or function', 1, 9),
      index: number('constant', 0, 2),
    },
    render: ({ seed, length, step, index }) => ({
      items: [
        `pub const fn ~table<const N: usize>(mut n: u32) -> [u32; N] { let mut all = [0; N]; let mut i = 0; while i < N { n = n.wrapping_mul(${seed | 1}) ^ 7; all[i] = n; i += 1; } all }`,
        `pub static ~TABLE: [u32; ${length}] = ~table(${step});`,
        `pub const ~CHECKED: u32 = { let all = ~table::<${length}>(1); all[${index}] };`,
        `#[INLINE] pub fn ~total<const N: usize>(all: [u32; N]) -> u64 { all.iter().map(|n| *n as u64).sum::<u64>() + N as u64 }`,
        `pub const fn ~power(base: u64, n: u32) -> u64 { if n == 0 { 1 } else { base.wrapping_mul(~power(base, n - 1)) } }`,
      ],
      tests: {
        statics: 'println!("{:?}", hide(~TABLE));',
        constants: 'println!("{}", hide(~CHECKED));',
        generics: `println!("{}", ~total(hide([5u32; ${length}])));`,
        fixed: 'println!("{}", ~total(hide([5u32; 2])));',
        blocks: `println!("{}", const { ~power(3, ${step}) });`,
      },
    }),
  },

  formatting: {
    slots: {
      text: word('text'),
      width: number('text', 1, 12),
      kind: choice('text', ['x', 'o', 'b', '?', 'e']),
      parts: order('order of statements', 3),
      field: choice('name that is compiled in', ['size', 'length', 'count']),
    },
    render: ({ text, width, kind, parts, field }) => ({
      items: [
        `#[derive(Debug, Clone, Default, PartialEq)] pub struct ~Item { pub ${field}: u32, pub name: String }`,
        `impl std::fmt::Display for ~Item { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "${text} {} of {:>${width}}", self.name, self.${field}) } }`,
        `#[INLINE] pub fn ~item() -> ~Item { ~Item { ${field}: hide(${width}), name: "n".to_string() } }`,
      ],
      tests: {
        displays: 'println!("{}", ~item());',
        debugs: 'println!("{:?}", ~item());',
        pretty: 'println!("{:#?}", ~item());',
        specified: `println!("{:#${kind}}", hide(254u32));`,
        ordered: `println!("{${parts[0]}} {${parts[1]}} {${parts[2]}}", hide(1), hide("two"), hide(3.5));`,
        padded: `println!("{:*^${width + 3}}|{:<+5}|{:08.3}", hide("a"), hide(4), hide(1.5));`,
      },
    }),
  },

  'texts of all kinds': {
    slots: {
      letter: choice('text', ['a', 'é', '漢', '🦀', '\\u{7f}', '\\0']),
      raw: word('text'),
      bytes: number('constant', 0, 255),
      at: number('constant', 0, 3),
    },
    render: ({ letter, raw, bytes, at }) => ({
      items: [
        `pub const ~TEXT: &str = "x${letter}y";`,
        `pub static ~PARTS: [&str; 4] = ["${raw}", "${raw}${raw}", "", "z${letter}"];`,
        `pub static ~BYTES: &[u8; 5] = &[1, ${bytes}, 0, 255, 10];`,
        `pub const ~LETTERS: [char; 3] = ['a', '${letter}', 'c'];`,
      ],
      tests: {
        texts: 'println!("{:?} {}", hide(~TEXT), ~TEXT.len());',
        parts: `println!("{:?}", ~PARTS[hide(${at})]);`,
        bytes: 'println!("{:?}", hide(~BYTES));',
        letters: 'println!("{:?}", ~LETTERS[hide(1usize)].escape_debug().to_string());',
        raw: `println!("{}", hide(r#"<${raw} "quoted">"#).to_uppercase());`,
      },
    }),
  },
};
