// Code of another crate, and what the crate under test makes of it.
import { choice, flag, number, word } from '../slots.mjs';

const LOG = `//! The shape of the \`log\` crate's macros: they hand their caller's location to a logger.
use std::fmt::Arguments;
use std::panic::Location;
pub struct Record<'a> { args: Arguments<'a>, location: &'static Location<'static> }
impl<'a> Record<'a> { #[inline(never)] pub fn line(&self) -> Option<u32> { Some(self.location.line()) } pub fn args(&self) -> &Arguments<'a> { &self.args } }
pub trait Log: Sync { fn log(&self, record: &Record); }
struct Nop;
impl Log for Nop { fn log(&self, _: &Record) {} }
static mut LOGGER: &dyn Log = &Nop;
pub fn set_logger(logger: &'static dyn Log) { unsafe { LOGGER = logger } }
pub mod __private_api {
    use super::*;
    #[track_caller] #[inline(never)] pub fn loc() -> &'static Location<'static> { Location::caller() }
    #[inline(never)] pub fn log(args: Arguments, location: &'static Location<'static>) { unsafe { LOGGER.log(&Record { args, location }) } }
}
#[macro_export] macro_rules! info { ($($arg:tt)+) => { $crate::__private_api::log(format_args!($($arg)+), $crate::__private_api::loc()) } }
`;

export const dependency = {
  'functions of a dependency': {
    slots: {
      plain: number('code of a dependency'),
      generic: number('code of a dependency'),
      inlined: number('code of a dependency'),
      limit: number('code of a dependency'),
      table: number('code of a dependency'),
      unused: number('unused code'),
      isOwn: flag('implementation added'),
    },
    render: ({ plain, generic, inlined, limit, table, unused, isOwn }) => ({
      head: 'use dep::FEATURE as other;',
      items: [
        `pub struct ~Mine(pub u32);`,
        `impl other::Unit for ~Mine { fn unit(&self) -> u32 { self.0 * 3 } ${isOwn ? 'fn label(&self) -> String { "mine".to_string() }' : ''} }`,
        `impl From<~Mine> for u32 { fn from(m: ~Mine) -> u32 { m.0 + 7 } }`,
      ],
      dependency: `pub fn plain(n: u32) -> u32 { n + ${plain} }
pub fn generic<T: Into<u32>>(n: T) -> u32 { n.into() * ${generic} }
#[inline] pub fn inlined(n: u32) -> u32 { n + ${inlined} }
pub const LIMIT: u32 = ${limit};
pub static TABLE: [u32; 3] = [1, ${table}, 3];
pub static mut COUNTER: u32 = ${table};
pub fn count() -> u32 { unsafe { COUNTER += 1; COUNTER } }
pub fn unused() -> u32 { ${unused} }
pub trait Unit { fn unit(&self) -> u32; fn label(&self) -> String { format!("unit {} ${unused}", self.unit()) } }
impl Unit for u8 { fn unit(&self) -> u32 { *self as u32 + ${plain} } }
pub fn units(all: &[Box<dyn Unit>]) -> Vec<u32> { all.iter().map(|u| u.unit()).collect() }
thread_local! { pub static LOCAL: std::cell::Cell<u32> = const { std::cell::Cell::new(${table}) }; }
pub struct Guard<'a>(pub &'a std::cell::Cell<u32>);
impl Drop for Guard<'_> { fn drop(&mut self) { self.0.set(self.0.get() + ${inlined}); } }
#[macro_export] macro_rules! FEATURE_scaled { ($n:expr) => { $n * ${generic} + $crate::FEATURE::plain(1) } }
`,
      tests: {
        plain: 'println!("{}", other::plain(hide(2)));',
        generic: 'println!("{} {}", other::generic(hide(2u8)), other::generic(~Mine(hide(2))));',
        inlined: 'println!("{}", other::inlined(hide(2)));',
        constants: 'println!("{} {}", hide(other::LIMIT), other::TABLE[hide(1usize)]);',
        counts: 'println!("{}", other::count());',
        dynamic: 'println!("{:?}", other::units(&[Box::new(hide(4u8)), Box::new(~Mine(5))]));',
        labels: 'println!("{}", other::Unit::label(&~Mine(hide(5))));',
        locals: 'println!("{}", other::LOCAL.with(|l| l.replace(1)));',
        guards: 'let c = std::cell::Cell::new(1); drop(other::Guard(&c)); println!("{}", c.get());',
        macros: 'println!("{}", dep::FEATURE_scaled!(hide(4)));',
      },
    }),
  },

  'locations through a dependency': {
    slots: {
      text: word('panic message'),
      kind: choice('reader of a location', ['stored', 'told', 'hooked']),
      added: number('code of a dependency'),
    },
    render: ({ text, kind, added }) => ({
      head: 'use dep::FEATURE as other;',
      items: ['#[INLINE] pub fn ~fault() -> other::Fault { other::Fault::new() }'],
      dependency: `use std::panic::Location;
#[derive(Debug)] pub struct Fault { pub at: &'static Location<'static>, pub n: u32 }
impl Fault { #[track_caller] pub fn new() -> Self { Fault { at: Location::caller(), n: ${added} } } pub fn told(&self) -> String { self.at.to_string() } }
#[track_caller] pub fn told() -> u32 { Location::caller().line() }
#[track_caller] pub fn panics(n: u32) -> u32 { if n > 3 { panic!("${text}") } n + ${added} }
pub fn hooked(f: fn()) -> u32 { static LINE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0); std::panic::set_hook(Box::new(|i| LINE.store(i.location().unwrap().line(), std::sync::atomic::Ordering::SeqCst))); let _ = std::panic::catch_unwind(f); let _ = std::panic::take_hook(); LINE.load(std::sync::atomic::Ordering::SeqCst) }
pub fn own_line() -> u32 { line!() }
`,
      tests: {
        reads: {
          stored: 'println!("{}", ~fault().told());',
          told: 'println!("{}", other::told());',
          hooked: 'println!("{}", other::hooked(|| { hide(None::<u32>).unwrap(); }));',
        }[kind],
        debugs: 'println!("{:?}", ~fault());',
        counts: 'println!("{}", ~fault().n);',
        panics: 'println!("{:?}", std::panic::catch_unwind(|| other::panics(hide(5))).ok());',
        lines: 'println!("{}", other::own_line());',
        hooked_inside: 'println!("{}", other::hooked(|| { other::panics(hide(9)); }));',
      },
    }),
  },

  'log records': {
    slots: {
      text: word('text'),
      isRead: flag('reader of a location'),
      value: number('constant'),
    },
    render: ({ text, isRead, value }) => ({
      head: 'use log::{Log, Record};',
      items: [
        'pub struct ~Logger; pub static ~LOGGED: std::sync::Mutex<String> = std::sync::Mutex::new(String::new());',
        `impl Log for ~Logger { fn log(&self, record: &Record) { *~LOGGED.lock().unwrap() += &format!("{} ${isRead ? '{:?}' : ''}", record.args()${isRead ? ', record.line()' : ''}); } }`,
        `#[INLINE] pub fn ~work(n: u32) -> u32 { log::info!("${text} {}", n); n + ${value} }`,
      ],
      crates: { log: LOG },
      tests: {
        logs: 'log::set_logger(&~Logger); ~work(hide(1)); println!("{}", ~LOGGED.lock().unwrap());',
        works: 'println!("{}", ~work(hide(1)));',
      },
    }),
  },
};
