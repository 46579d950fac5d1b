// Statics and thread-locals, also those that only their identity tells apart.
import { choice, flag, number, order, word } from '../slots.mjs';

export const statics = {
  'statics of equal content': {
    slots: {
      counted: choice('which of two equal places', ['~LEFT', '~RIGHT']),
      local: choice('which of two equal places', ['~ONE', '~TWO']),
      constant: choice('which of two equal places', ['~SAME_A', '~SAME_B']),
      value: number('static', 1, 9),
    },
    render: ({ counted, local, constant, value }) => ({
      head: 'use std::{cell::Cell, sync::atomic::{AtomicU32, Ordering::SeqCst}};',
      items: [
        `pub static ~LEFT: AtomicU32 = AtomicU32::new(${value});`,
        `pub static ~RIGHT: AtomicU32 = AtomicU32::new(${value});`,
        `thread_local! { pub static ~ONE: Cell<u32> = const { Cell::new(${value}) }; pub static ~TWO: Cell<u32> = const { Cell::new(${value}) }; }`,
        `pub static ~SAME_A: [u64; 4] = [${value}; 4];`,
        `pub static ~SAME_B: [u64; 4] = [${value}; 4];`,
        `#[INLINE] pub fn ~count() { ${counted}.fetch_add(1, SeqCst); }`,
        `#[INLINE] pub fn ~set() { ${local}.with(|c| c.set(50)); }`,
        `#[INLINE] pub fn ~chosen() -> &'static [u64; 4] { &${constant} }`,
        `pub static ~POINTER: &AtomicU32 = &${counted};`,
      ],
      tests: {
        counts: '~count(); println!("{} {}", ~LEFT.load(SeqCst), ~RIGHT.load(SeqCst));',
        locals: '~set(); println!("{} {}", ~ONE.get(), ~TWO.get());',
        constants: 'println!("{}", std::ptr::eq(~chosen(), hide(&~SAME_A)));',
        pointers: 'hide(~POINTER).store(77, SeqCst); println!("{}", ~RIGHT.load(SeqCst));',
        content: 'println!("{:?}", ~chosen());',
      },
    }),
  },

  'statics that are made at first use': {
    slots: {
      text: word('once, lazy, lock'),
      value: number('once, lazy, lock'),
      cell: choice('once, lazy, lock', ['OnceLock', 'LazyLock']),
      isPoisoned: flag('once, lazy, lock'),
    },
    render: ({ text, value, cell, isPoisoned }) => ({
      head: 'use std::sync::{LazyLock, Mutex, OnceLock, RwLock};',
      items: [
        `pub static ~ONCE: OnceLock<String> = OnceLock::new();`,
        `pub static ~LAZY: LazyLock<Vec<u32>> = LazyLock::new(|| (0..3).map(|n| n * ${value}).collect());`,
        `pub static ~LOCK: Mutex<Vec<u32>> = Mutex::new(Vec::new());`,
        `pub static ~SHARED: RwLock<[u16; 3]> = RwLock::new([1, ${value}, 3]);`,
        `pub fn ~made() -> String { ${cell === 'OnceLock' ? `~ONCE.get_or_init(|| "${text}".to_string()).clone()` : `format!("{:?}", *~LAZY)`} }`,
        `thread_local! { pub static ~NAMES: std::cell::RefCell<Vec<String>> = std::cell::RefCell::new(vec!["${text}".to_string()]); }`,
      ],
      tests: {
        made: 'println!("{} {}", ~made(), ~made());',
        lazy: 'println!("{:?}", ~LAZY.iter().sum::<u32>());',
        locks: `~LOCK.lock().unwrap().push(${value}); let r = std::panic::catch_unwind(|| { let mut g = ~LOCK.lock().unwrap(); g.push(2); if ${isPoisoned} { panic!("poison") } }); println!("{} {}", r.is_ok(), ~LOCK.is_poisoned());`,
        shared: '~SHARED.write().unwrap()[0] += 4; println!("{:?}", ~SHARED.read().unwrap());',
        names: '~NAMES.with(|n| n.borrow_mut().push("x".into())); println!("{:?}", ~NAMES.take());',
      },
    }),
  },

  'statics that refer to each other': {
    slots: {
      next: order('reference between statics', 3),
      first: number('static', 1, 4),
      second: number('static', 1, 4),
      offset: number('offset into data', 0, 2),
      isCut: flag('offset into data'),
    },
    render: ({ next, first, second, offset, isCut }) => ({
      items: [
        `pub struct ~Node { pub value: u32, pub next: &'static ~Node }`,
        `pub static ~A: ~Node = ~Node { value: ${first}, next: &~${'ABC'[next[0]]} };`,
        `pub static ~B: ~Node = ~Node { value: ${second}, next: &~${'ABC'[next[1]]} };`,
        `pub static ~C: ~Node = ~Node { value: ${second}, next: &~${'ABC'[next[2]]} };`,
        `pub static ~TABLE: [u32; 6] = [1, 2, 4, 8, 16, ${first}];`,
        `pub static ~PART: &[u32] = ~TABLE.split_at(${offset}).1.split_at(${isCut ? 2 : 3}).0;`,
        `pub static ~THIRD: &u32 = &~TABLE[${offset + 1}];`,
        `#[INLINE] pub fn ~walked(mut node: &'static ~Node) -> Vec<u32> { let mut all = vec![]; for _ in 0..4 { all.push(node.value * 10 + if std::ptr::eq(node, &~A) { 1 } else if std::ptr::eq(node, &~B) { 2 } else { 3 }); node = node.next; } all }`,
      ],
      tests: {
        from_a: 'println!("{:?}", ~walked(hide(&~A)));',
        from_b: 'println!("{:?}", ~walked(hide(&~B)));',
        values: 'println!("{}", hide(&~C).next.next.value);',
        parts: 'println!("{:?} {}", hide(~PART), hide(~THIRD));',
        table: 'println!("{}", ~TABLE[hide(5usize)]);',
      },
    }),
  },

  'thread-locals with destructors': {
    slots: {
      body: number('Drop implementation'),
      initial: number('once, lazy, lock'),
      touched: order('order of statements', 2),
    },
    render: ({ body, initial, touched }) => ({
      head: 'use std::sync::Mutex;',
      items: [
        `pub static ~DROPPED: Mutex<Vec<u32>> = Mutex::new(Vec::new());`,
        `pub struct ~Local(pub u32);`,
        `impl Drop for ~Local { fn drop(&mut self) { ~DROPPED.lock().unwrap().push(self.0 * ${body}); } }`,
        `thread_local! { pub static ~FIRST: ~Local = ~Local(${initial}); pub static ~SECOND: ~Local = const { ~Local(2) }; }`,
        `pub fn ~touch() -> u32 { ${touched.map((at) => ['let a = ~FIRST.with(|l| l.0);', 'let b = ~SECOND.with(|l| l.0);'][at]).join(' ')} a * 100 + b }`,
      ],
      tests: {
        dropped:
          'let n = std::thread::spawn(~touch).join().unwrap(); println!("{} {:?}", n, ~DROPPED.lock().unwrap());',
        first: 'println!("{}", ~FIRST.with(|l| hide(l.0)));',
        second:
          'std::thread::spawn(|| ~SECOND.with(|l| hide(l.0))).join().unwrap(); println!("{:?}", ~DROPPED.lock().unwrap());',
      },
    }),
  },

  'mutable and aligned statics': {
    slots: {
      alignment: choice('static', [8, 64, 256, 4096]),
      value: number('static'),
      size: number('static', 10, 5000),
      which: choice('which of two equal places', ['~FIRST', '~SECOND']),
    },
    render: ({ alignment, value, size, which }) => ({
      items: [
        `#[repr(align(${alignment}))] pub struct ~Aligned(pub u64);`,
        `pub static ~ALIGNED: ~Aligned = ~Aligned(${value});`,
        `pub static mut ~FIRST: [u8; 16] = [${value}; 16];`,
        `pub static mut ~SECOND: [u8; 16] = [${value}; 16];`,
        `pub static mut ~ZEROS: [u32; ${size}] = [0; ${size}];`,
        `#[INLINE] pub fn ~write() { unsafe { let start = &raw mut ${which} as *mut u8; *start.add(hide(3)) = 200; } }`,
        `#[INLINE] pub fn ~read(i: usize) -> (u8, u8) { unsafe { (*(&raw const ~FIRST as *const u8).add(i), *(&raw const ~SECOND as *const u8).add(i)) } }`,
      ],
      tests: {
        aligned: `println!("{} {}", (hide(&~ALIGNED) as *const _ as usize) % ${alignment}, std::mem::align_of_val(hide(&~ALIGNED)));`,
        writes: '~write(); println!("{:?}", ~read(hide(3)));',
        reads: 'println!("{:?}", ~read(hide(5)));',
        zeros: 'println!("{}", unsafe { (*hide(&raw const ~ZEROS)).len() });',
      },
    }),
  },
};
