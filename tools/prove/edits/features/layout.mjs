// How types are laid out and what they are called.
import { choice, number, order, word } from '../slots.mjs';

const pickInOrder = (parts, numbers) => numbers.map((index) => parts[index]);

export const layout = {
  'fields and sizes': {
    slots: {
      fields: order('order of fields', 3),
      representation: choice('layout', [
        '#[repr(C)]',
        '#[repr(C, packed)]',
        '#[repr(C, align(16))]',
        '#[repr(C, align(32))]',
      ]),
      width: choice('type', ['u32', 'u64', 'u8', '[u16; 3]', 'u128']),
      value: number('constant'),
    },
    render: ({ fields, representation, width, value }) => ({
      items: [
        `${representation} #[derive(Clone, Copy)] pub struct ~Record { ${pickInOrder(
          ['pub a: u8', `pub b: ${width}`, 'pub c: u16'],
          fields,
        ).join(', ')} }`,
        `#[derive(Clone, Copy)] pub struct ~Free { ${pickInOrder(['pub x: u8', 'pub y: u64', 'pub z: u16'], fields).join(', ')} }`,
        `#[INLINE] pub fn ~bytes() -> Vec<u8> { let mut all = unsafe { std::mem::zeroed::<~Record>() }; all.a = 1; all.c = ${value}; let start = &raw const all as *const u8; (0..std::mem::size_of::<~Record>()).map(|i| unsafe { *start.add(i) }).collect() }`,
        `pub union ~Either { pub whole: u32, pub parts: [u8; 4] }`,
      ],
      tests: {
        sizes:
          'println!("{} {}", hide(std::mem::size_of::<~Record>()), hide(std::mem::align_of::<~Record>()));',
        offsets: 'println!("{}", hide(std::mem::offset_of!(~Record, c)));',
        bytes: 'println!("{:?}", ~bytes());',
        free: 'let f = hide(~Free { x: 1, y: 2, z: 3 }); println!("{} {} {} {}", f.x, f.y, f.z, hide(std::mem::size_of::<~Free>()));',
        unions: `println!("{:?}", unsafe { hide(~Either { whole: ${value} }).parts });`,
      },
    }),
  },

  discriminants: {
    slots: {
      low: number('layout', 1, 20),
      high: number('layout', 21, 90),
      variants: order('order of fields', 3),
      representation: choice('layout', ['u8', 'i16', 'u32']),
    },
    render: ({ low, high, variants, representation }) => ({
      items: [
        `#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)] #[repr(${representation})] pub enum ~Level { Low = ${low}, High = ${high} }`,
        `#[derive(Clone, Debug, PartialEq, PartialOrd)] pub enum ~Shape { ${pickInOrder(['Point', 'Circle(u32)', 'Named { name: String }'], variants).join(', ')} }`,
        `#[INLINE] pub fn ~level(n: u8) -> ~Level { if n == 0 { ~Level::Low } else { ~Level::High } }`,
        `#[INLINE] pub fn ~area(shape: &~Shape) -> u32 { match shape { ~Shape::Point => 0, ~Shape::Circle(r) => r * r * 3, ~Shape::Named { name } => name.len() as u32 } }`,
      ],
      tests: {
        codes: `println!("{}", ~level(hide(1)) as ${representation});`,
        others: `println!("{} {}", ~level(hide(0)) as ${representation}, std::mem::size_of::<~Level>());`,
        compares: 'println!("{:?}", hide(~Shape::Circle(1)).partial_cmp(&hide(~Shape::Point)));',
        areas:
          'println!("{} {}", ~area(&hide(~Shape::Circle(4))), ~area(&hide(~Shape::Named { name: "abc".into() })));',
        niches: 'println!("{}", hide(std::mem::size_of::<Option<~Level>>()));',
      },
    }),
  },

  'names of types and modules': {
    slots: {
      type: choice('name that is compiled in', ['Alpha', 'Beta', 'Gamma']),
      text: word('name that is compiled in'),
      target: choice('type', ['u32', 'i32', 'u64', '&str', 'String']),
      parameter: choice('type', ['u8', 'Vec<u8>', '[u8; 4]', '(u8, i8)']),
    },
    render: ({ type, text, target, parameter }) => ({
      items: [
        `pub struct ${type}; pub type ~Alias = ${type};`,
        `pub struct ~Holder<T>(pub T);`,
        `pub fn ~value() -> Box<dyn std::any::Any> { Box::new(<${target}>::default()) }`,
        `pub fn ~name_of<T>(_: &T) -> &'static str { std::any::type_name::<T>() }`,
      ],
      tests: {
        types: 'println!("{}", std::any::type_name::<~Alias>());',
        generics: `println!("{}", std::any::type_name::<~Holder<${parameter}>>());`,
        modules: `println!("{} {}", module_path!(), stringify!(${text} + 1));`,
        any: 'let v = ~value(); println!("{} {} {}", v.is::<u32>(), v.is::<i32>(), v.is::<String>());',
        ids: `println!("{}", std::any::TypeId::of::<${target}>() == std::any::TypeId::of::<u32>());`,
        closures: 'println!("{}", ~name_of(&|n: u32| n + 1));',
        bare: 'println!("{}", hide(std::any::type_name::<u32>()).len());',
      },
    }),
  },

  'lookalikes of locations': {
    slots: {
      line: number('lookalike of a location', 1, 999),
      column: number('lookalike of a location', 1, 99),
      name: choice('lookalike of a location', ['main.rs', 'abc', 'x.rs', 'not.rs.txt']),
      seventh: number('lookalike of a location', 1, 99),
    },
    render: ({ line, column, name, seventh }) => ({
      head: 'macro_rules! here { () => { &~Source { file: file!(), line: line!(), column: column!() } } }',
      items: [
        `#[derive(Debug)] pub struct ~Source { pub file: &'static str, pub line: u32, pub column: u32 }`,
        `#[INLINE] pub fn ~tuple() -> &'static (&'static str, u32, u32) { &("${name}", ${line}, ${column}) }`,
        `#[INLINE] pub fn ~source() -> &'static ~Source { &~Source { file: "${name}", line: ${line}, column: ${seventh} } }`,
        `pub static ~KEPT: &~Source = &~Source { file: "${name}", line: ${line}, column: ${column} };`,
        `#[INLINE] pub fn ~told(source: &'static ~Source) -> u32 { source.line * 100 + source.column }`,
      ],
      tests: {
        tuples: 'let t = hide(~tuple()); println!("{} {}", t.1, t.2);',
        sources: 'println!("{}", hide(~source()).line);',
        kept: 'println!("{}", hide(~KEPT).column);',
        here: 'let s: &\'static ~Source = here!(); println!("{}", hide(s).line);',
        passed: 'println!("{}", ~told(here!()));',
        debugged: 'println!("{:?}", hide(~source()));',
        texts: 'println!("{}", hide(~tuple()).0);',
      },
    }),
  },

  'vector instructions': {
    machine: 'x64',
    slots: {
      lanes: number('wide constant'),
      mask: number('wide constant', 0, 255),
      operation: choice('operator', ['_mm_add_epi32', '_mm_sub_epi32', '_mm_xor_si128']),
    },
    render: ({ lanes, mask, operation }) => ({
      head: 'use std::arch::x86_64::*;',
      items: [
        `#[INLINE] pub fn ~combined(v: [i32; 4]) -> [i32; 4] { unsafe { let a = _mm_loadu_si128(v.as_ptr() as *const __m128i); let b = _mm_set_epi32(4, 3, 2, ${lanes}); let mut out = [0i32; 4]; _mm_storeu_si128(out.as_mut_ptr() as *mut __m128i, ${operation}(a, b)); out } }`,
        `#[INLINE] pub fn ~shuffled(v: [i32; 4]) -> [i32; 4] { unsafe { let a = _mm_loadu_si128(v.as_ptr() as *const __m128i); let mut out = [0i32; 4]; _mm_storeu_si128(out.as_mut_ptr() as *mut __m128i, _mm_shuffle_epi32::<${mask}>(a)); out } }`,
        `#[target_feature(enable = "sse4.1")] pub unsafe fn ~highest(a: __m128i, b: __m128i) -> __m128i { _mm_max_epi32(a, b) }`,
        `#[INLINE] pub fn ~looped(v: &mut [u8; 64]) { for (i, b) in v.iter_mut().enumerate() { *b = b.wrapping_mul(3).wrapping_add(${lanes}).wrapping_add(i as u8); } }`,
      ],
      tests: {
        combines: 'println!("{:?}", ~combined(hide([10, 20, 30, 40])));',
        shuffles: 'println!("{:?}", ~shuffled(hide([10, 20, 30, 40])));',
        loops: 'let mut v = hide([1u8; 64]); ~looped(&mut v); println!("{:?}", v);',
        highest: `let out: [i32; 4] = unsafe { std::mem::transmute(~highest(_mm_set1_epi32(hide(50)), _mm_set_epi32(1, 99, ${lanes}, 60))) }; println!("{:?}", out);`,
      },
    }),
  },
};
