// Tests that read where a panic or a call came from, and tests that could not.
import { choice, number, word } from '../slots.mjs';

/** Ways to learn a line; each is the body of a test, and `~` items below serve it. */
const READERS = [
  'println!("{}", line!());',
  'println!("{} {}", file!(), column!());',
  'println!("{}", ~here().line());',
  'println!("{}", ~line_of_caller());',
  'let l = ~here(); println!("{}", l);',
  'let l: &dyn std::fmt::Debug = ~here(); println!("{:?}", hide(l));',
  'println!("{:?}", ~fallible(hide("x")).unwrap_err());',
  'println!("{:?}", Some(~here()).map(Location::line));',
  'println!("{}", ~here() == ~here());',
  'println!("{:?}", ~here().cmp(Location::caller()));',
  'let f: fn() -> &\'static Location<\'static> = hide(~here); println!("{}", f().line() > 0);',
  'println!("{}", ~Tracked(1).at());',
  'let t: Box<dyn ~Locates> = hide(Box::new(~Tracked(1))); println!("{}", t.at() > 0);',
  'println!("{}", ~Tracked(1) + ~Tracked(2));',
  'println!("{}", ~Tracked(1)[0]);',
  'let f: ~Fault = "x".parse::<i32>().unwrap_err().into(); println!("{}", f.0);',
  'println!("{:?}", ~hooked(|| panic!("{}", hide(1))));',
  'println!("{:?}", ~hooked(|| { let v: Vec<u32> = vec![]; hide(v[hide(1usize)]); }));',
  'println!("{:?}", ~hooked(|| { hide(None::<u32>).unwrap(); }));',
  'println!("{:?}", ~hooked(|| { hide(&std::cell::RefCell::new(1)).try_borrow_mut().unwrap(); ~tracked_panic(hide(1)); }));',
  'println!("{:?}", ~hooked(|| assert_eq!(hide(1), 2)));',
  'println!("{:?}", ~displayed(|| { hide(8u32) / hide(0u32); }));',
  'let mut s = ~Stack { top: Location::caller() }; ~pushed(&mut s); println!("{}", s.top.line());',
  'println!("{}", (|| Location::caller().line())());',
  'println!("{}", ~STATIC.line());',
  'println!("{:?}", [~here(), Location::caller()].iter().map(|l| l.column()).collect::<Vec<_>>());',
  'use std::hash::{DefaultHasher, Hash, Hasher}; let mut h = DefaultHasher::new(); ~here().hash(&mut h); println!("{:x}", h.finish());',
  'println!("{}", ~inherited());',
  'println!("{}", ~generic(&3u8) + ~generic(&"a"));',
  'println!("{}", ~here().file());',
  'let copy = *~here(); println!("{}", hide(copy).line());',
  'println!("{:?}", std::thread::spawn(|| ~here().line()).join().unwrap());',
  'println!("{:?}", ["a", "1"].iter().map(|s| ~fallible(s).map_err(|f| f.0)).collect::<Vec<_>>());',
  'const PLACE: &Location<\'static> = Location::caller(); println!("{}", hide(PLACE).line());',
  'const PLACE: &Location<\'static> = Location::caller(); println!("{:?}", Some(PLACE).map(|l| l.column()));',
  'const PLACE: &Location<\'static> = Location::caller(); println!("{}", std::convert::identity(PLACE));',
  'const PLACE: &Location<\'static> = Location::caller(); let all = vec![PLACE, Location::caller()]; println!("{:?}", hide(all));',
  'const PLACE: &Location<\'static> = Location::caller(); let kept = std::cell::Cell::new(~here()); kept.set(PLACE); println!("{}", hide(kept.get()).line());',
  'println!("{}", std::rc::Rc::new(~here()).line());',
  'println!("{}", std::iter::repeat(~here()).take(2).map(|l| l.line()).sum::<u32>());',
];

/** Ways to panic, or not to, that tell no test any line. */
const UNREAD = [
  'println!("{}", hide(vec![1, 2, 3])[hide(2usize)]);',
  'println!("{}", hide(Some(4)).unwrap());',
  'println!("{:?}", std::panic::catch_unwind(|| { hide(None::<u32>).unwrap(); }).is_err());',
  'println!("{}", hide(&[5, 6][..]).first().expect("one"));',
  'println!("{}", hide(9) / hide(2) + hide(4) % hide(3));',
  'let c = std::cell::RefCell::new(1); *c.borrow_mut() += hide(2); println!("{:?}", c);',
  'assert_eq!(hide(2) + 2, 4); println!("even");',
  'assert!(hide(true), "message {}", 1); println!("{}", ~labelled("a"));',
];

