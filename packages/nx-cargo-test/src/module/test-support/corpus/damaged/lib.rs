mod missing;
mod looping;
mod binary;
mod torn;
mod whole {
    #[test]
    fn stays() {}
}
