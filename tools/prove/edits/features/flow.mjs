// Control flow: matches, recursion, iterators, closures, futures.
import { choice, flag, number, order, word } from '../slots.mjs';

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const ACTIONS = [
  'v.push(1)',
  'v.clear()',
  'v.truncate(1)',
  'v.reverse()',
  'v.push(44)',
  'v.extend([5, 5])',
  'drop(v.pop())',
];

export const flow = {
  'match that yields constants': {
    slots: {
      words: order('order of match arms', WORDS.length),
      odd: word('text'),
      last: number('constant', 100, 999),
    },
    render: ({ words, odd, last }) => ({
      items: [
        `#[INLINE] pub fn ~named(n: u32) -> &'static str { match n { ${words.map((at, n) => `${n} => "${n === 6 ? odd : WORDS[at]}"`).join(', ')}, _ => "many" } }`,
        `#[INLINE] pub fn ~counted(n: u32) -> u64 { match n { ${words.map((at, n) => `${n} => ${at * at * 1000 + 17}`).join(', ')}, _ => ${last} } }`,
      ],
      tests: {
        third: 'println!("{}", ~named(hide(3)));',
        sixth: 'println!("{}", ~named(hide(6)));',
        eighth: 'println!("{}", ~counted(hide(8)));',
        many: 'println!("{} {}", ~named(hide(70)), ~counted(hide(70)));',
      },
    }),
  },

  'match with code in its arms': {
    slots: {
      arms: order('order of match arms', ACTIONS.length),
      guard: number('order of match arms', 1, 9),
    },
    render: ({ arms, guard }) => ({
      items: [
        `#[INLINE] pub fn ~acted(n: u32, v: &mut Vec<u32>) { match n { ${arms.map((at, n) => `${n} => { ${ACTIONS[at]}; }`).join(' ')} n if n % ${guard + 1} == 0 => v.insert(0, n), _ => {} } }`,
        `#[INLINE] pub fn ~sorted(v: &[u32]) -> &'static str { match v { [] => "empty", [a] if *a > ${guard} => "large", [_] => "one", [a, .., b] if a == b => "ends", [_, rest @ ..] if rest.len() > 2 => "long", _ => "other" } }`,
      ],
      tests: {
        first: 'let mut v = vec![7, 8]; ~acted(hide(1), &mut v); println!("{:?}", v);',
        fourth: 'let mut v = vec![7, 8, 9]; ~acted(hide(4), &mut v); println!("{:?}", v);',
        guarded: 'let mut v = vec![]; ~acted(hide(12), &mut v); println!("{:?}", v);',
        sorts:
          'println!("{} {} {}", ~sorted(&hide([5])), ~sorted(&hide([1, 2, 1])), ~sorted(&hide([1, 2, 3, 4])));',
      },
    }),
  },

  'match on texts': {
    slots: {
      first: word('text'),
      second: word('text'),
      results: order('order of match arms', 3),
      looked: choice('text', ['alpha', 'beta', 'gamma', 'delta']),
    },
    render: ({ first, second, results, looked }) => ({
      items: [
        `#[INLINE] pub fn ~found(text: &str) -> u32 { match text { "alpha" => ${results[0]}, "beta" => ${results[1]}, "gamma" => ${results[2]}, "${first}" => 10, "${second}" => 11, _ => 99 } }`,
      ],
      tests: {
        alpha: 'println!("{}", ~found(hide("alpha")));',
        own: `println!("{}", ~found(hide("${first}")));`,
        looked: `println!("{}", ~found(hide("${looked}")));`,
        unknown: 'println!("{}", ~found(hide("?")));',
      },
    }),
  },

  recursion: {
    slots: {
      base: number('constant'),
      step: number('constant', 1, 5),
      third: number('constant', 1, 50),
      callee: choice('function that is called', ['~first', '~second', '~third']),
    },
    render: ({ base, step, third, callee }) => ({
      items: [
        `#[INLINE] pub fn ~first(n: u32) -> u64 { if n == 0 { ${base} } else { ~second(n - 1) + ${step} } }`,
        `#[INLINE] pub fn ~second(n: u32) -> u64 { if n == 0 { ${base} } else { ~third(n - 1) + ${step} } }`,
        `#[INLINE] pub fn ~third(n: u32) -> u64 { if n == 0 { ${third} } else { ~first(n - 1) * 2 } }`,
        `#[INLINE] pub fn ~alone(n: u64) -> u64 { if n < 2 { n } else { ~alone(n - 1) + ~alone(n - 2) + ${step} } }`,
        `#[INLINE] pub fn ~twin_a(n: u32) -> u32 { if n == 0 { 0 } else { ~twin_b(n - 1) } }`,
        `#[INLINE] pub fn ~twin_b(n: u32) -> u32 { if n == 0 { ${step - 1} } else { ~twin_a(n - 1) } }`,
      ],
      tests: {
        cycles: `println!("{}", ${callee}(hide(7)));`,
        short: 'println!("{}", ~second(hide(0)));',
        alone: 'println!("{}", ~alone(hide(9)));',
        twins: 'println!("{} {}", ~twin_a(hide(4)), ~twin_a(hide(5)));',
      },
    }),
  },

  'iterator chains': {
    slots: {
      modulus: number('closure or async body', 2, 7),
      factor: number('closure or async body', 2, 30),
      taken: number('constant', 1, 9),
      adapter: choice('type', ['rev', 'skip(1)', 'step_by(2)', 'chain(40..43)']),
      isOwn: flag('implementation added'),
    },
    render: ({ modulus, factor, taken, adapter, isOwn }) => ({
      items: [
        `#[INLINE] pub fn ~chained(n: u32) -> Vec<u32> { (0..n).filter(|i| i % ${modulus} == 0).map(|i| i * ${factor}).take(${taken}).collect() }`,
        `pub struct ~Countdown(pub u32);`,
        `impl Iterator for ~Countdown { type Item = u32; fn next(&mut self) -> Option<u32> { if self.0 == 0 { None } else { self.0 -= 1; Some(self.0 * ${factor}) } } ${isOwn ? 'fn nth(&mut self, n: usize) -> Option<u32> { self.0 = 5; self.next() }' : ''} }`,
      ],
      tests: {
        chains: 'println!("{:?}", ~chained(hide(40)));',
        adapts: `println!("{:?}", (0..hide(9u32)).${adapter.includes('(') ? adapter : `${adapter}()`}.zip("abcdefghijkl".chars()).fold(String::new(), |mut s, (n, c)| { s.push(c); s + &n.to_string() }));`,
        own: 'println!("{:?}", ~Countdown(hide(9)).nth(2));',
        sums: 'println!("{}", ~Countdown(hide(4)).sum::<u32>());',
        sorts: `let mut v = hide(vec![3u32, 9, 4, 8, 1]); v.sort_by_key(|n| n % ${modulus}); println!("{:?}", v);`,
      },
    }),
  },

  closures: {
    slots: {
      added: number('closure or async body'),
      captured: number('constant'),
      entries: order('order of a table', 3),
      isMoved: flag('closure or async body'),
    },
    render: ({ added, captured, entries, isMoved }) => ({
      items: [
        `pub fn ~table() -> Vec<Box<dyn Fn(u32) -> u32>> { let k = ${captured}; let all: [Box<dyn Fn(u32) -> u32>; 3] = [Box::new(move |n| n + k), Box::new(|n| n * ${added}), Box::new(|n| n ^ 255)]; let mut all = all.map(Some); [${entries.join(', ')}].iter().map(|i: &usize| all[*i].take().unwrap()).collect() }`,
        `#[INLINE] pub fn ~applied<F: FnMut(u32)>(mut f: F) { for n in 1..4 { f(n); } }`,
        `pub fn ~composed(f: impl Fn(u32) -> u32 + 'static) -> impl Fn(u32) -> u32 { move |n| f(f(n)) }`,
        `pub fn ~once(f: Box<dyn FnOnce() -> String>) -> String { f() }`,
      ],
      tests: {
        table: 'println!("{:?}", ~table().iter().map(|f| f(hide(10))).collect::<Vec<_>>());',
        first: 'println!("{}", ~table()[hide(0usize)](5));',
        applies: `let mut sum = ${captured}; ~applied(|n| sum = sum * 3 + n); println!("{}", sum);`,
        composes: `println!("{}", ~composed(|n| n * 2 + ${added})(hide(3)));`,
        once: `let text = String::from("t"); println!("{}", ~once(Box::new(move || ${isMoved ? 'text.repeat(3)' : 'text + "!"'})));`,
      },
    }),
  },

  'function pointers': {
    slots: {
      entries: order('order of a table', 3),
      delta: number('constant'),
      chosen: choice('function that is called', ['~up', '~down', '~twice']),
      same: choice('which of two equal functions', ['~same_a', '~same_b']),
    },
    render: ({ entries, delta, chosen, same }) => ({
      items: [
        `pub fn ~up(n: u32) -> u32 { n + ${delta} }`,
        `pub fn ~down(n: u32) -> u32 { n.wrapping_sub(${delta}) }`,
        `pub fn ~twice(n: u32) -> u32 { n * 2 }`,
        `pub fn ~same_a(n: u32) -> u32 { n * 31 + 4 }`,
        `pub fn ~same_b(n: u32) -> u32 { n * 31 + 4 }`,
        `pub static ~OPERATIONS: [fn(u32) -> u32; 3] = [${entries.map((at) => ['~up', '~down', '~twice'][at]).join(', ')}];`,
        `pub struct ~Methods { pub run: fn(u32) -> u32, pub name: &'static str }`,
        `pub static ~METHODS: ~Methods = ~Methods { run: ${chosen}, name: "m" };`,
        `#[INLINE] pub fn ~through(f: fn(u32) -> u32, n: u32) -> u32 { f(f(n)) }`,
      ],
      tests: {
        first: 'println!("{}", ~OPERATIONS[hide(0usize)](40));',
        last: 'println!("{}", ~OPERATIONS[hide(2usize)](40));',
        methods: 'println!("{}", (hide(&~METHODS).run)(9));',
        passed: `println!("{}", ~through(${chosen}, hide(7)));`,
        equal: `println!("{}", ~through(hide(${same}), 7));`,
      },
    }),
  },

  futures: {
    slots: {
      added: number('closure or async body'),
      awaits: order('order of statements', 3),
      pending: number('closure or async body', 0, 3),
      which: choice('function that is called', ['~one', '~two']),
    },
    render: ({ added, awaits, pending, which }) => ({
      head: 'use std::{future::Future, pin::Pin, task::{Context, Poll, Waker}};',
      items: [
        `pub struct ~Yield(pub u32); impl Future for ~Yield { type Output = u32; fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> { if self.0 == 0 { Poll::Ready(${added}) } else { self.0 -= 1; Poll::Pending } } }`,
        `pub async fn ~one() -> u32 { ~Yield(${pending}).await + 1 }`,
        `pub async fn ~two() -> u32 { 2 }`,
        `pub async fn ~both(log: &std::cell::RefCell<Vec<u32>>) -> u32 { let mut sum = 0; ${awaits.map((at) => ['sum = sum * 10 + ~one().await;', 'sum = sum * 7 + ~two().await;', 'log.borrow_mut().push(sum);'][at]).join(' ')} sum }`,
        `pub fn ~run<F: Future>(future: F) -> (F::Output, u32) { let mut future = std::pin::pin!(future); let mut context = Context::from_waker(Waker::noop()); let mut polls = 1; loop { if let Poll::Ready(value) = future.as_mut().poll(&mut context) { return (value, polls); } polls += 1; } }`,
        `pub fn ~chosen() -> Pin<Box<dyn Future<Output = u32>>> { Box::pin(${which}()) }`,
      ],
      tests: {
        one: 'println!("{:?}", ~run(~one()));',
        two: 'println!("{:?}", ~run(~two()));',
        both: 'let log = Default::default(); println!("{:?} {:?}", ~run(~both(&log)), log);',
        dynamic: 'println!("{:?}", ~run(~chosen()));',
        blocks: `println!("{:?}", ~run(async { let n = ~two().await; async move { n + hide(${added}) }.await }));`,
      },
    }),
  },
};