export const locations = {
  'readers of locations': {
    slots: {
      a: choice('reader of a location', READERS),
      b: choice('reader of a location', READERS),
      c: choice('reader of a location', READERS),
      d: choice('reader of a location', READERS),
      indent: number('column of a reader', 0, 9),
      between: number('lines above', 0, 3),
    },
    render: ({ a, b, c, d, indent, between }) => ({
      head: 'use std::panic::Location; use std::sync::{Arc, Mutex};',
      items: [
        `#[track_caller] #[INLINE] pub fn ~here() -> &'static Location<'static> { Location::caller() }`,
        `#[track_caller] #[INLINE] pub fn ~line_of_caller() -> u32 { Location::caller().line() }`,
        `#[derive(Debug)] pub struct ~Fault(pub u32); impl From<std::num::ParseIntError> for ~Fault { #[track_caller] fn from(_: std::num::ParseIntError) -> ~Fault { ~Fault(Location::caller().line()) } }`,
        `#[INLINE] pub fn ~fallible(s: &str) -> Result<i32, ~Fault> {${'\n'.repeat(between)} let n = s.parse::<i32>()?; Ok(n) }`,
        `pub struct ~Tracked(pub u32); pub trait ~Locates { #[track_caller] fn at(&self) -> u32 { Location::caller().line() } } impl ~Locates for ~Tracked {}`,
        `impl std::ops::Add for ~Tracked { type Output = u32; #[track_caller] fn add(self, _: Self) -> u32 { Location::caller().line() } }`,
        `impl std::ops::Index<usize> for ~Tracked { type Output = u32; #[track_caller] fn index(&self, _: usize) -> &u32 { Box::leak(Box::new(Location::caller().column())) } }`,
        `pub fn ~hooked(f: impl FnOnce() + std::panic::UnwindSafe) -> Option<(u32, u32)> { let seen = Arc::new(Mutex::new(None)); let kept = seen.clone(); std::panic::set_hook(Box::new(move |info| *kept.lock().unwrap() = info.location().map(|l| (l.line(), l.column())))); let _ = std::panic::catch_unwind(f); let _ = std::panic::take_hook(); let found = *seen.lock().unwrap(); found }`,
        `pub fn ~displayed(f: impl FnOnce() + std::panic::UnwindSafe) -> String { let seen = Arc::new(Mutex::new(String::new())); let kept = seen.clone(); std::panic::set_hook(Box::new(move |info| *kept.lock().unwrap() = info.to_string())); let _ = std::panic::catch_unwind(f); let _ = std::panic::take_hook(); let found = seen.lock().unwrap().clone(); found }`,
        `#[track_caller] pub fn ~tracked_panic(n: u32) { if n > 0 { panic!("tracked") } }`,
        `pub struct ~Stack { pub top: &'static Location<'static> } #[INLINE] pub fn ~pushed(s: &mut ~Stack) {\n s.top = ~here(); }`,
        `pub static ~STATIC: &Location<'static> = Location::caller();`,
        `#[track_caller] #[INLINE] pub fn ~inherited() -> u32 { ~line_of_caller() + 1 }`,
        `#[track_caller] #[INLINE] pub fn ~generic<T>(_: &T) -> u32 { Location::caller().line() + std::mem::size_of::<T>() as u32 }`,
      ],
      tests: Object.fromEntries(
        Object.entries({ a, b, c, d }).map(([name, body]) => [
          `reads_${name}`,
          `${' '.repeat(indent)}${body}`,
        ]),
      ),
    }),
  },

  'locations that nobody reads': {
    slots: {
      a: choice('code that may panic', UNREAD),
      b: choice('code that may panic', UNREAD),
      text: word('panic message'),
      between: number('lines above', 0, 3),
    },
    render: ({ a, b, text, between }) => ({
      items: [
        `#[track_caller] #[INLINE] pub fn ~labelled(label: &str) -> String { format!("{label}${text}") }`,
        `#[track_caller] #[INLINE] pub fn ~positive(n: i32) -> i32 {${'\n'.repeat(between)} if n <= 0 { panic!("{n} is ${text}"); } n }`,
      ],
      tests: {
        first: a,
        second: b,
        tracked: 'println!("{}", ~positive(hide(3)));',
        fails: {
          attributes: `#[should_panic(expected = "is ${text}")]`,
          body: '~positive(hide(-3));',
        },
      },
    }),
  },

  'locations compared by address': {
    slots: { indent: number('column of a reader', 0, 9) },
    render: ({ indent }) => ({
      head: 'use std::panic::Location;',
      items: [
        "#[track_caller] #[INLINE] pub fn ~here() -> &'static Location<'static> { Location::caller() }",
      ],
      tests: {
        same: `let a = ${' '.repeat(indent)}~here(); let b = ~here(); println!("{}", std::ptr::eq(a, hide(b)));`,
      },
    }),
  },
};
