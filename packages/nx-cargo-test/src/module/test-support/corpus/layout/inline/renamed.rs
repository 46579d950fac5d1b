mod beside; #[test] fn moved() {}
