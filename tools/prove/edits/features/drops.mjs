// Destructors, unwinding, panics and what the harness makes of them.
import { choice, flag, number, order, word } from '../slots.mjs';

/** A type that writes its number down when it is dropped. */
const NOISY = [
  'thread_local! { pub static ~LOG: std::cell::RefCell<Vec<u32>> = const { std::cell::RefCell::new(Vec::new()) }; }',
  'pub struct ~Noisy(pub u32);',
  'pub fn ~log() -> Vec<u32> { ~LOG.with(|l| l.borrow().clone()) }',
];
const noisyDrop = (body) =>
  `impl Drop for ~Noisy { fn drop(&mut self) { let n = self.0; ~LOG.with(|l| l.borrow_mut().push(${body})); } }`;

export const drops = {
  'order of drops': {
    slots: {
      body: number('Drop implementation'),
      fields: order('order of fields', 3),
      statements: order('order of statements', 3),
      isForgotten: flag('Drop implementation'),
      inTail: number('constant', 1, 50),
    },
    render: ({ body, fields, statements, isForgotten, inTail }) => ({
      items: [
        ...NOISY,
        noisyDrop(`n * ${body}`),
        `pub struct ~Three { ${fields.map((at) => `pub ${'abc'[at]}: ~Noisy`).join(', ')} }`,
        `#[INLINE] pub fn ~locals() { ${statements.map((at) => `let ${'abc'[at]} = ~Noisy(${at + 1});`).join(' ')} ${isForgotten ? 'std::mem::forget(b);' : ''} }`,
        `pub fn ~make(n: ~Noisy) -> (u32, ~Noisy) { (n.0 + ${inTail}, n) }`,
        `#[INLINE] pub fn ~tail() -> u32 { let a = ~Noisy(1); ~make(~Noisy(2)).0 }`,
      ],
      tests: {
        fields:
          'drop(hide(~Three { a: ~Noisy(1), b: ~Noisy(2), c: ~Noisy(3) })); println!("{:?}", ~log());',
        locals: '~locals(); println!("{:?}", ~log());',
        tails: 'println!("{} {:?}", ~tail(), ~log());',
        temporaries:
          'match ~make(~Noisy(7)).0 { n => println!("{} {:?}", n, ~log()) } println!("{:?}", ~log());',
      },
    }),
  },

  'drops in containers': {
    slots: {
      body: number('Drop implementation'),
      kept: number('constant', 0, 3),
      container: choice('type', ['Vec', 'std::collections::VecDeque', 'Box<[_]>']),
      isDropped: flag('Drop implementation'),
    },
    render: ({ body, kept, container, isDropped }) => ({
      items: [
        ...NOISY,
        noisyDrop(`n + ${body}`),
        `pub struct ~Outer<T> { pub inner: T }`,
        isDropped
          ? 'impl<T> Drop for ~Outer<T> { fn drop(&mut self) { ~LOG.with(|l| l.borrow_mut().push(999)); } }'
          : '',
        `pub fn ~some() -> impl Iterator<Item = ~Noisy> { (1..5).map(~Noisy) }`,
      ],
      tests: {
        collected: `let all: ${container.includes('<') ? container : `${container}<_>`} = ~some().collect(); drop(hide(all)); println!("{:?}", ~log());`,
        truncated: `let mut all: Vec<_> = ~some().collect(); all.truncate(hide(${kept})); println!("{:?}", ~log());`,
        nested:
          'drop(hide(Some(~Outer { inner: Box::new(~Noisy(4)) }))); println!("{:?}", ~log());',
        shared:
          'let a = std::rc::Rc::new(~Outer { inner: ~Noisy(6) }); let b = a.clone(); drop(a); println!("{:?}", ~log()); drop(hide(b)); println!("{:?}", ~log());',
        dynamic:
          'let all: Vec<Box<dyn std::any::Any>> = vec![Box::new(1u8), Box::new(~Noisy(8))]; drop(hide(all)); println!("{:?}", ~log());',
        replaced:
          'let mut n = ~Noisy(1); n = hide(~Noisy(2)); std::mem::drop(n); println!("{:?}", ~log());',
      },
    }),
  },

  'what unwinding runs': {
    slots: {
      guard: choice('landing pad', ['~Red', '~Blue', '~Green']),
      second: choice('landing pad', ['~Red', '~Blue']),
      body: number('Drop implementation'),
      limit: number('constant', 0, 3),
      isCaught: flag('landing pad'),
      covered: order('landing pad', 3),
    },
    render: ({ guard, second, body, limit, isCaught, covered }) => ({
      items: [
        `thread_local! { pub static ~PAINT: std::cell::Cell<u32> = const { std::cell::Cell::new(1) }; }`,
        `pub struct ~Red; pub struct ~Blue; pub struct ~Green;`,
        ...['~Red', '~Blue', '~Green'].map(
          (name, index) =>
            `impl Drop for ${name} { #[inline(never)] fn drop(&mut self) { ~PAINT.with(|p| p.set(p.get() * ${index + 3} + ${index === 0 ? body : 1})); } }`,
        ),
        `#[inline(never)] pub fn ~boom(n: u32) { if n > ${limit} { panic!("boom") } }`,
        `#[inline(never)] pub fn ~unwinds(n: u32) { let guard = ${guard}; ~boom(n); std::mem::forget(guard); }`,
        `#[inline(never)] pub fn ~both(n: u32) { let a = ${second}; let b = ${guard}; ~boom(n); std::mem::forget(a); std::mem::forget(b); }`,
        'pub static ~STEPS: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);',
        '#[inline(never)] pub fn ~step() { if ~STEPS.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 1 { panic!("step") } }',
        // Optimised, these functions differ in nothing but the table that tells landing pads.
        `#[inline(never)] pub fn ~covered() { ${covered.map((at) => ['{ let guard = ~Red; ~step(); std::mem::forget(guard); }', '~step();', '{ let guard = ~Blue; ~step(); std::mem::forget(guard); }'][at]).join(' ')} }`,
        `#[inline(never)] pub fn ~inner(n: u32) -> u32 { ${isCaught ? 'std::panic::catch_unwind(move || ~boom(n)).map_or(5, |_| 6)' : '{ ~boom(n); 6 }'} }`,
      ],
      tests: {
        unwinds:
          'let r = std::panic::catch_unwind(|| ~unwinds(hide(9))); println!("{} {}", r.is_ok(), ~PAINT.get());',
        both: 'let r = std::panic::catch_unwind(|| ~both(hide(9))); println!("{} {}", r.is_ok(), ~PAINT.get());',
        border:
          'let r = std::panic::catch_unwind(|| ~both(hide(2))); println!("{} {}", r.is_ok(), ~PAINT.get());',
        covered:
          'let r = std::panic::catch_unwind(|| ~covered()); println!("{} {}", r.is_ok(), ~PAINT.get());',
        inner: 'println!("{}", ~inner(hide(3)));',
        normal: 'drop((~Red, ~Green)); println!("{}", ~PAINT.get());',
      },
    }),
  },

  'panic payloads': {
    slots: {
      text: word('panic message'),
      number: number('panic message'),
      payload: choice('panic payload or destructor', [
        '7u32',
        '"text"',
        'String::from("owned")',
        '7i64',
      ]),
      isResumed: flag('panic payload or destructor'),
      divisor: number('constant', 0, 3),
    },
    render: ({ text, number: shown, payload, isResumed, divisor }) => ({
      items: [
        `pub fn ~message(e: Box<dyn std::any::Any + Send>) -> String { e.downcast_ref::<&str>().map(|s| s.to_string()).or_else(|| e.downcast_ref::<String>().cloned()).or_else(|| e.downcast_ref::<u32>().map(|n| n.to_string())).unwrap_or("?".to_string()) }`,
        `pub fn ~caught<F: FnOnce() + std::panic::UnwindSafe>(f: F) -> String { match std::panic::catch_unwind(f) { Ok(()) => "fine".to_string(), Err(e) => ~message(e) } }`,
        `#[INLINE] pub fn ~checked(n: u32) { if n > 3 { panic!("${text} {n} {}", ${shown}) } }`,
        `#[INLINE] pub fn ~any() { std::panic::panic_any(${payload}) }`,
      ],
      tests: {
        formatted: 'println!("{}", ~caught(|| ~checked(hide(4))));',
        fine: 'println!("{}", ~caught(|| ~checked(hide(2))));',
        any: 'println!("{}", ~caught(|| ~any()));',
        divides: `println!("{}", ~caught(|| { hide(8 / hide(${divisor})); }));`,
        indexes: `println!("{}", ~caught(|| { hide(hide(vec![1, 2])[hide(${divisor})]); }));`,
        unwraps: `println!("{}", ~caught(|| { hide(None::<u32>).expect("${text}"); }));`,
        resumed: `println!("{}", ~caught(|| { let e = std::panic::catch_unwind(|| ~checked(hide(5))).unwrap_err(); ${isResumed ? 'std::panic::resume_unwind(e)' : 'drop(e)'} }));`,
        threads:
          'println!("{}", std::thread::spawn(|| ~checked(hide(6))).join().map_or_else(~message, |_| "fine".to_string()));',
      },
    }),
  },

  'attributes of tests': {
    slots: {
      expected: choice('test attribute', ['left alone', 'left', 'alone here', 'other']),
      message: choice('panic message', ['left alone here', 'left behind', 'other']),
      isIgnored: flag('test attribute'),
      reason: word('test attribute'),
      isExpected: flag('test attribute'),
      limit: number('constant', 0, 6),
    },
    render: ({ expected, message, isIgnored, reason, isExpected, limit }) => ({
      items: [
        `#[INLINE] pub fn ~fails(n: u32) { if n > ${limit} { panic!("${message}") } }`,
        `pub fn ~result(n: u32) -> Result<u32, String> { if n > ${limit} { Err("${message}".to_string()) } else { Ok(n) } }`,
      ],
      tests: {
        expects: {
          attributes: `#[should_panic(expected = "${expected}")]`,
          body: '~fails(hide(5));',
        },
        panics: { attributes: isExpected ? '#[should_panic]' : '', body: '~fails(hide(3));' },
        ignorable: {
          attributes: isIgnored ? '#[ignore]' : '',
          body: 'println!("ran {}", hide(1));',
        },
        with_reason: { attributes: `#[ignore = "${reason}"]`, body: 'println!("ran");' },
        results: {
          result: '-> Result<(), String> ',
          body: 'println!("{}", ~result(hide(4))?); Ok(())',
        },
        errors: {
          result: '-> Result<(), Box<dyn std::error::Error>> ',
          body: `println!("{}", hide("${limit > 3 ? 'x' : '12'}").parse::<u32>()?); Ok(())`,
        },
      },
    }),
  },

  'calls that may not unwind': {
    slots: {
      abi: choice('calling convention', ['C', 'C-unwind', 'Rust']),
      isPanicking: flag('panic payload or destructor'),
      depth: number('constant', 1, 3),
    },
    render: ({ abi, isPanicking, depth }) => ({
      items: [
        `#[inline(never)] pub extern "${abi}" fn ~called(n: u32) -> u32 { if n > ${depth} { panic!("called") } n + 1 }`,
        `pub struct ~Bomb(pub u32);`,
        `impl Drop for ~Bomb { fn drop(&mut self) { if ${isPanicking} && self.0 == 3 { panic!("dropped") } } }`,
      ],
      tests: {
        calls: 'println!("{:?}", std::panic::catch_unwind(|| ~called(hide(2))).ok());',
        deep: 'println!("{:?}", std::panic::catch_unwind(|| ~called(hide(9))).ok());',
        twice:
          'println!("{:?}", std::panic::catch_unwind(|| { let b = ~Bomb(hide(3)); if hide(true) { panic!("first") } }).is_ok());',
        once: 'println!("{:?}", std::panic::catch_unwind(|| drop(~Bomb(hide(3)))).is_ok());',
      },
    }),
  },
};
