// C and C++ that is linked with the crate.
import { choice, flag, number, order, word } from '../slots.mjs';

const ALONE = { alone: true };
const unsafeCall = (call) => `println!("{}", unsafe { ${call} });`;

export const native = {
  'C functions and tables': {
    slots: {
      added: number('C or C++ code'),
      steps: order('order of a table', 3),
      text: word('C or C++ code'),
      cut: number('offset into data', 0, 2),
      cases: order('order of match arms', 6),
      scale: choice('wide constant', ['1.5', '2.25', '0.1']),
      isInDependency: flag('C or C++ code'),
    },
    render: ({ added, steps, text, cut, cases, scale, isInDependency }) => ({
      head: 'unsafe extern "C" { fn FEATURE_add(n: i32) -> i32; fn FEATURE_sum(n: i32) -> i32; fn FEATURE_pointer(i: i32, n: i32) -> i32; fn FEATURE_text(i: i32) -> i32; fn FEATURE_switch(n: i32) -> i32; fn FEATURE_scale(x: f64) -> f64; fn FEATURE_name(n: i32) -> *const std::ffi::c_char; }',
      items: [
        'pub fn ~text_of(start: *const std::ffi::c_char) -> String { unsafe { std::ffi::CStr::from_ptr(start) }.to_string_lossy().into_owned() }',
      ],
      natives: [
        {
          isInDependency,
          text: `
int FEATURE_add(int n) { return n + ${added}; }
int FEATURE_sum(int n) { return FEATURE_add(n) * 2; }
static int up(int n) { return n + 1; }
static int down(int n) { return n - 1; }
static int twice(int n) { return n * 2; }
static int (*const steps[])(int) = { ${steps.map((at) => ['up', 'down', 'twice'][at]).join(', ')} };
int FEATURE_pointer(int i, int n) { return steps[i](n); }
static const char *const names[] = { "${text}", "other${text}", "${text}more" + ${cut} };
int FEATURE_text(int i) { return names[i][1]; }
const char *FEATURE_name(int i) { return names[i]; }
int FEATURE_switch(int n) { switch (n) { ${cases.map((at, n) => `case ${n}: return ${at * 7 + 3};`).join(' ')} default: return -1; } }
double FEATURE_scale(double x) { return x * ${scale} + 0.625; }
int FEATURE_unused(int n) { return n * ${added}; }
`,
        },
      ],
      tests: {
        adds: unsafeCall('FEATURE_add(hide(1))'),
        sums: unsafeCall('FEATURE_sum(hide(1))'),
        pointers: unsafeCall('FEATURE_pointer(hide(0), 10)'),
        texts: unsafeCall('FEATURE_text(hide(1))'),
        names: 'println!("{}", ~text_of(unsafe { FEATURE_name(hide(2)) }));',
        switches: unsafeCall('FEATURE_switch(hide(3))'),
        scales: unsafeCall('FEATURE_scale(hide(2.0))'),
      },
    }),
  },

  'C variables': {
    slots: {
      counted: choice('which of two equal places', ['one', 'two']),
      common: choice('which of two equal places', ['FEATURE_common_one', 'FEATURE_common_two']),
      local: choice('which of two equal places', ['local_one', 'local_two']),
      initial: number('C or C++ code'),
      size: number('C or C++ code', 1, 64),
      isInitialised: flag('C or C++ code'),
      constant: choice('which of two equal places', ['same_one', 'same_two']),
      inner: choice('which of two equal places', ['inner_one', 'inner_two']),
    },
    render: ({ counted, common, local, initial, size, isInitialised, constant, inner }) => ({
      head: 'unsafe extern "C" { fn FEATURE_count() -> i32; fn FEATURE_common() -> i32; fn FEATURE_local() -> i32; fn FEATURE_size() -> i32; static FEATURE_shared: [i32; 2]; fn FEATURE_other() -> i32; fn FEATURE_same() -> i32; fn FEATURE_inner() -> i32; }',
      items: [],
      natives: [
        {
          flags: ['-fcommon'],
          text: `
static int one = ${initial}; static int two = ${initial};
int FEATURE_count(void) { ${counted}++; return one * 100 + two; }
int FEATURE_common_one; int FEATURE_common_two${isInitialised ? ' = 5' : ''};
int FEATURE_common(void) { ${common} += 3; return FEATURE_common_one * 100 + FEATURE_common_two; }
static __thread int local_one = ${initial}; static __thread int local_two = ${initial};
int FEATURE_local(void) { ${local}++; return local_one * 1000 + local_two; }
int FEATURE_shared[2] = { ${initial}, 7 };
char FEATURE_block[${size}];
static const int same_one[4] = { ${initial}, 2, 3, 4 }; static const int same_two[4] = { ${initial}, 2, 3, 4 };
static const int *volatile same = ${constant};
int FEATURE_same(void) { return (same == same_one) * 1000 + same[0]; }
static const int *inner_one(void) { static const int inner[4] = { ${initial}, 5, 6, 7 }; return inner; }
static const int *inner_two(void) { static const int inner[4] = { ${initial}, 5, 6, 7 }; return inner; }
static const int *(*volatile pointer)(void) = ${inner};
int FEATURE_inner(void) { const int *volatile first = inner_one(); return (pointer() == first) * 1000 + first[0]; }
int FEATURE_size(void) { return sizeof FEATURE_block + FEATURE_block[${size} - 1]; }
`,
        },
        {
          flags: ['-fcommon'],
          text: `
int FEATURE_common_one;
char FEATURE_block[${size}];
int FEATURE_other(void) { return FEATURE_common_one + FEATURE_block[0] + ${size}; }
`,
        },
      ],
      tests: {
        counts: unsafeCall('FEATURE_count()'),
        common: unsafeCall('FEATURE_common()'),
        locals: unsafeCall('FEATURE_local()'),
        sizes: unsafeCall('FEATURE_size()'),
        shared: 'println!("{:?}", unsafe { hide(&raw const FEATURE_shared).read() });',
        others: unsafeCall('FEATURE_other()'),
        same: unsafeCall('FEATURE_same()'),
        inner: unsafeCall('FEATURE_inner()'),
      },
    }),
  },

  'weak and replaced C functions': {
    slots: {
      weak: number('weak or replaced symbol'),
      strong: number('C or C++ code'),
      isOverridden: flag('weak or replaced symbol'),
      isOverriddenInRust: flag('weak or replaced symbol'),
      isPresent: flag('weak or replaced symbol'),
      alias: choice('weak or replaced symbol', ['real_one', 'real_two']),
    },
    render: ({ weak, strong, isOverridden, isOverriddenInRust, isPresent, alias }) => ({
      head: 'unsafe extern "C" { fn FEATURE_step(n: i32) -> i32; fn FEATURE_other_step(n: i32) -> i32; fn FEATURE_optional_step() -> i32; fn FEATURE_alias(n: i32) -> i32; fn FEATURE_first_of_two() -> i32; }',
      items: [
        isOverriddenInRust
          ? `#[unsafe(no_mangle)] pub extern "C" fn FEATURE_weak_other(n: i32) -> i32 { n * ${strong} }`
          : '',
      ],
      natives: [
        {
          text: `
__attribute__((weak)) int FEATURE_weak(int n) { return n + ${weak}; }
__attribute__((weak)) int FEATURE_weak_other(int n) { return n + ${weak}; }
extern int FEATURE_optional(void) __attribute__((weak));
int FEATURE_keep(void);
int FEATURE_step(int n) { return FEATURE_weak(n) + 0 * FEATURE_keep(); }
int FEATURE_other_step(int n) { return FEATURE_weak_other(n) * 2; }
int FEATURE_optional_step(void) { return FEATURE_optional ? FEATURE_optional() : -1; }
int real_one_FEATURE(int n) { return n + ${strong}; }
int real_two_FEATURE(int n) { return n - ${strong}; }
int FEATURE_alias(int n) __attribute__((alias("${alias}_FEATURE")));
`,
        },
        {
          text: `
int FEATURE_keep(void) { return 1; }
${isOverridden ? `int FEATURE_weak(int n) { return n * ${strong} + 1; }` : ''}
${isPresent ? `int FEATURE_optional(void) { return ${strong}; }` : ''}
`,
        },
        { text: `int FEATURE_first_of_two(void) { return ${weak}; }\n` },
        { text: `int FEATURE_first_of_two(void) { return ${strong} + 200; }\n` },
      ],
      tests: {
        steps: unsafeCall('FEATURE_step(hide(5))'),
        others: unsafeCall('FEATURE_other_step(hide(5))'),
        optional: unsafeCall('FEATURE_optional_step()'),
        aliases: unsafeCall('FEATURE_alias(hide(50))'),
        first: unsafeCall('FEATURE_first_of_two()'),
      },
    }),
  },

  'members of an archive': {
    slots: {
      isCounted: flag('member that gets linked', ALONE),
      isReplaced: flag('member that gets linked', ALONE),
      isOptional: flag('member that gets linked', ALONE),
      value: number('C or C++ code'),
    },
    render: ({ isCounted, isReplaced, isOptional, value }) => ({
      head: 'unsafe extern "C" { fn FEATURE_count() -> i32; fn FEATURE_step() -> i32; fn FEATURE_maybe() -> i32; fn FEATURE_counting(n: i32) -> i32; fn FEATURE_replacing(n: i32) -> i32; fn FEATURE_giving(n: i32) -> i32; }',
      items: [
        `pub fn ~used(n: i32) -> i32 { unsafe { ${isCounted ? 'FEATURE_counting(n)' : 'n'} + ${isReplaced ? 'FEATURE_replacing(n)' : 'n'} + ${isOptional ? 'FEATURE_giving(n)' : 'n'} } }`,
      ],
      natives: [
        {
          text: `
int FEATURE_counted = ${value};
int FEATURE_count(void) { return FEATURE_counted; }
__attribute__((weak)) int FEATURE_replaced(void) { return ${value}; }
int FEATURE_step(void) { return FEATURE_replaced() + 1; }
extern int FEATURE_given(void) __attribute__((weak));
static int (*volatile given)(void) = FEATURE_given;
int FEATURE_maybe(void) { return given ? given() : -1; }
`,
        },
        {
          text: `
extern int FEATURE_counted;
__attribute__((constructor)) static void started(void) { FEATURE_counted += 100; }
int FEATURE_counting(int n) { return n + 1; }
`,
        },
        {
          text: 'int FEATURE_replaced(void) { return 1000; }\nint FEATURE_replacing(int n) { return n + 2; }\n',
        },
        {
          text: 'int FEATURE_given(void) { return 2000; }\nint FEATURE_giving(int n) { return n + 3; }\n',
        },
      ],
      tests: {
        counts: unsafeCall('FEATURE_count()'),
        steps: unsafeCall('FEATURE_step()'),
        optional: unsafeCall('FEATURE_maybe()'),
        uses: 'println!("{}", ~used(hide(1)));',
      },
    }),
  },

  'C that is chosen at start': {
    slots: {
      resolved: choice('what runs at start', ['first', 'second'], ALONE),
      delta: number('what runs at start', 1, 99, ALONE),
      marked: number('what runs at start', 1, 99, ALONE),
    },
    render: ({ resolved, delta, marked }) => ({
      head: 'unsafe extern "C" { fn FEATURE_resolved(n: i32) -> i32; fn FEATURE_pointer(n: i32) -> i32; fn FEATURE_mark() -> i32; }',
      items: [],
      natives: [
        {
          text: `
static volatile int mark = 1;
static int first(int n) { return n + ${delta}; }
static int second(int n) { return n - ${delta}; }
static int (*resolve(void))(int) { mark = ${marked}; return ${resolved}; }
int FEATURE_resolved(int n) __attribute__((ifunc("resolve")));
static int (*volatile pointer)(int) = ${resolved};
int FEATURE_pointer(int n) { return pointer(n); }
int FEATURE_mark(void) { return mark; }
`,
        },
      ],
      tests: {
        resolves: unsafeCall('FEATURE_resolved(hide(100))'),
        pointers: unsafeCall('FEATURE_pointer(hide(100))'),
        marks: unsafeCall('FEATURE_mark()'),
      },
    }),
  },

  'callbacks from C': {
    slots: {
      answer: number('callback from C'),
      passed: choice('callback from C', ['~half', '~double']),
      hook: choice('callback from C', ['~half', '~double']),
      unwindTables: choice('unwinding through C', [
        '-fexceptions',
        '-fno-asynchronous-unwind-tables',
        '-fasynchronous-unwind-tables',
      ]),
      isPanicking: flag('unwinding through C'),
    },
    render: ({ answer, passed, hook, unwindTables, isPanicking }) => ({
      head: 'unsafe extern "C" { fn FEATURE_call() -> i32; fn FEATURE_apply(f: extern "C" fn(i32) -> i32, n: i32) -> i32; fn FEATURE_set_hook(f: extern "C" fn(i32) -> i32); fn FEATURE_run_hook(n: i32) -> i32; } unsafe extern "C-unwind" { fn FEATURE_through(f: extern "C-unwind" fn(i32) -> i32, n: i32) -> i32; }',
      items: [
        `#[unsafe(no_mangle)] pub extern "C" fn FEATURE_answer() -> i32 { ${answer} }`,
        `pub extern "C" fn ~half(n: i32) -> i32 { n / 2 } pub extern "C" fn ~double(n: i32) -> i32 { n * 2 }`,
        `pub extern "C-unwind" fn ~panics(n: i32) -> i32 { if ${isPanicking} { panic!("below C") } n + 1 }`,
      ],
      natives: [
        {
          flags: [unwindTables],
          text: `
extern int FEATURE_answer(void);
int FEATURE_call(void) { return FEATURE_answer() + 1; }
int FEATURE_apply(int (*f)(int), int n) { return f(n) + 1; }
static int (*hook)(int);
void FEATURE_set_hook(int (*f)(int)) { hook = f; }
int FEATURE_run_hook(int n) { return hook ? hook(n) : -1; }
int FEATURE_through(int (*f)(int), int n) { return f(n) + 1; }
`,
        },
      ],
      tests: {
        calls: unsafeCall('FEATURE_call()'),
        applies: unsafeCall(`FEATURE_apply(${passed}, hide(12))`),
        hooks: `unsafe { FEATURE_set_hook(${hook}); println!("{}", FEATURE_run_hook(hide(12))); }`,
        unwinds:
          'println!("{:?}", std::panic::catch_unwind(|| unsafe { FEATURE_through(~panics, hide(3)) }).ok());',
      },
    }),
  },

  'C++ classes': {
    slots: {
      factor: number('C or C++ code'),
      inlined: number('C or C++ code'),
      which: choice('type', ['Circle', 'Square']),
      parameter: choice('type', ['int', 'long', 'char']),
      first: order('order of statements', 2),
    },
    render: ({ factor, inlined, which, parameter, first }) => {
      const header = `
struct FEATURE_Base { virtual int area() const { return 0; } virtual int sides() const { return ${inlined % 9}; } };
inline int FEATURE_inlined(int n) { static int calls = ${inlined}; return n + calls++; }
template <class T> inline int FEATURE_size(T n) { return sizeof n * ${factor} + (int) n; }
`;
      return {
        head: 'unsafe extern "C" { fn FEATURE_area(n: i32) -> i32; fn FEATURE_one(n: i32) -> i32; fn FEATURE_two(n: i32) -> i32; fn FEATURE_sized(n: i32) -> i32; fn FEATURE_sides() -> i32; fn FEATURE_log() -> i32; }',
        items: [],
        natives: [
          {
            language: 'cpp',
            text: `${header}
namespace { struct Square : FEATURE_Base { int n; Square(int n) : n(n) {} int area() const override { return n * n; } };
struct Circle : FEATURE_Base { int n; Circle(int n) : n(n) {} int area() const override { return n * ${factor}; } int sides() const override { return 0; } };
struct Noisy { int *log; int n; ~ Noisy() { *log = *log * 10 + n; } };
FEATURE_Base *make(int n) { static Circle c(n); static Square s(n); static ${which} chosen(n); return &chosen; } }
extern "C" int FEATURE_area(int n) { return make(n)->area(); }
extern "C" int FEATURE_sides() { return make(3)->sides(); }
extern "C" int FEATURE_one(int n) { return FEATURE_inlined(n) + FEATURE_inlined(n); }
extern "C" int FEATURE_sized(int n) { return FEATURE_size<${parameter}>(n); }
extern "C" int FEATURE_log() { int log = 0; { ${first.map((at) => ['Noisy a{&log, 1};', 'Noisy b{&log, 2};'][at]).join(' ')} } return log; }
`,
          },
          {
            language: 'cpp',
            text: `${header}
extern "C" int FEATURE_two(int n) { return FEATURE_inlined(n) * 2 + FEATURE_size<int>(n); }
`,
          },
        ],
        tests: {
          areas: unsafeCall('FEATURE_area(hide(5))'),
          sides: unsafeCall('FEATURE_sides()'),
          one: unsafeCall('FEATURE_one(hide(5))'),
          two: unsafeCall('FEATURE_two(hide(5))'),
          sizes: unsafeCall('FEATURE_sized(hide(5))'),
          logs: unsafeCall('FEATURE_log()'),
        },
      };
    },
  },
};
