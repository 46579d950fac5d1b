import type { CrateFiles } from './scratch-workspace';

/** A crate into which paths of the machine, and what Cargo.toml says of it, are compiled in all ways. */
export const TRAVELLING_CRATE: CrateFiles = {
  manifest: `description = "a crate on its way"

[dependencies]
io-uring = "0.7.10"
`,
  files: {
    'src/lib.rs': 'pub mod package;\npub mod paths;\npub mod plain;\n',
    'src/paths.rs': `pub static ROOT: &str = env!("CARGO_MANIFEST_DIR");
pub static FOLDERS: [(&str, u32); 2] = [
    (concat!(env!("CARGO_MANIFEST_DIR"), "/src"), 1),
    (concat!(env!("CARGO_MANIFEST_DIR"), "/tests"), 2),
];

pub fn is_below(path: &str) -> bool {
    std::path::Path::new(path).starts_with(std::hint::black_box(&ROOT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_statics() {
        assert!(FOLDERS.iter().all(|(path, _)| is_below(path)));
    }

    #[test]
    fn in_a_message() {
        let number = std::hint::black_box(1);
        assert!(number > 0, concat!("in ", env!("CARGO_MANIFEST_DIR"), ": {}"), number);
    }

    /// Whoever sets a hook can read the file of any panic, such as those of a registry crate.
    #[test]
    fn in_locations() {
        std::panic::set_hook(Box::new(|panic| eprintln!("{:?}", panic.location())));
        if std::hint::black_box(false) {
            let ring = io_uring::IoUring::new(8).unwrap();
            ring.submit().unwrap();
        }
    }
}
`,
    'src/package.rs': `#[cfg(test)]
mod tests {
    #[test]
    fn has_a_version_compiled_in() {
        assert!(env!("CARGO_PKG_VERSION").starts_with("0.1."));
    }

    #[test]
    fn has_a_version_at_run_time() {
        assert!(std::env::var("CARGO_PKG_VERSION").unwrap().starts_with("0.1."));
    }

    #[test]
    fn hands_its_version_on() {
        assert!(std::process::Command::new("true").status().unwrap().success());
    }

    #[test]
    fn has_a_name() {
        assert_eq!(env!("CARGO_PKG_NAME").len(), 10);
    }
}
`,
    'src/plain.rs': `pub fn twice(number: u32) -> u32 {
    number * 2
}

#[cfg(test)]
mod tests {
    #[test]
    fn on_another_thread() {
        assert_eq!(std::thread::spawn(|| super::twice(4)).join().unwrap(), 8);
    }

    #[test]
    fn in_a_temporary_folder() {
        assert!(std::env::temp_dir().is_absolute());
    }

    #[test]
    #[should_panic(expected = "odd")]
    fn panics() {
        assert!(super::twice(3) % 4 == 0, "odd");
    }
}
`,
    'tests/outside.rs': `#[test]
fn doubles() {
    assert_eq!(travelling::plain::twice(2), 4);
}

#[test]
fn sees_its_version() {
    assert!(std::env::vars().any(|(name, _)| name == "CARGO_PKG_VERSION"));
}
`,
  },
};

/** Tests of the crate that see its version, as `BINARY/NAME`. */
export const SEE_THE_VERSION = [
  'outside/sees_its_version',
  'travelling/package::tests::hands_its_version_on',
  'travelling/package::tests::has_a_version_at_run_time',
  'travelling/package::tests::has_a_version_compiled_in',
];
