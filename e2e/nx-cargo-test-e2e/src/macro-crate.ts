import type { ChangingCrate } from './changing-crate';
import { moduleOf } from './rust-module';

/** The three kinds of procedural macros, without a library that parses Rust. */
const MACROS = `extern crate proc_macro;

use proc_macro::{Delimiter, TokenStream, TokenTree};

#[proc_macro_derive(Describe)]
pub fn describe(item: TokenStream) -> TokenStream {
    let (name, fields) = outline(item);
    let text = format!("{name}: {}", fields.join(spelling::separator()));
    let functions = [
        format!("pub fn describe() -> &'static str {{ {text:?} }}"),
        format!("pub fn field_count() -> usize {{ {} }}", fields.len()),
    ];
    parse(format!("impl {name} {{ {} }}", functions.join(" ")))
}

#[proc_macro_attribute]
pub fn counted(_arguments: TokenStream, function: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = function.into_iter().collect();
    let body = tokens.pop().expect("a function ends with its body");
    tokens.extend(parse(format!("{{ crate::count(1); {body} }}")));
    tokens.into_iter().collect()
}

#[proc_macro]
pub fn squares(count: TokenStream) -> TokenStream {
    let count: u64 = count.to_string().parse().expect("a number of squares");
    let squares: Vec<u64> = (0..count).map(|n| n * n).collect();
    parse(format!("{squares:?}"))
}

#[proc_macro]
pub fn cases(names: TokenStream) -> TokenStream {
    let test = |name: TokenTree| format!("#[test] fn {name}() {{ assert!(crate::plain(1) < 100); }}");
    let names = names.into_iter().filter(|token| matches!(token, TokenTree::Ident(_)));
    parse(format!("#[cfg(test)] mod cases {{ {} }}", names.map(test).collect::<String>()))
}

/// The names of a struct and of its fields, whose types are single words.
fn outline(item: TokenStream) -> (String, Vec<String>) {
    let mut name = String::new();
    let mut tokens = item.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word.to_string() == "struct" => {
                name = tokens.next().expect("a name").to_string();
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<String> = group.stream().into_iter().map(|t| t.to_string()).collect();
                let named = tokens.windows(2).filter(|pair| pair[1] == ":");
                return (name, named.map(|pair| pair[0].clone()).collect());
            }
            _ => {}
        }
    }
    panic!("a struct with named fields")
}

fn parse(code: String) -> TokenStream {
    code.parse().expect("Rust")
}
`;

/** Code that procedural macros generate. */
export const MACRO_CRATE: ChangingCrate = {
  name: 'derived',
  crate: {
    manifest:
      '[workspace]\nmembers = ["macros", "spelling"]\n[dependencies]\nderived-macros = { path = "macros" }\n',
    files: {
      'macros/Cargo.toml':
        '[package]\nname = "derived-macros"\nversion = "0.1.0"\nedition = "2021"\n[lib]\nproc-macro = true\n[dependencies]\nspelling = { path = "../spelling" }\n',
      'macros/src/lib.rs': MACROS,
      'spelling/Cargo.toml': '[package]\nname = "spelling"\nversion = "0.1.0"\nedition = "2021"\n',
      'spelling/src/lib.rs': 'pub fn separator() -> &\'static str {\n    ", "\n}\n',
      'src/lib.rs': [
        `use derived_macros::{cases, counted, squares, Describe};
use std::sync::atomic::{AtomicU64, Ordering};

pub static CALLS: AtomicU64 = AtomicU64::new(0);

pub fn count(calls: u64) {
    CALLS.fetch_add(calls, Ordering::Relaxed);
}

#[derive(Describe)]
pub struct Point {
    pub x: u32,
    pub y: u32,
}

#[counted]
pub fn work(n: u64) -> u64 {
    n + 1
}

pub fn plain(n: u64) -> u64 {
    n * 3
}

pub static SQUARES: [u64; 4] = squares!(4);

cases!(small, large);
`,
        moduleOf('described', 'assert!(crate::Point::describe().starts_with("Point"));'),
        moduleOf('spelled', 'assert_eq!(crate::Point::describe(), "Point: x, y");'),
        moduleOf('fields', 'assert_eq!(crate::Point::field_count(), 2);'),
        moduleOf(
          'calls',
          'assert_eq!(crate::work(1), 2);\n        assert_eq!(crate::CALLS.load(std::sync::atomic::Ordering::Relaxed), 1);',
        ),
        moduleOf('table', 'assert_eq!(crate::SQUARES.iter().sum::<u64>(), 14);'),
        moduleOf('neither', 'assert_eq!(crate::plain(2), 6);'),
      ].join(''),
    },
  },
  tests: [
    ...['calls', 'described', 'fields', 'neither', 'spelled', 'table'].map(
      (module) => `${module}::holds`,
    ),
    'cases::large',
    'cases::small',
  ],
  changes: [
    {
      name: 'a derive macro generates another text',
      edits: [
        { file: 'macros/src/lib.rs', find: 'format!("{name}: {}"', replace: 'format!("{name}:{}"' },
      ],
      executed: ['described::holds', 'spelled::holds'],
      fails: ['spelled::holds'],
    },
    {
      name: 'what a derive macro calls in another package',
      edits: [{ file: 'spelling/src/lib.rs', find: '", "', replace: '"; "' }],
      executed: ['described::holds', 'spelled::holds'],
      fails: ['spelled::holds'],
    },
    {
      name: 'a derive macro generates the same in another way',
      edits: [
        {
          file: 'macros/src/lib.rs',
          find: 'let text = format!("{name}: {}", fields.join(spelling::separator()));',
          replace:
            'let mut text = name.clone() + ": ";\n    for (index, field) in fields.iter().enumerate() {\n        text += if index > 0 { ", " } else { "" };\n        text += field;\n    }',
        },
      ],
      executed: [],
    },
    {
      name: 'an attribute macro generates another call',
      edits: [{ file: 'macros/src/lib.rs', find: 'crate::count(1)', replace: 'crate::count(2)' }],
      executed: ['calls::holds'],
      fails: ['calls::holds'],
    },
    {
      name: 'a macro generates another table',
      edits: [{ file: 'macros/src/lib.rs', find: '|n| n * n)', replace: '|n| n * n * n)' }],
      executed: ['table::holds'],
      fails: ['table::holds'],
    },
    {
      name: 'a derive macro generates one more function, which nothing calls',
      edits: [
        {
          file: 'macros/src/lib.rs',
          find: '    let functions = [\n',
          replace:
            '    let functions = [\n        format!("pub fn is_empty() -> bool {{ {} }}", fields.is_empty()),\n',
        },
      ],
      executed: [],
    },
    {
      name: 'a macro generates other tests',
      edits: [{ file: 'macros/src/lib.rs', find: 'plain(1) < 100', replace: 'plain(1) < 101' }],
      executed: ['cases::large', 'cases::small'],
    },
  ],
};
