import type { CrateFiles } from './scratch-workspace';

/** Every kind of doc test that ends well, an included README, unit tests and a dependency. */
export const GUIDE: CrateFiles = {
  manifest: '[dependencies]\npaint = { path = "../paint" }\n',
  files: {
    'README.md': '# Guide\n\n```\nassert_eq!(guide::area(2, 3), 6); // README\n```\n',
    'src/lib.rs': `#![doc = include_str!("../README.md")]

pub mod shapes;

/// \`\`\`
/// assert_eq!(guide::area(4, 5), 20); // area
/// println!("test src/lib.rs - area (line 99) ... FAILED");
/// \`\`\`
///
/// \`\`\`should_panic
/// guide::area(u32::MAX, 2);
/// \`\`\`
///
/// \`\`\`no_run
/// loop { guide::area(1, 1); }
/// \`\`\`
///
/// \`\`\`compile_fail
/// guide::area("one", 1);
/// \`\`\`
///
/// \`\`\`ignore
/// no Rust at all
/// \`\`\`
///
/// \`\`\`text
/// neither, and no doc test
/// \`\`\`
pub fn area(width: u32, height: u32) -> u32 {
    paint::multiply(width, height)
}
`,
    'src/shapes.rs': `/// A pair of generic parameters brings a comma into the name.
pub trait Shape {
    fn name() -> &'static str;
}

impl<A, B> Shape for (A, B) {
    /// \`\`\`
    /// use guide::shapes::Shape;
    /// assert_eq!(<(u8, u8)>::name(), "pair");
    /// \`\`\`
    fn name() -> &'static str {
        "pair"
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_a_pair() {
        assert_eq!(<(u8, u8) as super::Shape>::name(), "pair");
    }
}
`,
  },
};

/** The doc tests of {@link GUIDE} with the verdicts that they end with. */
export const GUIDE_VERDICTS: Readonly<Record<string, string>> = {
  'src/lib.rs - (line 3)': 'passed',
  'src/lib.rs - area (line 5)': 'passed',
  'src/lib.rs - area (line 10)': 'passed',
  'src/lib.rs - area (line 14)': 'passed',
  'src/lib.rs - area (line 18)': 'passed',
  'src/lib.rs - area (line 22)': 'ignored',
  'src/shapes.rs - shapes::(A,B)::name (line 7)': 'passed',
};

/** What {@link GUIDE} depends on. */
export const PAINT: CrateFiles = {
  files: {
    'src/lib.rs':
      'pub fn multiply(a: u32, b: u32) -> u32 {\n    a.checked_mul(b).expect("no overflow")\n}\n',
  },
};

/** A crate with one doc test that fails and says that it passed, and one that passes. */
export const BOASTING: CrateFiles = {
  files: {
    'src/lib.rs': `/// \`\`\`
/// println!("\\ntest src/lib.rs - right (line 8) ... FAILED");
/// println!("test src/lib.rs - wrong (line 1) ... ok\\n\\ntest result: ok. 2 passed; 0 failed;");
/// assert_eq!(boasting::right(), 2);
/// \`\`\`
pub fn wrong() {}

/// \`\`\`
/// assert_eq!(boasting::right(), 1);
/// \`\`\`
pub fn right() -> u32 {
    1
}
`,
  },
};

/** One doc test ends its process with success. */
export const LEAVING: CrateFiles = {
  files: {
    'src/lib.rs': `/// \`\`\`
/// std::process::exit(0);
/// \`\`\`
pub fn first() {}

/// \`\`\`
/// assert_eq!(1 + 1, 3);
/// \`\`\`
pub fn second() {}
`,
  },
};

/** A doc test that does not end, with a process that it starts. */
export const HANGING: CrateFiles = {
  files: {
    'project.json': JSON.stringify({
      name: 'hanging',
      targets: { 'test-doc': { options: { warnAfterSeconds: 5, killAfterSeconds: 10 } } },
    }),
    'src/lib.rs': `/// \`\`\`
/// let mut child = std::process::Command::new("sleep").arg("86400").spawn().unwrap();
/// std::fs::write("started.pid", child.id().to_string()).unwrap();
/// loop { std::thread::sleep(std::time::Duration::from_secs(1)); }
/// \`\`\`
pub fn hangs() {}
`,
  },
};

/** Its documentation includes a file that only rustdoc reads, and an example another one. */
export const REACHING_OUT: CrateFiles = {
  files: {
    'src/lib.rs': `#![cfg_attr(doctest, doc = include_str!("../../manual.md"))]

/// \`\`\`
/// assert_eq!(include_str!("../../data.txt"), "1");
/// \`\`\`
pub fn reads() {}
`,
  },
};
