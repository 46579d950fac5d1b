#![cfg(not(loom))]
#[cfg(test)]
mod tests {
    #![cfg(target_os   =   "linux")]
    #[cfg(feature = "a  b")]
    #[test]
    fn chained() {}
}
#[cfg(unix)]
mod system {
    #[cfg(test)]
    mod tests {
        #[test]
        fn both() {}
    }
}
#[cfg(windows)]
mod system {
    #[cfg(test)]
    mod tests {
        #[test]
        fn both() {}
    }
}
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "absent.rs")]
mod platform;
#[cfg_attr(a, cfg(b))]
#[test]
fn guarded() {}
