// Which implementation a call ends in: traits, generics, dynamic dispatch.
import { choice, flag, number, order, word } from '../slots.mjs';

export const dispatch = {
  'methods behind dyn': {
    slots: {
      factor: number('method behind dyn'),
      other: number('method behind dyn'),
      label: word('method behind dyn'),
      isOverridden: flag('implementation added'),
      objects: order('order of a table', 3),
    },
    render: ({ factor, other, label, isOverridden, objects }) => ({
      items: [
        `pub trait ~Named { fn name(&self) -> String { "${label}".to_string() } }`,
        `pub trait ~Shape: ~Named { fn area(&self) -> u32; fn twice(&self) -> u32 { self.area() * 2 } }`,
        `pub struct ~Square(pub u32); pub struct ~Circle(pub u32); pub struct ~Dot;`,
        `impl ~Named for ~Square {} impl ~Named for ~Dot {}`,
        `impl ~Named for ~Circle { fn name(&self) -> String { format!("circle {}", self.0) } }`,
        `impl ~Shape for ~Square { fn area(&self) -> u32 { self.0 * ${factor} } }`,
        `impl ~Shape for ~Circle { fn area(&self) -> u32 { self.0 * ${other} } ${isOverridden ? 'fn twice(&self) -> u32 { 1 }' : ''} }`,
        `impl ~Shape for ~Dot { fn area(&self) -> u32 { 0 } }`,
        `pub fn ~shapes() -> Vec<Box<dyn ~Shape>> { let all: [fn() -> Box<dyn ~Shape>; 3] = [|| Box::new(~Square(2)), || Box::new(~Circle(3)), || Box::new(~Dot)]; [${objects.join(', ')}].iter().map(|i: &usize| all[*i]()).collect() }`,
        `pub fn ~up(shape: Box<dyn ~Shape>) -> Box<dyn ~Named> { shape }`,
      ],
      tests: {
        areas: 'println!("{:?}", ~shapes().iter().map(|s| s.area()).collect::<Vec<_>>());',
        square: 'let s: Box<dyn ~Shape> = hide(Box::new(~Square(3))); println!("{}", s.area());',
        circle:
          'let s: Box<dyn ~Shape> = hide(Box::new(~Circle(hide(3)))); println!("{}", s.twice());',
        names: 'println!("{}", ~shapes()[hide(1usize)].name());',
        upcast: 'println!("{}", ~up(hide(Box::new(~Square(1)))).name());',
        direct: 'println!("{}", ~Dot.twice());',
      },
    }),
  },

  'generic functions': {
    slots: {
      added: number('generic function'),
      small: number('implementation'),
      large: number('implementation'),
      length: number('const generic or function', 2, 8),
      type: choice('type', ['u8', 'u16', '~Own']),
    },
    render: ({ added, small, large, length, type }) => ({
      items: [
        `pub trait ~Weight: Copy { const UNIT: u64; fn weight(&self) -> u64; }`,
        `#[derive(Clone, Copy, Default)] pub struct ~Own(pub u8);`,
        `impl ~Weight for u8 { const UNIT: u64 = 1; fn weight(&self) -> u64 { ${small} } }`,
        `impl ~Weight for u16 { const UNIT: u64 = ${large}; fn weight(&self) -> u64 { ${large} } }`,
        `impl ~Weight for ~Own { const UNIT: u64 = 5; fn weight(&self) -> u64 { self.0 as u64 } }`,
        `#[INLINE] pub fn ~total<T: ~Weight>(items: &[T]) -> u64 { items.iter().map(|i| i.weight()).sum::<u64>() + T::UNIT + ${added} }`,
        `pub struct ~Buffer<T, const N: usize> { pub items: [T; N] }`,
        `impl<T: ~Weight + Default, const N: usize> ~Buffer<T, N> { pub fn new() -> Self { Self { items: [T::default(); N] } } #[INLINE] pub fn heavy(&self) -> u64 { ~total(&self.items) * N as u64 } }`,
        `#[INLINE] pub fn ~largest<T: PartialOrd + Copy>(all: &[T]) -> T { let mut best = all[0]; for n in all { if *n > best { best = *n; } } best }`,
      ],
      tests: {
        bytes: 'println!("{}", ~total(&hide([1u8, 2])));',
        words: 'println!("{}", ~total(&hide([1u16, 2])));',
        own: 'println!("{}", ~total(&hide([~Own(3), ~Own(4)])));',
        buffer: `println!("{}", hide(~Buffer::<${type}, ${length}>::new()).heavy());`,
        largest: 'println!("{} {}", ~largest(&hide([1, 5, 2])), ~largest(&hide([0.5, 0.25])));',
      },
    }),
  },

  'blanket implementations': {
    slots: {
      prefix: word('generic function'),
      isCovered: flag('implementation added'),
      isOverridden: flag('implementation added'),
      value: number('constant'),
    },
    render: ({ prefix, isCovered, isOverridden, value }) => ({
      items: [
        `pub trait ~Described { fn described(&self) -> String; }`,
        `impl<T: std::fmt::Display> ~Described for T { fn described(&self) -> String { format!("${prefix} {self}") } }`,
        `pub struct ~Plain(pub u32);`,
        isCovered
          ? `impl std::fmt::Display for ~Plain { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "plain {}", self.0) } }`
          : `impl ~Described for ~Plain { fn described(&self) -> String { "own".to_string() } }`,
        `pub trait ~Extended: Iterator { fn every_second(self) -> Vec<Self::Item> where Self: Sized { self.enumerate().filter(|(i, _)| i % 2 == ${value % 2}).map(|(_, item)| item).collect() } }`,
        `impl<I: Iterator> ~Extended for I {}`,
        `impl ~Plain { ${isOverridden ? `pub fn described(&self) -> String { "inherent ${value}".to_string() }` : ''} }`,
      ],
      tests: {
        numbers: `println!("{}", hide(${value}).described());`,
        plain: 'println!("{}", ~Plain(hide(4)).described());',
        dynamic: 'let d: &dyn ~Described = &~Plain(5); println!("{}", hide(d).described());',
        extends: 'println!("{:?}", (0..hide(6)).every_second());',
      },
    }),
  },

  'method resolution': {
    slots: {
      isInherent: flag('method resolution'),
      isOnValue: flag('method resolution'),
      isConverted: flag('implementation added'),
      value: number('constant'),
    },
    render: ({ isInherent, isOnValue, isConverted, value }) => ({
      items: [
        `pub struct ~Thing(pub u32); pub struct ~Wrap<T>(pub T);`,
        `pub trait ~Trait { fn call(&self) -> u32; }`,
        `impl ~Trait for ~Thing { fn call(&self) -> u32 { self.0 + ${value} } }`,
        `impl ~Thing { pub fn keep(&self) -> u32 { 1 } ${isInherent ? 'pub fn call(&self) -> u32 { self.0 * 2 }' : ''} }`,
        `pub trait ~ByReference { fn kind(&self) -> &'static str; } pub trait ~ByValue { fn kind(&self) -> &'static str; }`,
        `impl<T> ~ByReference for &~Wrap<T> { fn kind(&self) -> &'static str { "reference" } }`,
        `impl<T: ${isOnValue ? 'Copy' : 'std::error::Error'}> ~ByValue for ~Wrap<T> { fn kind(&self) -> &'static str { "value" } }`,
        `impl std::ops::Deref for ~Thing { type Target = str; fn deref(&self) -> &str { "target${value}" } }`,
        isConverted
          ? 'impl ~Thing { pub fn len(&self) -> usize { 1000 } }'
          : 'impl ~Thing { pub fn length(&self) -> usize { 1000 } }',
      ],
      tests: {
        calls: 'println!("{}", hide(~Thing(4)).call());',
        trait_calls: 'println!("{}", ~Trait::call(&hide(~Thing(4))));',
        specialised: 'println!("{}", (&hide(~Wrap(3u32))).kind());',
        dereferenced: 'println!("{}", hide(~Thing(4)).len());',
        uppercase: 'println!("{}", hide(~Thing(4)).to_uppercase());',
      },
    }),
  },

  'overloaded operators': {
    slots: {
      factor: number('implementation'),
      index: choice('implementation', ['self.0', 'self.1', 'self.0 + self.1']),
      comparison: choice('implementation', ['other.0.cmp(&self.0)', 'self.0.cmp(&other.0)']),
      parsed: number('constant'),
    },
    render: ({ factor, index, comparison, parsed }) => ({
      items: [
        `#[derive(Clone, Copy, Debug, PartialEq, Eq)] pub struct ~Pair(pub u32, pub u32);`,
        `impl std::ops::Add for ~Pair { type Output = Self; fn add(self, o: Self) -> Self { ~Pair(self.0 + o.0 * ${factor}, self.1 + o.1) } }`,
        `impl std::ops::AddAssign<u32> for ~Pair { fn add_assign(&mut self, n: u32) { self.0 += n; self.1 ^= ${factor}; } }`,
        `impl std::ops::Not for ~Pair { type Output = u32; fn not(self) -> u32 { ${index} } }`,
        `impl Ord for ~Pair { fn cmp(&self, other: &Self) -> std::cmp::Ordering { ${comparison} } }`,
        `impl PartialOrd for ~Pair { fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> { Some(self.cmp(other)) } }`,
        `impl std::str::FromStr for ~Pair { type Err = std::num::ParseIntError; fn from_str(s: &str) -> Result<Self, Self::Err> { let n: u32 = s.trim().parse()?; Ok(~Pair(n, ${parsed})) } }`,
        `impl From<u8> for ~Pair { fn from(n: u8) -> Self { ~Pair(n as u32, ${parsed}) } }`,
        `impl std::iter::Sum for ~Pair { fn sum<I: Iterator<Item = Self>>(all: I) -> Self { all.fold(~Pair(0, 1), |a, b| a + b) } }`,
      ],
      tests: {
        adds: 'println!("{:?}", hide(~Pair(1, 2)) + ~Pair(3, 4));',
        assigns: 'let mut p = hide(~Pair(1, 2)); p += 5; println!("{:?} {}", p, !p);',
        sorts:
          'let mut v = hide(vec![~Pair(2, 1), ~Pair(1, 1), ~Pair(3, 1)]); v.sort(); println!("{:?}", v);',
        parses: 'println!("{:?} {:?}", hide(" 12 ").parse::<~Pair>(), hide("x").parse::<~Pair>());',
        sums: 'println!("{:?}", [~Pair(1, 1), ~Pair(2, 2)].into_iter().sum::<~Pair>());',
        collects:
          'println!("{:?}", hide(vec![~Pair(4, 0), ~Pair(2, 0)]).into_iter().collect::<std::collections::BTreeSet<_>>());',
        converts: 'let p: ~Pair = hide(4u8).into(); println!("{:?}", p);',
      },
    }),
  },

  'trait objects that are cast': {
    slots: {
      concrete: choice('type', ['~Cat', '~Dog']),
      sound: word('method behind dyn'),
      isClone: flag('implementation added'),
      legs: number('constant', 1, 8),
    },
    render: ({ concrete, sound, isClone, legs }) => ({
      head: 'use std::{any::Any, rc::Rc, sync::Arc};',
      items: [
        `pub trait ~Animal: Any { fn sound(&self) -> &'static str; fn legs(&self) -> u32 { ${legs} } }`,
        `#[derive(Default)] pub struct ~Cat; #[derive(Default)] pub struct ~Dog;`,
        `impl ~Animal for ~Cat { fn sound(&self) -> &'static str { "${sound}" } }`,
        `impl ~Animal for ~Dog { fn sound(&self) -> &'static str { "bark" } ${isClone ? 'fn legs(&self) -> u32 { 40 }' : ''} }`,
        `pub fn ~animal() -> Rc<dyn ~Animal> { Rc::new(${concrete}) }`,
        `#[INLINE] pub fn ~is_cat(animal: &dyn ~Animal) -> bool { let any: &dyn Any = animal; any.is::<~Cat>() }`,
      ],
      tests: {
        sounds: 'println!("{}", hide(~animal()).sound());',
        casts: 'println!("{}", ~is_cat(&*hide(~animal())));',
        legs: 'println!("{} {}", hide(~animal()).legs(), ~Cat.legs());',
        dog: 'let d: Arc<dyn ~Animal> = Arc::new(~Dog); println!("{} {}", hide(d).legs(), hide(1));',
        sizes: 'println!("{}", std::mem::size_of_val(&*hide(~animal())));',
      },
    }),
  },
};
