// Assembly, in functions and beside them.
import { choice, number } from '../slots.mjs';

export const assembly = {
  'inline assembly': {
    machine: 'x64',
    slots: {
      value: number('static'),
      which: choice('assembly', ['FEATURE_VALUE', 'FEATURE_OTHER']),
      target: choice('assembly', ['~called_a', '~called_b']),
      immediate: number('assembly'),
    },
    render: ({ value, which, target, immediate }) => ({
      head: 'use std::arch::asm;',
      items: [
        `#[unsafe(no_mangle)] pub static FEATURE_VALUE: u64 = ${value};`,
        `#[unsafe(no_mangle)] pub static FEATURE_OTHER: u64 = 1000 + ${value};`,
        `pub extern "C" fn ~called_a() -> u64 { 5 } pub extern "C" fn ~called_b() -> u64 { 6 }`,
        `#[INLINE] pub fn ~loaded() -> u64 { let v: u64; unsafe { asm!("mov {0}, qword ptr [rip + {s}]", out(reg) v, s = sym ${which}); } v }`,
        `#[INLINE] pub fn ~called() -> u64 { let v: u64; unsafe { asm!("call {f}", f = sym ${target}, out("rax") v, clobber_abi("C")); } v }`,
        `#[INLINE] pub fn ~added(n: u64) -> u64 { let mut v = n; unsafe { asm!("add {0}, {k}", inout(reg) v, k = const ${immediate}); } v }`,
      ],
      tests: {
        loads: 'println!("{}", ~loaded());',
        calls: 'println!("{}", ~called());',
        adds: 'println!("{}", ~added(hide(4)));',
      },
    }),
  },

  'global assembly': {
    machine: 'x64',
    slots: {
      value: number('assembly'),
      absolute: number('assembly', 1, 4000),
      second: number('assembly'),
      data: number('assembly'),
      entry: choice('assembly', ['FEATURE_start', 'FEATURE_middle']),
      constant: choice('assembly', ['0x1111', '0x2222', '0x3333']),
    },
    render: ({ value, absolute, second, data, entry, constant }) => ({
      head: `std::arch::global_asm!(
".text", ".globl FEATURE_start", "FEATURE_start:", "mov eax, ${value}", "ret",
".globl FEATURE_middle", "FEATURE_middle:", "mov eax, ${second}", "ret",
".section .text.FEATURE_own,\\"ax\\",@progbits", ".globl FEATURE_own", "FEATURE_own:", "lea rax, [rip + FEATURE_data]", "mov eax, dword ptr [rax + 4]", "ret",
".section .data.FEATURE,\\"aw\\",@progbits", ".globl FEATURE_data", "FEATURE_data:", ".long 1", ".long ${data}",
".section .rodata.cst4,\\"aM\\",@progbits,4", ".Lother_FEATURE: .long 0x9999", ".Lconstant_FEATURE: .long ${constant}",
".text", ".globl FEATURE_constant", "FEATURE_constant:", "mov eax, dword ptr [rip + .Lconstant_FEATURE]", "ret",
".globl FEATURE_compare", "FEATURE_compare:", "xor eax, eax", "cmp dword ptr [rip + .Lconstant_FEATURE], 0x2222", "sete al", "ret",
".globl FEATURE_ABSOLUTE", ".set FEATURE_ABSOLUTE, ${absolute}",
".globl FEATURE_absolute", "FEATURE_absolute:", "movabs rax, offset FEATURE_ABSOLUTE", "ret", ".text");
unsafe extern "C" { fn FEATURE_start() -> u32; fn FEATURE_middle() -> u32; fn FEATURE_own() -> u32; fn FEATURE_constant() -> u32; fn FEATURE_compare() -> u32; fn FEATURE_absolute() -> u64; static FEATURE_ABSOLUTE: u8; }`,
      items: [`#[INLINE] pub fn ~chosen() -> u32 { unsafe { ${entry}() } }`],
      tests: {
        chosen: 'println!("{}", ~chosen());',
        own: 'println!("{}", unsafe { FEATURE_own() });',
        constants: 'println!("{:x}", unsafe { FEATURE_constant() });',
        compares: 'println!("{}", unsafe { FEATURE_compare() });',
        linked_absolute: 'println!("{}", hide(&raw const FEATURE_ABSOLUTE) as usize);',
        absolute: 'println!("{}", unsafe { FEATURE_absolute() });',
      },
    }),
  },
};
