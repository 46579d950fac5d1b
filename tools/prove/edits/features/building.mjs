// What the compiler is given besides source: files, variables, cfgs, macros.
import { choice, flag, number, order, word } from '../slots.mjs';

export const building = {
  'included files': {
    slots: {
      text: word('included file'),
      bytes: number('included file', 33, 120),
      generated: number('macro'),
      fields: order('macro', 3),
    },
    render: ({ text, bytes, generated, fields }) => ({
      items: [
        'pub const ~TEXT: &str = include_str!("FEATURE.txt");',
        'pub static ~BYTES: &[u8] = include_bytes!("FEATURE.bin");',
        'include!("FEATURE_generated.rs");',
      ],
      files: {
        'FEATURE.txt': `${text}\nsecond line\n`,
        'FEATURE.bin': `${String.fromCharCode(bytes)}\0\x01${text}`,
        'FEATURE_generated.rs': `pub fn ~generated(n: u32) -> u32 { n * ${generated} }\npub static ~GENERATED: [(&str, u32); 3] = [${fields.map((at) => `("${'abc'[at]}", ${at})`).join(', ')}];\n`,
      },
      tests: {
        texts: 'println!("{}", hide(~TEXT).trim());',
        lengths: 'println!("{}", hide(~BYTES).len());',
        bytes: 'println!("{}", hide(~BYTES)[0]);',
        generated: 'println!("{}", ~generated(hide(3)));',
        tables: 'println!("{:?}", hide(&~GENERATED)[0]);',
      },
    }),
  },

  'variables and cfgs': {
    slots: {
      value: word('variable at compile time'),
      isSet: flag('variable at compile time'),
      isOn: flag('cfg'),
      isTested: flag('cfg'),
      version: choice('variable at compile time', ['1.0.0', '1.0.1', '2.0.0-rc.1']),
    },
    render: ({ value, isSet, isOn, isTested, version }) => ({
      items: [
        `pub const ~VALUE: Option<&str> = option_env!("FEATURE_VALUE");`,
        `#[cfg(FEATURE_on)] pub fn ~mode() -> &'static str { "on" } #[cfg(not(FEATURE_on))] pub fn ~mode() -> &'static str { "off" }`,
        `pub struct ~Options { pub a: u8, #[cfg(FEATURE_on)] pub b: u64 }`,
        `#[cfg_attr(FEATURE_tested, derive(Debug))] #[cfg_attr(not(FEATURE_tested), derive(Debug, Default))] pub struct ~Shown { pub n: u8 }`,
      ],
      environment: { FEATURE_VERSION: version, ...(isSet ? { FEATURE_VALUE: value } : {}) },
      cfgs: [...(isOn ? ['FEATURE_on'] : []), ...(isTested ? ['FEATURE_tested'] : [])],
      tests: {
        values: 'println!("{:?}", hide(~VALUE));',
        versions: 'println!("{}", hide(env!("FEATURE_VERSION")));',
        modes: 'println!("{}", ~mode());',
        sizes: 'println!("{}", hide(std::mem::size_of::<~Options>()));',
        shown: 'println!("{:?} {}", ~Shown { n: hide(4) }, cfg!(FEATURE_tested));',
        asserts:
          'println!("{:?}", (cfg!(debug_assertions), cfg!(target_feature = "sse4.2"), cfg!(target_feature = "popcnt"), cfg!(target_feature = "crc"))); debug_assert!(hide(false), "debug");',
        expected: {
          attributes: '#[cfg_attr(FEATURE_on, should_panic)]',
          body: 'println!("ran"); assert!(hide(true));',
        },
      },
    }),
  },

  'macros by example': {
    slots: {
      factor: number('macro'),
      fields: order('order of fields', 3),
      isRepeated: flag('macro'),
      text: word('name that is compiled in'),
    },
    render: ({ factor, fields, isRepeated, text }) => ({
      head: `macro_rules! scaled { ($n:expr) => { $n * ${factor} }; ($n:expr, $($rest:expr),+) => { scaled!($n) + scaled!($($rest),+)${isRepeated ? ' + 1' : ''} } }
macro_rules! record { ($name:ident { $($field:ident = $value:expr),* }) => { #[derive(Debug)] pub struct $name { $(pub $field: u32),* } impl $name { pub fn new() -> Self { Self { $($field: $value),* } } pub fn names() -> &'static [&'static str] { &[$(stringify!($field)),*] } } } }`,
      items: [
        `record!(~Record { ${fields.map((at) => `${'abc'[at]} = ${at + 1}`).join(', ')} });`,
        `#[INLINE] pub fn ~total(n: u32) -> u32 { scaled!(n, 2, n + 1) }`,
      ],
      tests: {
        scales: 'println!("{}", scaled!(hide(3)));',
        totals: 'println!("{}", ~total(hide(3)));',
        records: 'println!("{:?}", hide(~Record::new()));',
        names: 'println!("{:?}", hide(~Record::names()));',
        texts: `println!("{}", concat!("${text}", 1, true, stringify!(~Record)));`,
      },
    }),
  },

  'procedural macros': {
    singleton: 'procedural macros',
    slots: {
      factor: number('macro'),
      text: word('macro'),
      field: choice('name that is compiled in', ['first', 'second']),
    },
    render: ({ factor, text, field }) => ({
      items: [
        `#[derive(macros::Told)] pub struct ~Given { pub ${field}: u32, pub other: u8 }`,
        `#[INLINE] pub fn ~made(n: u64) -> u64 { macros::made!(n) }`,
      ],
      macros: `use proc_macro::TokenStream;
#[proc_macro] pub fn made(input: TokenStream) -> TokenStream { format!("({input}) * ${factor}").parse().unwrap() }
#[proc_macro_derive(Told)] pub fn told(input: TokenStream) -> TokenStream { let text = input.to_string(); let name = text.split("struct ").nth(1).unwrap().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_string(); let fields = text.matches("pub ").count() - 1; format!("impl {name} {{ pub fn told() -> &'static str {{ \\"${text} {fields} {}\\" }} }}", text.contains("first")).parse().unwrap() }
`,
      tests: {
        made: 'println!("{}", ~made(hide(5)));',
        told: 'println!("{}", hide(~Given::told()));',
        none: 'println!("{}", hide(5));',
      },
    }),
  },
};
