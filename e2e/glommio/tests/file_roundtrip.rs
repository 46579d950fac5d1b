//! Files, seen from outside of the crate. The content comes from a data file
//! that is read at run time.

use glommio::io::{copy, BufferPool, File};
use glommio::LocalExecutor;
use std::{env, fs, process};

/// Relative to the package's folder, in which Cargo starts tests.
const RECORDS: &str = "tests/fixtures/records.txt";

#[test]
fn every_record_has_a_key_and_a_value() {
    let bytes = LocalExecutor::default().run(async {
        let file = File::open(RECORDS).await.unwrap();
        file.read_at(vec![0; 4096], 0).await.unwrap()
    });
    let text = String::from_utf8(bytes).unwrap();
    let records: Vec<_> = text.lines().map(|line| line.split_once('=')).collect();
    assert!(!records.is_empty());
    assert!(records.iter().all(Option::is_some), "{records:?}");
}

#[test]
fn records_survive_a_copy() {
    let target = env::temp_dir().join(format!("glommio-roundtrip-{}", process::id()));
    LocalExecutor::default().run(async {
        let from = File::open(RECORDS).await.unwrap();
        let to = File::create(&target).await.unwrap();
        copy(&from, &to, &BufferPool::new(512)).await.unwrap();
        to.close().await.unwrap();
    });
    let copied = fs::read(&target).unwrap();
    fs::remove_file(&target).unwrap();
    assert_eq!(copied, fs::read(RECORDS).unwrap());
}
